import { copyInto, copyOf, fillWith } from '../calls/copy.js';
import { type DType, dtypes } from '../tensor/dtype.js';
import { contiguousStrides } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { allReduce } from './collectives.js';
import { computesIn } from './memory.js';
import type { Work } from './work.js';

/** A parameter's place in a bucket. */
interface Slot {
  readonly parameter: Tensor;
  /** Its gradient's window on the bucket. */
  readonly part: Tensor;
  /** Where the bucket says whether any rank has used the parameter. */
  readonly flag: number;
  isReady: boolean;
}

/** The gradients of some parameters in one piece of memory, which is averaged over the ranks at once. */
export class GradientBucket {
  readonly #memory: Tensor;
  readonly #slots: Slot[] = [];
  #ready = 0;
  #work: Work | null = null;

  constructor(parameters: readonly Tensor[]) {
    const dtype = computesIn(parameters[0].dtype);
    const count = parameters.reduce((sum, { numel }) => sum + numel, 0);
    this.#memory = new Tensor(
      Tensor.allocate([count + parameters.length], dtype).storage,
      [count + parameters.length],
      [1],
      0,
    );
    let at = 0;
    for (const [i, parameter] of parameters.entries()) {
      const { shape, numel } = parameter;
      const part = new Tensor(this.#memory.storage, shape, contiguousStrides(shape), at);
      this.#slots.push({ parameter, part, flag: count + i, isReady: false });
      at += numel;
    }
  }

  get parameters(): Tensor[] {
    return this.#slots.map(({ parameter }) => parameter);
  }

  get isReady(): boolean {
    return this.#ready === this.#slots.length;
  }

  /** Takes the gradient of the parameter at a place, which this rank has just computed. */
  take(place: number): void {
    const slot = this.#slots[place];
    this.#fill(slot, true);
    if (!slot.isReady) this.#ready++;
    slot.isReady = true;
  }

  #fill({ parameter, part, flag }: Slot, isUsed: boolean): void {
    const grad = parameter.heldGrad;
    if (grad === null) fillWith(part, 0);
    else copyInto(part, grad.isSparse ? (grad as unknown as { toDense(): Tensor }).toDense() : grad);
    this.#memory.storage.array[flag] = isUsed && grad !== null ? 1 : 0;
  }

  /**
   * Sends what is there. Of parameters that this rank has not used its present gradient goes, or zeros.
   * @param isDirty whether a parameter's gradient holds more than the ranks have averaged
   * @param later whether the averages are waited for in `finish`
   */
  start(isDirty: (parameter: Tensor) => boolean, later: boolean): void {
    for (const slot of this.#slots) if (!slot.isReady) this.#fill(slot, isDirty(slot.parameter));
    if (later) this.#work = allReduce(this.#memory, { op: 'mean', asyncOp: true });
    else allReduce(this.#memory, { op: 'mean' });
  }

  /** Waits for the averages and puts them into the parameters' gradients. One that no rank has used keeps what it has. */
  finish(): void {
    this.#work?.wait();
    this.reset();
    for (const { parameter, part, flag } of this.#slots) {
      if (this.#memory.storage.array[flag] === 0) continue;
      const grad = parameter.heldGrad;
      if (grad !== null && !grad.isRows) {
        copyInto(grad, part);
        grad.storage.version++;
      } else {
        parameter.heldGrad = copyOf(part, parameter.dtype);
      }
    }
  }

  /** Begins anew. */
  reset(): void {
    this.#work = null;
    this.#ready = 0;
    for (const slot of this.#slots) slot.isReady = false;
  }
}

const bytesOf = (parameter: Tensor) => parameter.numel * dtypes[computesIn(parameter.dtype)].bytes;

/**
 * Buckets for parameters in the order in which backward mostly comes to them, the last ones first.
 * @param cap bytes of a bucket @param firstCap of the first one, so that something is sent early
 */
export function makeBuckets(parameters: readonly Tensor[], cap: number, firstCap: number): GradientBucket[] {
  const groups: Tensor[][] = [];
  const open = new Map<DType, { group: Tensor[]; bytes: number; most: number }>();
  for (const parameter of [...parameters].reverse()) {
    const dtype = computesIn(parameter.dtype);
    let last = open.get(dtype);
    if (last === undefined || last.bytes + bytesOf(parameter) > last.most) {
      const most = groups.length === 0 ? Math.min(cap, firstCap) : cap;
      last = { group: [], bytes: 0, most };
      open.set(dtype, last);
      groups.push(last.group);
    }
    last.group.push(parameter);
    last.bytes += bytesOf(parameter);
  }
  return groups.map((group) => new GradientBucket(group));
}
