import type { Projector } from './layout/projector.js';
import type { Column } from './metadata.js';
import { neighboursOf, searchWords } from './neighbours.js';
import { type About, type LayoutRequest, type Metric, methods } from './protocol.js';
import type { PointSource } from './sources/source.js';

/** What is answered: JSON, or bytes with numbers beside them in headers. */
export type Answer =
  | { readonly json: unknown }
  | { readonly bytes: Uint8Array; readonly headers: Readonly<Record<string, string>> };

/** A question that can't be answered; the message goes to the page. */
export class BadRequest extends Error {
  readonly status: number;
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

const mostFound = 200;
const mostRows = 100;

/** Answers what the page asks. */
export class Api {
  constructor(
    private readonly instance: string,
    private readonly source: PointSource,
    private readonly projector: Projector,
    private readonly columns: () => readonly Column[],
  ) {}

  /** Counts up when words come or go. */
  words = 0;

  about(): About {
    const { source, projector } = this;
    const { size, vectorSize } = source.vectors;
    return {
      instance: this.instance,
      name: source.name,
      kind: source.kind,
      size,
      shown: projector.shown,
      vectorSize,
      columns: this.columns().map(({ name, kind }) => ({ name, kind })),
      words: this.words,
      layout: projector.state,
    };
  }

  /** Answers a question by its path behind `/api/`. @throws BadRequest */
  get(path: string, query: URLSearchParams): Answer {
    const { vectors } = this.source;
    switch (path) {
      case 'about':
        return { json: this.about() };
      case 'words':
        return { json: vectors.keys.slice(0, this.projector.shown) };
      case 'run':
        return { json: this.source.run };
      case 'column': {
        const columns = this.columns();
        const column = columns[readWhole(query, 'index', 0, columns.length - 1)];
        return { json: column.values(vectors, this.projector.shown) };
      }
      case 'rows':
        return this.#rows(query);
      case 'points':
        return this.#points();
      case 'search': {
        const text = (query.get('text') ?? '').slice(0, 200);
        return { json: text === '' ? [] : searchWords(vectors.keys, text, readWhole(query, 'count', 1, mostFound)) };
      }
      case 'neighbors': {
        const index = readWhole(query, 'index', 0, vectors.size - 1);
        const metric = query.get('metric') ?? 'cosine';
        if (metric !== 'cosine' && metric !== 'euclid') throw new BadRequest('metric must be cosine or euclid');
        const count = readWhole(query, 'count', 1, mostFound);
        const neighbours = neighboursOf(vectors, index, metric satisfies Metric, count);
        return { json: { index, key: vectors.keys[index], metric, neighbours } };
      }
      default:
        throw new BadRequest('there is no such question', 404);
    }
  }

  /** Does what is asked for. @throws BadRequest */
  post(path: string, body: unknown): Answer {
    if (path !== 'layout') throw new BadRequest('there is no such request', 404);
    void this.projector.start(readLayout(body));
    return { json: this.projector.state };
  }

  /** The vectors of some words, for a picture of their numbers. */
  #rows(query: URLSearchParams): Answer {
    const { vectors } = this.source;
    const places = (query.get('indices') ?? '').split(',').map(Number);
    const isRow = (index: number) => Number.isInteger(index) && index >= 0 && index < vectors.size;
    if (places.length > mostRows || !places.every(isRow)) {
      throw new BadRequest(`indices must be at most ${mostRows} whole numbers from 0 to ${vectors.size - 1}`);
    }
    return { json: places.map((index) => Array.from(vectors.vector(vectors.keys[index]))) };
  }

  #points(): Answer {
    const { points, state } = this.projector;
    const bytes = new Uint8Array(points.buffer, points.byteOffset, points.byteLength);
    return { bytes, headers: { 'X-Dimensions': String(state.dimensions), 'X-Revision': String(state.revision) } };
  }
}

function readWhole(query: URLSearchParams, name: string, least: number, most: number): number {
  const value = Number(query.get(name) ?? Number.NaN);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BadRequest(`${name} must be a whole number from ${least} to ${most}`);
}

function readLayout(body: unknown): LayoutRequest {
  const { method, dimensions } = (typeof body === 'object' && body !== null ? body : {}) as Partial<LayoutRequest>;
  if (!methods.some(({ name }) => name === method)) {
    throw new BadRequest(`method must be one of ${methods.map(({ name }) => name).join(', ')}`);
  }
  if (dimensions !== 2 && dimensions !== 3) throw new BadRequest('dimensions must be 2 or 3');
  return { method: method as LayoutRequest['method'], dimensions };
}
