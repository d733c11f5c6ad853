import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ValueError } from '../errors.js';
import { type Answer, type Api, BadRequest } from './api.js';
import type { EventStream } from './event_stream.js';
import { type Guard, pathBehindToken, refusalOf, securityHeaders } from './guard.js';
import type { PageFile } from './page_files.js';

/** The loopback's address: nothing outside this machine can reach it. */
const host = '127.0.0.1';

/** Requests to do something are a few words. */
const longestBody = 65_536;

export interface ServerParts {
  readonly api: Api;
  readonly events: EventStream;
  readonly files: ReadonlyMap<string, PageFile>;
  readonly token: string;
}

/** A server that listens. */
export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the page on the loopback. @throws ValueError naming the port where it can't be had */
export async function startServer(op: string, port: number, parts: ServerParts): Promise<RunningServer> {
  const [{ createServer }, { timingSafeEqual }] = await Promise.all([import('node:http'), import('node:crypto')]);
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    const guard = { port: (server.address() as AddressInfo).port, token: parts.token };
    answer(request, response, guard, parts, timingSafeEqual).catch((error: unknown) => {
      fail(response, 500, `The server failed: ${(error as Error).message}`);
    });
  });
  await listen(op, server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(op: string, server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const advice = 'name another one, or none to have a free one chosen';
      const reason =
        error.code === 'EADDRINUSE'
          ? `port ${port} is in use; ${advice}`
          : error.code === 'EACCES'
            ? `port ${port} may not be used by this user; ${advice}`
            : `port ${port} can't be listened on (${error.message}); ${advice}`;
      reject(new ValueError(`${op}: ${reason}`, { cause: error }));
    });
    server.listen({ port, host, exclusive: true }, () => resolve());
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  guard: Guard,
  { api, events, files }: ServerParts,
  equal: (a: Uint8Array, b: Uint8Array) => boolean,
): Promise<void> {
  const refusal = refusalOf(request, guard);
  if (refusal !== null) return fail(response, refusal.status, refusal.message);
  const url = new URL(request.url ?? '/', `http://${host}`);
  const path = pathBehindToken(url.pathname, guard.token, equal);
  if (path === null) return fail(response, 403, 'The address is not complete: open the one that lutra view printed.');
  const { method = 'GET' } = request;
  if (path === '') return redirect(response, `/${guard.token}/`);
  const question = path.startsWith('/api/') ? path.slice('/api/'.length) : null;
  if (method === 'POST' && question !== null) {
    return attempt(response, async () => api.post(question, await readBody(request)));
  }
  if (method !== 'GET' && method !== 'HEAD') return fail(response, 405, 'Only GET and POST are answered.');
  if (question === 'events') return events.add(response, securityHeaders);
  if (question !== null) return attempt(response, async () => api.get(question, url.searchParams));
  const file = files.get(path);
  if (file === undefined) return fail(response, 404, 'There is nothing at this address.');
  send(response, 200, file.type, file.content);
}

async function attempt(response: ServerResponse, make: () => Promise<Answer>): Promise<void> {
  let made: Answer;
  try {
    made = await make();
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    return fail(response, error.status, error.message);
  }
  if ('json' in made) send(response, 200, 'application/json', Buffer.from(JSON.stringify(made.json)));
  else send(response, 200, 'application/octet-stream', made.bytes, made.headers);
}

/** Only JSON, which a form of another page can't send. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type']?.split(';')[0] !== 'application/json') {
    throw new BadRequest('the request must be application/json', 415);
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > longestBody) throw new BadRequest('the request is too long', 413);
    parts.push(part as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new BadRequest('the request is not JSON');
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  content: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...securityHeaders,
    ...headers,
    'Content-Type': type,
    'Content-Length': content.byteLength,
  });
  response.end(content);
}

function redirect(response: ServerResponse, path: string): void {
  response.writeHead(308, { ...securityHeaders, Location: path });
  response.end();
}

function fail(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) response.destroy();
  else send(response, status, 'text/plain; charset=utf-8', Buffer.from(`${message}\n`));
}
