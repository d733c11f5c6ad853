import type { IncomingMessage } from 'node:http';

/**
 * Who may ask: only pages that this server has given out. A page elsewhere on the network, or one whose name was pointed at this
 * machine (DNS rebinding), has another Host or Origin, and knows no token.
 */
export interface Guard {
  readonly port: number;
  /** The first part of every path. */
  readonly token: string;
}

/** Sent with every answer. Nothing is loaded from elsewhere, nothing is framed, nothing is remembered. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

function ownHosts(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/** Why a request is refused, and by which status; null for one that may pass. */
export function refusalOf(request: IncomingMessage, guard: Guard): { status: number; message: string } | null {
  const hosts = ownHosts(guard.port);
  const { host, origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (host === undefined || !hosts.includes(host)) {
    return { status: 421, message: `This server is asked as ${hosts[0]} only.` };
  }
  if (origin !== undefined && !hosts.some((own) => origin === `http://${own}`)) {
    return { status: 403, message: 'Pages from elsewhere may not ask this server.' };
  }
  // A link from elsewhere may open the page, which needs the token; nothing else of it is for other sites.
  const isVisit = request.headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isVisit) {
    return { status: 403, message: 'Pages from elsewhere may not ask this server.' };
  }
  return null;
}

/** The path behind the token; null where it is missing or another. Takes as long for a nearly right one as for any. */
export function pathBehindToken(
  path: string,
  token: string,
  equal: (a: Uint8Array, b: Uint8Array) => boolean,
): string | null {
  const end = path.indexOf('/', 1);
  const given = Buffer.from(path.slice(1, end < 0 ? undefined : end));
  const wanted = Buffer.from(token);
  if (given.length !== wanted.length || !equal(given, wanted)) return null;
  return end < 0 ? '' : path.slice(end);
}
