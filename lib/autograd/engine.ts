import { ArgumentError, AutogradError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { type DType, dtypes } from '../tensor/dtype.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { addGradients, memoryOf, narrowed, numbersOf, ownCopy, standsAlone, widened } from './accumulate.js';
import { checkGradients, detecting } from './anomaly.js';
import { settled } from './dense_rows.js';
import { noteFirstGradient } from './known_leaves.js';
import { setGradEnabled } from './mode.js';
import { type AccumulateGrad, makerOf, type Node, nodeOf, type TensorHooks } from './node.js';
import type { RowSparse } from './row_sparse.js';
import { throughHooks } from './tensor_hooks.js';

export interface BackwardOptions {
  /** Keep saved tensors, so that backward can run again through the same graph. Default false. */
  retainGraph?: boolean;
}

export interface GradOptions extends BackwardOptions {
  /** Give null instead of an error for inputs that the outputs don't depend on. Default false. */
  allowUnused?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /**
     * Computes the gradients of this tensor with respect to every leaf that requires one and adds them to `leaf.grad`.
     * @param gradient the gradient of this tensor; may be left out for one-element tensors (then 1).
     * @throws AutogradError when this tensor requires no gradient, or its graph was already freed.
     */
    backward(gradient?: Tensor | null, options?: BackwardOptions): void;
    /** Keep `grad` on this non-leaf after backward. */
    retainGrad(): void;
  }
}

let walks = 0;
/** The nodes of the walk that is going on, if any. */
let running: readonly Node[] | null = null;
/** What is called when that walk is over. */
let endings: ((isDone: boolean) => void)[] | null = null;

/**
 * Calls `ending` when the backward walk that is going on is over, before `backward` returns; for hooks, which alone know of one.
 * @param ending is told whether the walk came to its end, or failed
 */
export function atEndOfWalk(ending: (isDone: boolean) => void): void {
  endings ??= [];
  endings.push(ending);
}

/**
 * One walk from roots to leaves. What it knows of a node or of memory is written on them, under the walk's number: sets
 * and maps of objects would take as long as all the rest of it.
 */
class Walk {
  readonly number = ++walks;
  /** Gradients that the walk made itself by adding, and may add to in place. */
  private ownSums: Set<Tensor> | null = null;
  /**
   * Memory of the gradients that the caller passed in. One row-sparse leaf may show it, as in PyTorch (nothing in the
   * library writes into rows that are not coalesced); a dense leaf keeps a copy.
   */
  private given: Storage[];
  /** Memory allocated after this is the walk's own: gradients, which nobody else has seen. */
  private readonly startedAt = Storage.latest;
  /** Memory that gradients have left while a node ran; looked at once all of its results are sent. */
  private readonly left: (Storage | null)[] = [];
  private leftCount = 0;
  private readonly retain: boolean;
  /** What `grad()` asks for: gradients of these node outputs are collected, and leaves are left alone. */
  private readonly captured: Map<Node, Map<number, Tensor | null>> | null;

  constructor(seeds: readonly Tensor[], retain: boolean, captured: Map<Node, Map<number, Tensor | null>> | null) {
    this.given = seeds.map(memoryOf);
    this.retain = retain;
    this.captured = captured;
  }

  /** Starts from a root with one of the seeds. */
  start(node: Node, index: number, seed: Tensor): void {
    this.take(seed);
    this.send(node, index, seed);
  }

  private send(node: Node, index: number, grad: Tensor): void {
    if (node.walk !== this.number) return; // behind the last of the asked-for gradients
    let slots = node.arrived;
    if (slots === null) {
      slots = node.outputCount === 1 ? [null] : new Array<Tensor | null>(node.outputCount).fill(null);
      node.arrived = slots;
    }
    const before = slots[index];
    if (before === null) {
      slots[index] = grad;
      hold(grad);
      return;
    }
    this.ownSums ??= new Set();
    const sum = addGradients(before, grad, this.ownSums.has(before));
    this.ownSums.add(sum);
    slots[index] = sum;
    hold(sum);
    this.leave(letGo(before));
    this.leave(grad.isRows ? null : grad.storage);
  }

  private leave(memory: Storage | null): void {
    this.left[this.leftCount++] = memory;
  }

  /** Gives back what was left behind and in which no gradient on its way, and no leaf, lies. */
  private recycle(): void {
    const { left, leftCount } = this;
    this.leftCount = 0;
    if (this.retain || this.captured !== null) return;
    for (let i = 0; i < leftCount; i++) {
      const memory = left[i];
      if (memory === null || memory.serial <= this.startedAt || memory.uses !== 0) continue;
      if (memory.takenBy !== this.number) memory.recycle();
    }
  }

  run(order: readonly Node[]): void {
    for (let k = 0; k < order.length; k++) {
      const node = order[k];
      const grads = node.arrived;
      if (grads === null) continue;
      node.arrived = null;
      for (let i = 0; i < grads.length; i++) this.leave(letGo(grads[i]));
      if (node.hooks !== null) this.callHooks(node.hooks, grads);
      const wanted = this.captured?.get(node);
      if (wanted) for (const index of wanted.keys()) wanted.set(index, grads[index]);
      if (node.retained) keepRetained(node.retained, grads);
      if (node.leaf !== null) {
        if (this.captured === null) {
          this.deliver(node as AccumulateGrad, node.leaf, grads[0]!);
          if (node.afterAccumulate !== null) callAfterAccumulate(node.afterAccumulate, node.leaf);
        }
      } else if (this.captured === null || this.leadsOn(node)) {
        this.pass(node, grads, order);
      }
      this.recycle();
    }
  }

  /** Puts what the hooks on a node's outputs make of their gradients in their places. */
  private callHooks(hooks: readonly (TensorHooks | undefined)[], grads: (Tensor | null)[]): void {
    for (let i = 0; i < grads.length; i++) {
      const [own, grad] = [hooks[i], grads[i]];
      if (own === undefined || grad === null) continue;
      const given = throughHooks(own, grad);
      if (given === grad && own.list.length === 0) continue;
      // The hooks' own from now on: a leaf that gets it keeps a copy.
      this.take(given);
      grads[i] = widened(given);
    }
  }

  /** Whether something is asked for behind a node; what lies behind the last of it keeps its saved tensors. */
  private leadsOn(node: Node): boolean {
    return node.inputs.some((source) => source !== null && source.walk === this.number);
  }

  /** Runs a node and sends on what it gives. */
  private pass(node: Node, grads: (Tensor | null)[], order: readonly Node[]): void {
    for (let i = 0; i < grads.length; i++) {
      const grad = grads[i];
      if (grad === null) continue;
      // The node may hand a sum on to several inputs: from here on it is no longer the walk's alone.
      this.ownSums?.delete(grad);
      // A table that an operation made: what lies behind it sees an ordinary gradient. PyTorch mostly refuses here.
      if (grad.isSparse && !node.takesRows) grads[i] = (grad as RowSparse).toDense();
    }
    const results = node.run(grads, this.retain);
    if (detecting)
      checkGradients(
        node,
        results.map((grad) => (grad ? numbersOf(grad) : null)),
        order,
      );
    const { inputs, inputIndices } = node;
    for (let i = 0; i < inputs.length; i++) {
      const source = inputs[i];
      const grad = results[i];
      if (source !== null && grad !== null && grad !== undefined) this.send(source, inputIndices[i], widened(grad));
    }
  }

  /** Gives back the memory of a seed that the engine made itself. */
  retire(seed: Tensor): void {
    const memory = seed.storage;
    if (this.captured === null && memory.uses === 0 && this.given.includes(memory)) memory.recycle();
  }

  /** Whether the caller passed a gradient in this memory, and no leaf shows it yet. */
  private giveAway(memory: Storage): boolean {
    const before = this.given.length;
    this.given = this.given.filter((other) => other !== memory);
    return this.given.length < before;
  }

  private deliver(node: AccumulateGrad, leaf: Tensor, grad: Tensor): void {
    if (!leaf.requiresGrad) return; // frozen after the graph was recorded
    if (!sameShape(leaf.shape, grad.shape)) {
      throw new ShapeError(
        `backward: a gradient of shape ${formatShape(grad.shape)} reached a leaf of shape ${formatShape(leaf.shape)}`,
      );
    }
    if (!node.hadGradient) {
      node.hadGradient = true;
      noteFirstGradient(leaf);
    }
    const held = leaf.heldGrad;
    if (!dtypes[leaf.dtype].computes) {
      const sum = held === null ? grad : addGradients(widened(held), grad, false);
      leaf.heldGrad = narrowed(sum, leaf.dtype);
      return;
    }
    if (held !== null) {
      leaf.heldGrad = addGradients(held, grad, memoryOf(held).takenBy !== this.number);
      return;
    }
    // A gradient may reach several leaves (as from a + b), or be a window on something larger: then copy.
    const memory = memoryOf(grad);
    const mayShare = grad.isSparse && this.giveAway(memory);
    const taken = memory.takenBy === this.number || grad.storage.takenBy === this.number;
    const alone = standsAlone(grad) && (mayShare || !taken);
    const own = alone ? detached(grad) : ownCopy(grad);
    leaf.heldGrad = own;
    this.take(own);
  }

  /** From here on a leaf that gets a gradient in this memory keeps a copy. */
  private take(grad: Tensor): void {
    memoryOf(grad).takenBy = this.number;
    grad.storage.takenBy = this.number; // other memory where a gradient is known by its rows
  }
}

function detached(grad: Tensor): Tensor {
  return grad.isSparse || grad.gradFn === null ? grad : grad.detach();
}

/** Counts a gradient that is on its way. Rows are not counted but kept: they may be written out at any time. */
function hold(grad: Tensor): void {
  if (grad.isRows) memoryOf(grad).serial = 0;
  else grad.storage.uses++;
}

/** The memory of a gradient that has arrived, if it could be recycled. */
function letGo(grad: Tensor | null): Storage | null {
  if (grad === null || grad.isRows) return null;
  grad.storage.uses--;
  return grad.storage;
}

/** Calls a leaf's hooks, which may use its gradient, and let go of it, while others are still on their way. */
function callAfterAccumulate(hooks: NonNullable<Node['afterAccumulate']>, leaf: Tensor): void {
  if (!leaf.requiresGrad) return;
  for (const { hook, keepsNothing } of [...hooks]) {
    if (!keepsNothing) void leaf.grad; // its memory is the hook's to keep, and never recycled
    hook(leaf);
  }
}

function keepRetained(retained: (Tensor | null)[], grads: readonly (Tensor | null)[]): void {
  for (let i = 0; i < retained.length; i++) {
    const t = retained[i];
    const grad = grads[i];
    if (!t || !grad) continue;
    const sum = t.heldGrad === null ? ownCopy(grad) : addGradients(widened(t.heldGrad), grad, false);
    t.heldGrad = narrowed(sum, t.dtype);
  }
}

/** Every node from which gradients can flow, latest first: a valid order, since inputs are older than outputs. */
function collect(roots: readonly Node[], walk: number): Node[] {
  const stack: Node[] = [];
  const operations: Node[] = [];
  const leaves: Node[] = [];
  let hooked = false;
  const visit = (node: Node): void => {
    if (node.walk === walk) return;
    node.walk = walk;
    if (node.hooks !== null || node.afterAccumulate !== null) hooked = true;
    node.arrived = null; // what a walk that failed has left
    if (node.leaf === null) stack.push(node);
    else leaves.push(node);
  };
  for (const root of roots) visit(root);
  while (stack.length > 0) {
    const node = stack.pop()!;
    operations.push(node);
    const { inputs } = node;
    for (let i = 0; i < inputs.length; i++) {
      const source = inputs[i];
      if (source !== null) visit(source);
    }
  }
  if (!areLatestFirst(operations)) operations.sort((a, b) => b.id - a.id);
  if (hooked) return leavesAtOnce(operations, leaves);
  for (let i = 0; i < leaves.length; i++) operations.push(leaves[i]);
  return operations;
}

/**
 * The same with every leaf right behind the last operation that sends to it: hooks, which may look at leaves, are called when
 * PyTorch calls them, and may free a leaf's gradient while others are still to come.
 */
function leavesAtOnce(operations: readonly Node[], leaves: readonly Node[]): Node[] {
  const placed = new Set<Node>();
  const behind: Node[][] = new Array(operations.length);
  for (let i = operations.length - 1; i >= 0; i--) {
    behind[i] = operations[i].inputs.filter((source): source is Node => {
      if (source === null || source.leaf === null || placed.has(source)) return false;
      placed.add(source);
      return true;
    });
  }
  const order = leaves.filter((leaf) => !placed.has(leaf));
  for (const [i, node] of operations.entries()) order.push(node, ...behind[i]);
  return order;
}

function areLatestFirst(nodes: readonly Node[]): boolean {
  for (let i = 1; i < nodes.length; i++) if (nodes[i].id > nodes[i - 1].id) return false;
  return true;
}

/** Keeps the nodes of `order` (latest first) that lead to one of `targets`; the others no longer belong to the walk. */
function onlyTowards(order: readonly Node[], targets: ReadonlyMap<Node, unknown>, walk: number): Node[] {
  for (const node of order) node.walk = 0;
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    const leads = node.leaf === null && node.inputs.some((source) => source !== null && source.walk === walk);
    if (leads || targets.has(node)) node.walk = walk;
  }
  return order.filter((node) => node.walk === walk);
}

/** The number 1 in dtypes that are stored as bits. */
const bitsOfOne: { readonly [K in DType]?: number } = { float16: 0x3c00, bfloat16: 0x3f80 };

function rootGradient(op: string, root: Tensor, gradient: Tensor | null | undefined): Tensor {
  if (!root.requiresGrad) {
    throw new AutogradError(
      `${op}: this tensor does not require a gradient and has no gradFn: nothing that it was computed from requires one ` +
        '(is every parameter frozen?), or it was computed inside noGrad or from detach(), item() or data',
    );
  }
  if (gradient === undefined || gradient === null) {
    if (root.numel !== 1) {
      throw new AutogradError(
        `${op}: a gradient can be left out only for a tensor with one element, this one has shape ${formatShape(root.shape)}; reduce it first, as in loss.mean().backward()`,
      );
    }
    const one = Tensor.allocate(root.shape, root.dtype);
    one.storage.array[0] = bitsOfOne[root.dtype] ?? 1;
    return one;
  }
  checkTensor(op, 'gradient', gradient);
  if (!sameShape(gradient.shape, root.shape)) {
    throw new ShapeError(
      `${op}: gradient must have the tensor's shape ${formatShape(root.shape)}, got ${formatShape(gradient.shape)}`,
    );
  }
  if (gradient.dtype !== root.dtype) {
    throw new ArgumentError(`${op}: gradient must be ${root.dtype} like the tensor, got ${gradient.dtype}`);
  }
  return gradient;
}

function walkFrom(
  op: string,
  roots: readonly Tensor[],
  gradients: readonly (Tensor | null | undefined)[],
  retain: boolean,
  captured: Map<Node, Map<number, Tensor | null>> | null,
): void {
  const seeds = roots.map((root, i) => rootGradient(op, root, gradients[i]));
  // A hook of a walk that goes on may start another one, which may come by the same nodes.
  const outer = running;
  const marks = outer?.map(({ walk, arrived }) => ({ walk, arrived }));
  const nodes = roots.map(nodeOf);
  const carried = seeds.map(widened);
  const walk = new Walk(carried, retain, captured);
  let order = collect(nodes, walk.number);
  if (captured !== null) order = onlyTowards(order, captured, walk.number);
  running = order;
  const outerEndings = endings;
  endings = null;
  const before = setGradEnabled(false);
  let done = false;
  try {
    for (let i = 0; i < roots.length; i++) walk.start(nodes[i], roots[i].outputIndex, carried[i]);
    walk.run(order);
    for (let i = 0; i < roots.length; i++)
      if (gradients[i] === undefined || gradients[i] === null) walk.retire(carried[i]);
    done = true;
  } finally {
    setGradEnabled(before);
    running = outer;
    const own = endings as typeof outerEndings;
    endings = outerEndings;
    if (own !== null) for (const ending of own) ending(done);
    if (!done) for (const node of order) node.arrived = null; // a leaf's node would keep it for as long as the leaf lives
    outer?.forEach((node, i) => void Object.assign(node, marks?.[i]));
  }
}

/** The method `Tensor.backward` as a function. */
export function backward(root: Tensor, gradient?: Tensor | null, options?: BackwardOptions): void {
  checkTensor('backward', 'tensor', root);
  const { retainGraph = false } = checkOptions('backward', options, ['retainGraph']);
  walkFrom('backward', [root], [gradient], retainGraph, null);
}

/**
 * The gradients of `outputs` with respect to `inputs`, without touching any `grad` (`torch.autograd.grad`).
 * @param gradOutputs one gradient per output; may be left out for one-element outputs.
 * @throws AutogradError when an input does not require a gradient, or was not used and `allowUnused` is false.
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  gradOutputs?: readonly (Tensor | null)[] | Tensor | null,
  options?: GradOptions,
): (Tensor | null)[] {
  const { retainGraph = false, allowUnused = false } = checkOptions('grad', options, ['retainGraph', 'allowUnused']);
  const roots = outputs instanceof Tensor ? [outputs] : outputs;
  const wanted = inputs instanceof Tensor ? [inputs] : inputs;
  if (!Array.isArray(roots) || !Array.isArray(wanted)) {
    throw new ArgumentError(`grad: outputs and inputs must be tensors or arrays of them, got ${describe(outputs)}`);
  }
  const seeds = gradOutputs instanceof Tensor ? [gradOutputs] : (gradOutputs ?? []);
  const captured = new Map<Node, Map<number, Tensor | null>>();
  for (const [i, input] of wanted.entries()) {
    checkTensor('grad', `inputs[${i}]`, input);
    if (!input.requiresGrad) throw new AutogradError(`grad: inputs[${i}] does not require a gradient`);
    const node = nodeOf(input);
    const slots = captured.get(node) ?? new Map<number, Tensor | null>();
    captured.set(node, slots.set(input.outputIndex, null));
  }
  walkFrom('grad', roots, seeds, retainGraph, captured);
  return wanted.map((input, i) => {
    const found = settled(captured.get(nodeOf(input))!.get(input.outputIndex)!);
    if (found === null && !allowUnused) {
      throw new AutogradError(
        `grad: inputs[${i}] was not used to compute the outputs; pass { allowUnused: true } for null`,
      );
    }
    const isGiven = found !== null && seeds.some((seed) => seed !== null && memoryOf(seed) === memoryOf(found));
    return isGiven ? ownCopy(found) : found && narrowed(found, input.dtype);
  });
}

installMethods({
  backward(this: Tensor, gradient?: Tensor | null, options?: BackwardOptions) {
    backward(this, gradient, options);
  },
  retainGrad(this: Tensor) {
    if (!this.requiresGrad) throw new AutogradError('retainGrad: this tensor does not require a gradient');
    const maker = makerOf(this);
    if (maker === null) return;
    maker.retained ??= [];
    maker.retained[this.outputIndex] = this;
  },
});
