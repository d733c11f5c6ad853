import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { ArgumentError, CorpusError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { KeyedVectors } from '../vectors/keyed_vectors.js';
import { Api } from './api.js';
import { EventStream } from './event_stream.js';
import { Projector } from './layout/projector.js';
import { type Column, metadataBeside, ownColumns, readMetadata } from './metadata.js';
import { openInBrowser } from './open_browser.js';
import { readPageFiles } from './page_files.js';
import { startServer } from './server.js';
import { RunSource } from './sources/run_source.js';
import { looksLikeRun } from './sources/run_weights.js';
import { type PointSource, TableSource } from './sources/source.js';

export interface ViewOptions {
  /** Default: a free one. */
  port?: number;
  /** Whether a browser is opened. Default false. */
  open?: boolean;
  /** Ends the server when it is aborted. */
  signal?: AbortSignal;
  /**
   * A table of labels by which points can be coloured, CSV or TSV (by its name) with names in the first row: one column holds words, or
   * there is a row for each word. Default: a file of the same name beside the vectors, with `.tsv` or `.csv`.
   */
  metadata?: string;
  /** Read only so many rows of a file, its first. Default: all. */
  limit?: number;
  /** Show only so many points, the first; neighbours and search look at all rows. Default 50 000. */
  points?: number;
  /** What makes the address secret: 16 or more letters, digits, `-` and `_`. Default: at random, another one each time. */
  token?: string;
}

/** A page that is being served. */
export interface View {
  /** Its address, with the token in it: who knows it may look. */
  readonly url: string;
  /** Ends the server; open pages say so. */
  close(): Promise<void>;
}

const optionNames = ['port', 'open', 'signal', 'metadata', 'limit', 'points', 'token'];
const usualPoints = 50_000;

/**
 * Serves a page on this machine that shows vectors as points: in 2-D and 3-D, with search and neighbours; those of a run move as it
 * learns.
 *
 * ```ts
 * const { url, close } = await view('glove.6B.100d.txt');
 * ```
 *
 * @param source a file that `KeyedVectors.load` reads, `KeyedVectors`, or the folder of a run, which may be under way
 * @throws ValueError naming the port where it is in use; FileFormatError and others of `KeyedVectors.load`
 */
export async function view(source: string | KeyedVectors, options?: ViewOptions): Promise<View> {
  const op = 'view';
  const settings = readOptions(op, options);
  settings.signal?.throwIfAborted();
  const files = readPageFiles();
  const points = await openSource(op, source, settings);
  const labels = await readLabels(op, source, points, settings.metadata);
  const { randomBytes } = await import('node:crypto');
  const random = () => randomBytes(24).toString('base64url');
  const events = new EventStream();
  const projector = new Projector(
    () => points.vectors,
    settings.points,
    () => events.emit('layout', projector.state),
  );
  const api = new Api(random(), points, projector, () => [...labels, ...ownColumns(points.vectors)]);
  const token = settings.token ?? random();
  const server = await startServer(op, settings.port, { api, events, files, token });
  await projector.start({ method: projector.shown === 1 ? 'dimensions' : 'pca', dimensions: 2 });
  points.watch({
    onVectors: (isSame) => {
      if (!isSame) api.words++;
      events.emit('about', api.about());
      void projector.update();
    },
    onRun: () => {
      if (points.run !== null) events.emit('run', points.run);
    },
  });
  const url = `http://127.0.0.1:${server.port}/${token}/`;
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= (async () => {
      settings.signal?.removeEventListener('abort', close);
      projector.cancel();
      points.close();
      events.close();
      await server.close();
    })();
    return closing;
  };
  settings.signal?.addEventListener('abort', close, { once: true });
  if (settings.open) await openInBrowser(url);
  return { url, close };
}

type Settings = Required<Pick<ViewOptions, 'port' | 'open' | 'points'>> &
  Pick<ViewOptions, 'signal' | 'metadata' | 'limit' | 'token'>;

function readOptions(op: string, options: ViewOptions | undefined): Settings {
  const given = checkOptions(op, options, optionNames);
  const { port = 0, open = false, signal, metadata, limit, points = usualPoints, token } = given;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ValueError(`${op}: port must be a whole number from 0 to 65535, got ${describe(port)}`);
  }
  if (typeof open !== 'boolean') throw new ArgumentError(`${op}: open must be true or false, got ${describe(open)}`);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new ArgumentError(`${op}: signal must be an AbortSignal, got ${describe(signal)}`);
  }
  if (metadata !== undefined && (typeof metadata !== 'string' || metadata === '')) {
    throw new ArgumentError(`${op}: metadata must be the path of a file, got ${describe(metadata)}`);
  }
  for (const [name, value] of Object.entries({ limit: limit ?? 1, points })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new ValueError(`${op}: ${name} must be a whole number of at least 1, got ${describe(value)}`);
  }
  if (token !== undefined && (typeof token !== 'string' || !/^[\w-]{16,200}$/.test(token))) {
    throw new ValueError(`${op}: token must be 16 to 200 letters, digits, - and _`);
  }
  return { port, open, signal, metadata, limit, points, token };
}

async function openSource(op: string, source: unknown, { limit }: Settings): Promise<PointSource> {
  if (source instanceof KeyedVectors) return new TableSource('vectors', checkSize(op, 'vectors', source));
  if (typeof source !== 'string' || source === '') {
    throw new ArgumentError(
      `${op}: source must be the path of a file or a run, or KeyedVectors, got ${describe(source)}`,
    );
  }
  if (statSync(source).isDirectory()) return openRun(op, source, limit);
  const vectors = await KeyedVectors.load(source, limit === undefined ? {} : { limit });
  return new TableSource(basename(source), checkSize(op, source, vectors));
}

async function readLabels(
  op: string,
  source: unknown,
  { kind, vectors }: PointSource,
  metadata: string | undefined,
): Promise<Column[]> {
  if (metadata !== undefined) return readMetadata(op, metadata, vectors.keys, true);
  const beside = kind === 'vectors' && typeof source === 'string' ? metadataBeside(source) : null;
  return beside === null ? [] : readMetadata(op, beside, vectors.keys, false);
}

async function openRun(op: string, folder: string, limit: number | undefined): Promise<PointSource> {
  if (!looksLikeRun(folder)) {
    throw new CorpusError(
      `${op}: ${folder} is a folder, but no run: it holds no config.yaml, log.jsonl, vocabulary.json or weights; give a run's folder or a file of vectors`,
    );
  }
  const run = new RunSource(folder, limit);
  await run.update();
  return run;
}

function checkSize(op: string, name: string, vectors: KeyedVectors): KeyedVectors {
  if (vectors.size > 0 && vectors.vectorSize > 0) return vectors;
  throw new ValueError(`${op}: ${name} holds no vectors to show`);
}
