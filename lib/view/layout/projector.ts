import { noGrad } from '../../autograd/mode.js';
import { pca } from '../../projections/pca.js';
import { tsne } from '../../projections/tsne.js';
import { umap } from '../../projections/umap.js';
import { Tensor } from '../../tensor/tensor.js';
import type { KeyedVectors } from '../../vectors/keyed_vectors.js';
import type { LayoutRequest, LayoutState, Method } from '../protocol.js';
import { centred, turnedLike } from './placing.js';

interface ProjectSettings {
  readonly dimensions: 2 | 3;
  readonly signal: AbortSignal;
  /** Where points of the same layout were before, [points, dimensions]; null where there was another. */
  readonly before: Float32Array | null;
  /** @param share of the work that is done, from 0 to 1 */
  readonly onProgress: (share: number, points: Tensor) => void;
}

const projections: Readonly<Record<Method, (rows: Tensor, settings: ProjectSettings) => Promise<Tensor>>> = {
  // Fewer dimensions than are shown have fewer components.
  pca: async (rows, { dimensions }) => pca(rows, { components: Math.min(dimensions, ...rows.shape) }).projected,
  tsne: (rows, { dimensions, signal, before, onProgress }) =>
    tsne(rows, {
      components: dimensions,
      // Fewer words have fewer neighbours.
      perplexity: Math.min(30, Math.max(1, (rows.shape[0] - 1) / 3.01)),
      init: firstPositions(before, dimensions, 1e-4) ?? 'pca',
      signal,
      onProgress: (step, points, { steps }) => onProgress(step / steps, points),
    }),
  umap: (rows, { dimensions, signal, before, onProgress }) =>
    umap(rows, {
      components: dimensions,
      neighbors: Math.max(2, Math.min(15, rows.shape[0] - 1)),
      init: firstPositions(before, dimensions, 5) ?? 'spectral',
      signal,
      onProgress: (step, points, { steps }) => onProgress(step / steps, points),
    }),
  dimensions: async (rows, { dimensions }) => rows.narrow(1, 0, Math.min(dimensions, rows.shape[1])),
};

/** Where points were, at the scale from which a projection begins; null where there were none. */
function firstPositions(before: Float32Array | null, dimensions: number, scale: number): Tensor | null {
  if (before === null) return null;
  return Tensor.wrap(
    before.map((x) => x * scale),
    [before.length / dimensions, dimensions],
    'float32',
  );
}

/** Makes points of vectors, one layout at a time: a new one ends that under way. */
export class Projector {
  readonly #vectors: () => KeyedVectors;
  readonly #most: number;
  readonly #onChange: () => void;
  #running: AbortController | null = null;
  #points = new Float32Array(0);
  #state: LayoutState = { method: 'pca', dimensions: 2, revision: 0, progress: null, error: null };

  /**
   * @param most how many points at most, the first
   * @param onChange called when points have moved, or what is under way has ended
   */
  constructor(vectors: () => KeyedVectors, most: number, onChange: () => void) {
    this.#vectors = vectors;
    this.#most = most;
    this.#onChange = onChange;
  }

  get state(): LayoutState {
    return this.#state;
  }

  /** How many points there are. */
  get shown(): number {
    return Math.min(this.#vectors().size, this.#most);
  }

  /** [shown, dimensions] */
  get points(): Float32Array {
    return this.#points;
  }

  /** Lays the vectors out anew as they are now; points that were there before stay as near to their places as they can. */
  async update(): Promise<void> {
    await this.start(this.#state);
  }

  async start({ method, dimensions }: LayoutRequest): Promise<void> {
    this.cancel();
    if (this.shown === 0) return;
    const running = new AbortController();
    this.#running = running;
    const { signal } = running;
    const isSame = this.#state.method === method && this.#state.dimensions === dimensions;
    const before = isSame && this.#points.length === this.shown * dimensions ? this.#points : null;
    this.#state = { ...this.#state, method, progress: 0, error: null };
    this.#onChange();
    const take = (points: Tensor, progress: number | null) => {
      if (signal.aborted) return;
      this.#points = this.#placed(points, dimensions);
      this.#state = { method, dimensions, revision: this.#state.revision + 1, progress, error: null };
      this.#onChange();
    };
    try {
      const rows = noGrad(() => this.#vectors().vectors.narrow(0, 0, this.shown));
      const onProgress = (share: number, some: Tensor) => take(some, share);
      const points = await projections[method](rows, { dimensions, signal, before, onProgress });
      take(points, null);
    } catch (error) {
      if (signal.aborted) return;
      this.#state = { ...this.#state, progress: null, error: (error as Error).message };
      this.#onChange();
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  cancel(): void {
    this.#running?.abort();
    this.#running = null;
  }

  #placed(points: Tensor, dimensions: 2 | 3): Float32Array<ArrayBuffer> {
    const placed = centred(widened(points, dimensions), dimensions);
    const before = this.#points;
    const isSame = before.length === placed.length && this.#state.dimensions === dimensions;
    return (isSame ? turnedLike(placed, before, dimensions) : placed) as Float32Array<ArrayBuffer>;
  }
}

/** Points as numbers of their own; vectors of fewer dimensions lie in a line or plane. */
function widened(points: Tensor, dimensions: number): Float32Array {
  const [count, width] = points.shape;
  const data = points.contiguous().data as Float32Array;
  const wide = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < Math.min(width, dimensions); j++) wide[i * dimensions + j] = data[i * width + j];
  }
  return wide;
}
