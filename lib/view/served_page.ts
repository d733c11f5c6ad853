import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { ArgumentError, CorpusError, describe, ValueError } from '../errors.js';
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
import type { ViewSettings } from './view_options.js';

/** A page that is being served. */
export interface View {
  /** Its address, with the token in it: who knows it may look. */
  readonly url: string;
  /** Ends the server; open pages say so. */
  close(): Promise<void>;
}

/** Serves the page of `view`. */
export async function servePage(op: string, source: string | KeyedVectors, settings: ViewSettings): Promise<View> {
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
  settings.signal?.addEventListener('abort', close);
  if (settings.open) await openInBrowser(url);
  return { url, close };
}

async function openSource(op: string, source: unknown, { limit }: ViewSettings): Promise<PointSource> {
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
