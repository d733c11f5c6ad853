import { AutogradError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import type { GraphNode } from '../tensor/graph.js';
import type { Tensor } from '../tensor/tensor.js';

/** Gradients of an operation's inputs, in their order; null where an input needs none. */
export type Gradients = readonly (Tensor | null)[];

/**
 * Computes the inputs' gradients from the outputs'. `grads[k]` is null when output k was not used.
 * It must not write into `grads`, and returns fresh tensors, the incoming ones, or views of them - never saved tensors.
 */
export type Backward = (grads: (Tensor | null)[], needs: readonly boolean[]) => Gradients;

/** The hooks of one tensor, in the order in which they are called. */
export interface TensorHooks {
  /** The tensor's own: a walk carries gradients of 16 bits in float32. */
  readonly dtype: DType;
  readonly list: { readonly hook: (grad: Tensor) => unknown }[];
}

/** A hook on a leaf whose `grad` was added to. */
export interface LeafHook {
  readonly hook: (leaf: Tensor) => unknown;
  /** Whether it is the library's own, which holds on to no gradient: its memory may be used again afterwards. */
  readonly keepsNothing?: boolean;
}

let created = 0;

/** One recorded operation. Ids grow with time, so a larger id never feeds a smaller one. */
export class Node implements GraphNode {
  readonly id = created++;
  readonly name: string;
  /** What produced each input: its node and which output of it; null where no gradient is needed. */
  readonly inputs: readonly (Node | null)[];
  readonly inputIndices: readonly number[];
  readonly needs: readonly boolean[];
  readonly outputCount: number;
  /** The leaf that this node accumulates into; null for every operation. */
  leaf: Tensor | null = null;
  /** Non-leaf outputs whose grad must be kept (`retainGrad`). */
  retained: (Tensor | null)[] | null = null;
  /** Hooks on outputs, by output (`registerHook`); a leaf's stand at 0. */
  hooks: (TensorHooks | undefined)[] | null = null;
  /** Hooks on a leaf whose `grad` was added to (`registerPostAccumulateGradHook`). */
  afterAccumulate: LeafHook[] | null = null;
  onFreed: (() => void) | null = null;
  /** Whether backward is given a row-sparse gradient as it is; every other operation gets it written out. */
  takesRows = false;
  /** The backward walk that last came by. The engine numbers them. */
  walk = 0;
  /** What has arrived for each output during that walk; null before the first and once this node had its turn. */
  arrived: (Tensor | null)[] | null = null;
  private backward: Backward | null;
  private saved: readonly Tensor[] | null;
  private readonly versions: readonly number[];

  constructor(
    name: string,
    inputs: readonly Tensor[],
    outputCount: number,
    backward: Backward,
    saved: readonly Tensor[],
  ) {
    this.name = name;
    // Arrays that grow by push start with room for seventeen.
    const count = inputs.length;
    const sources = new Array<Node | null>(count);
    const indices = new Array<number>(count);
    const needs = new Array<boolean>(count);
    for (let i = 0; i < count; i++) {
      const source = inputs[i].requiresGrad ? nodeOf(inputs[i]) : null;
      sources[i] = source;
      indices[i] = inputs[i].outputIndex;
      needs[i] = source !== null;
    }
    this.inputs = sources;
    this.inputIndices = indices;
    this.needs = needs;
    this.outputCount = outputCount;
    this.backward = backward;
    this.saved = saved;
    const versions = new Array<number>(saved.length);
    for (let i = 0; i < saved.length; i++) versions[i] = saved[i].storage.version;
    this.versions = versions;
  }

  /** Runs the backward function; frees what it saved unless `retain`. */
  run(grads: (Tensor | null)[], retain: boolean): Gradients {
    const { backward, saved } = this;
    if (backward === null || saved === null) {
      throw new AutogradError(
        `backward: ${this.name} was already run and its saved tensors are freed; pass { retainGraph: true } to the first backward to run it twice`,
      );
    }
    for (let i = 0; i < saved.length; i++) {
      if (saved[i].storage.version !== this.versions[i]) {
        throw new AutogradError(
          `backward: a tensor of shape [${saved[i].shape.join(', ')}] that ${this.name} saved was changed in place ` +
            `(version ${saved[i].storage.version}, expected ${this.versions[i]}); clone it before the change`,
        );
      }
    }
    if (!retain) {
      this.backward = null;
      this.saved = null;
    }
    const results = backward(grads, this.needs);
    if (!retain) this.onFreed?.();
    return results;
  }
}

const none: readonly Tensor[] = [];
const nothing = () => none;

/** The end of a path: adds what arrives to a leaf's `grad`. The engine does the adding. */
export class AccumulateGrad extends Node {
  /** Whether the leaf has had a gradient. */
  hadGradient = false;

  constructor(leaf: Tensor) {
    super('AccumulateGrad', none, 1, nothing, none);
    this.leaf = leaf;
  }
}

/** The operation that made a tensor; null for leaves. Nothing but `record` sets it, so every graph node is a Node. */
export function makerOf(t: Tensor): Node | null {
  return t.gradFn as Node | null;
}

/** The operation that made a tensor, or the node that accumulates into a leaf's `grad`. */
export function nodeOf(t: Tensor): Node {
  if (t.gradFn !== null) return t.gradFn as Node;
  t.accumulator ??= new AccumulateGrad(t);
  return t.accumulator as Node;
}
