import type { ServerResponse } from 'node:http';
import type { Events } from './protocol.js';

/** Proxies and browsers close what is silent for long. */
const heartbeat = 15_000;

/** Tells every open page what has changed, by server-sent events. */
export class EventStream {
  readonly #pages = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#send(': still here\n\n'), heartbeat);
    this.#timer.unref();
  }

  /** Pages that listen. */
  get size(): number {
    return this.#pages.size;
  }

  /** Keeps an answer open for events. `retry` says after how many milliseconds a page that lost it asks again. */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream' });
    response.write('retry: 1000\n\n');
    this.#pages.add(response);
    response.on('close', () => this.#pages.delete(response));
  }

  emit<K extends keyof Events>(name: K, data: Events[K]): void {
    this.#send(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }

  #send(text: string): void {
    for (const page of this.#pages) page.write(text);
  }
}
