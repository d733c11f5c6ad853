import { basename, resolve } from 'node:path';
import { zeros } from '../../ops/creation.js';
import { KeyedVectors } from '../../vectors/keyed_vectors.js';
import type { RunState } from '../protocol.js';
import { RunLog } from './run_log.js';
import { sampleOfWeights } from './run_sample.js';
import { newestWeights, vectorsOfWeights, type WeightsFile } from './run_weights.js';
import type { PointSource, SourceListener } from './source.js';

/** How often a run's folder is looked at, in milliseconds. */
const interval = 500;

/** The folder of a run: what it has learned until now, and how it gets on. */
export class RunSource implements PointSource {
  readonly kind = 'run';
  readonly name: string;
  readonly #folder: string;
  readonly #limit: number | undefined;
  readonly #log: RunLog;
  #vectors = new KeyedVectors([], zeros([0, 1]));
  #weights: WeightsFile | null = null;
  #sample: string | null = null;
  #error: string | null = null;
  /** Of the weights that were tried last: those that can't be read are not tried again. */
  #tried = '';
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** @param limit of rows that are read */
  constructor(folder: string, limit: number | undefined) {
    this.#folder = folder;
    this.#limit = limit;
    this.name = basename(resolve(folder));
    this.#log = new RunLog(folder);
  }

  get vectors(): KeyedVectors {
    return this.#vectors;
  }

  get run(): RunState {
    const weights = this.#weights === null ? null : { name: this.#weights.name, time: this.#weights.time };
    return { series: this.#log.series, weights, sample: this.#sample, error: this.#error };
  }

  /** Looks at the folder. */
  async update(): Promise<{ run: boolean; vectors: 'same words' | 'other words' | null }> {
    const log = this.#log.update();
    const newest = newestWeights(this.#folder);
    if (newest === null || newest.stamp === this.#tried) return { run: log, vectors: null };
    this.#tried = newest.stamp;
    try {
      const vectors = await vectorsOfWeights(this.#folder, newest.path, this.#limit);
      const isSame = sameWords(vectors.keys, this.#vectors.keys);
      this.#vectors = vectors;
      this.#weights = newest;
      // Vectors are shown whether or not their model writes.
      this.#sample = await sampleOfWeights(this.#folder, newest.path).catch(() => null);
      this.#error = null;
      return { run: true, vectors: isSame ? 'same words' : 'other words' };
    } catch (error) {
      // A file that is gone again was replaced by a newer one, which comes next.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#error = (error as Error).message;
      return { run: true, vectors: null };
    }
  }

  watch({ onVectors, onRun }: SourceListener): void {
    const look = async () => {
      const { run, vectors } = await this.update();
      if (this.#isClosed) return;
      if (vectors !== null) onVectors(vectors === 'same words');
      if (run) onRun();
      this.#timer = setTimeout(() => void look(), interval);
    };
    void look();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#log.close();
  }
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, k) => word === b[k]);
}
