import { noGrad } from '../../autograd/mode.js';
import { pca } from '../../projections/pca.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { KeyedVectors } from '../../vectors/keyed_vectors.js';
import type { LayoutRequest, LayoutState, Method } from '../protocol.js';
import { centred } from './placing.js';

type Project = (
  rows: Tensor,
  settings: { dimensions: 2 | 3; signal: AbortSignal; onProgress: (share: number, points: Tensor) => void },
) => Promise<Tensor>;

const projections: Readonly<Record<Method, Project>> = {
  // Fewer dimensions than are shown have fewer components.
  pca: async (rows, { dimensions }) => pca(rows, { components: Math.min(dimensions, ...rows.shape) }).projected,
  dimensions: async (rows, { dimensions }) => rows.narrow(1, 0, Math.min(dimensions, rows.shape[1])),
};

/** Makes points of vectors, one layout at a time: a new one ends that under way. */
export class Projector {
  readonly #vectors: () => KeyedVectors;
  readonly #onChange: () => void;
  readonly shown: number;
  #running: AbortController | null = null;
  #points: Float32Array;
  #state: LayoutState = { method: 'pca', dimensions: 2, revision: 0, progress: null, error: null };

  /** @param onChange called when points have moved, or what is under way has ended */
  constructor(vectors: () => KeyedVectors, shown: number, onChange: () => void) {
    this.#vectors = vectors;
    this.#onChange = onChange;
    this.shown = shown;
    this.#points = new Float32Array(2 * shown);
  }

  get state(): LayoutState {
    return this.#state;
  }

  /** [shown, dimensions] */
  get points(): Float32Array {
    return this.#points;
  }

  async start({ method, dimensions }: LayoutRequest): Promise<void> {
    this.cancel();
    const running = new AbortController();
    this.#running = running;
    const { signal } = running;
    this.#state = { ...this.#state, method, progress: 0, error: null };
    this.#onChange();
    const take = (points: Tensor, progress: number | null) => {
      if (signal.aborted) return;
      this.#points = widened(points, dimensions);
      this.#state = { method, dimensions, revision: this.#state.revision + 1, progress, error: null };
      this.#onChange();
    };
    try {
      const rows = noGrad(() => this.#vectors().vectors.narrow(0, 0, this.shown));
      const points = await projections[method](rows, {
        dimensions,
        signal,
        onProgress: (share, some) => take(some, share),
      });
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
}

/** Points as numbers of their own; vectors of fewer dimensions lie in a line or plane. */
function widened(points: Tensor, dimensions: number): Float32Array {
  const [count, width] = points.shape;
  const data = points.contiguous().data as Float32Array;
  const wide = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < Math.min(width, dimensions); j++) wide[i * dimensions + j] = data[i * width + j];
  }
  return centred(wide, dimensions);
}
