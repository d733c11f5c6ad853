import type { Events, LayoutRequest, LayoutState } from '../lib/view/protocol.js';

/** Points as the server has them. */
export interface ServedPoints {
  readonly values: Float32Array;
  readonly dimensions: 2 | 3;
  readonly revision: number;
}

export interface ConnectionListener {
  /** The server is there, for the first time or again. */
  onOpen(): void;
  /** The server is gone; it is asked for again and again. */
  onLost(): void;
  onEvent<K extends keyof Events>(name: K, data: Events[K]): void;
}

const eventNames: readonly (keyof Events)[] = ['layout', 'about', 'run'];

/** How long until a server that is gone is asked for again, in milliseconds. */
const retryAfter = 1000;

/** Asks the server, and hears from it. Paths are relative to the page's own, which holds the token. */
export class Connection {
  constructor(private readonly listener: ConnectionListener) {}

  async json<T>(path: string, query: Readonly<Record<string, string | number>> = {}): Promise<T> {
    return (await (await this.#ask(path, query)).json()) as T;
  }

  async points(): Promise<ServedPoints> {
    const response = await this.#ask('points', {});
    const header = (name: string) => Number(response.headers.get(name));
    return {
      values: new Float32Array(await response.arrayBuffer()),
      dimensions: header('X-Dimensions') === 3 ? 3 : 2,
      revision: header('X-Revision'),
    };
  }

  async layout(request: LayoutRequest): Promise<LayoutState> {
    const response = await fetch('api/layout', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    });
    return (await checked(response).then((answer) => answer.json())) as LayoutState;
  }

  /** Listens to the server's events, and connects again whenever it was lost. */
  listen(): void {
    const events = new EventSource('api/events');
    events.addEventListener('open', () => this.listener.onOpen());
    events.addEventListener('error', () => {
      events.close();
      this.listener.onLost();
      setTimeout(() => this.listen(), retryAfter);
    });
    for (const name of eventNames) {
      events.addEventListener(name, (event) => {
        this.listener.onEvent(name, JSON.parse((event as MessageEvent<string>).data));
      });
    }
  }

  async #ask(path: string, query: Readonly<Record<string, string | number>>): Promise<Response> {
    const parameters = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    return checked(await fetch(`api/${path}?${parameters}`));
  }
}

async function checked(response: Response): Promise<Response> {
  if (!response.ok) throw new Error((await response.text()).trim());
  return response;
}
