import { copyInto } from '../calls/copy.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { type DType, isFloating } from '../tensor/dtype.js';
import { contiguousStrides, formatShape, numelOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import {
  checkAsync,
  checkSame,
  checkTensors,
  computesIn,
  elementOf,
  lend,
  type Memory,
  memoryFor,
  refuseSizes,
  settleMemory,
  type TensorOrList,
} from './memory.js';
import { elements, kinds, reductions } from './native.js';
import { groupFor, type ProcessGroup } from './process_group.js';
import { inGroup, Work } from './work.js';

/** How numbers of several ranks become one. */
export type ReduceOp = 'sum' | 'mean' | 'max' | 'min';

export interface AsyncOptions {
  /** Return at once, with a {@link Work} to wait for; the tensors can't be used before. Default false. */
  asyncOp?: boolean;
}

export interface ReduceOptions extends AsyncOptions {
  /** Default 'sum'. A mean is one of floats. */
  op?: ReduceOp;
}

export interface AllToAllOptions extends AsyncOptions {
  /** How many rows of `input` go to each rank. Default: equal parts. */
  inputSplits?: readonly number[];
  /** How many rows of `output` come from each rank. Default: equal parts. */
  outputSplits?: readonly number[];
}

type Async<T extends AsyncOptions> = T & { asyncOp: true };

/** One call, checked. */
interface Call {
  readonly op: string;
  readonly kind: keyof typeof kinds;
  readonly words: string;
  readonly asyncOp: boolean;
  readonly reduce?: ReduceOp;
  readonly root?: number;
  readonly send: Memory | null;
  readonly sendCounts: readonly number[] | null;
  readonly recv: Memory | null;
  readonly recvCounts: readonly number[] | null;
}

const toCounts = (counts: readonly number[] | null) => (counts === null ? null : Float64Array.from(counts));

/** Makes a call among several ranks: waits for it, or gives the work to wait for. */
function launch({ mpi, timeout }: ProcessGroup, call: Call): Work | undefined {
  const { op, send, recv, reduce = 'sum' } = call;
  const native = mpi!;
  const dtype = (recv ?? send)?.dtype ?? 'uint8';
  const number = inGroup(op, () =>
    native.call(
      kinds[call.kind],
      reductions[reduce === 'mean' ? 'sum' : reduce],
      reduce === 'mean',
      elements[elementOf(dtype)],
      !call.asyncOp,
      call.root ?? 0,
      call.words,
      send?.window.storage.array ?? null,
      send?.window.offset ?? 0,
      toCounts(call.sendCounts),
      recv?.window.storage.array ?? null,
      recv?.window.offset ?? 0,
      toCounts(call.recvCounts),
    ),
  );
  const settle = () => {
    if (recv !== null) settleMemory(recv);
  };
  if (call.asyncOp) {
    const memories = [send, recv].filter((memory) => memory !== null);
    return new Work(
      { op, words: call.words, number, timeout },
      native,
      lend(memories, `${op === 'allReduce' || op === 'allGather' || op === 'allToAll' ? 'an' : 'a'} ${op}`),
      settle,
    );
  }
  settle();
  return undefined;
}

/** What a call alone gives: nothing has to be waited for. */
function atOnce(op: string, asyncOp: boolean): Work | undefined {
  return asyncOp ? new Work({ op, words: op, number: 0, timeout: 0 }, null, nothing, nothing) : undefined;
}

function nothing(): void {}

function checkReduction(op: string, reduce: unknown, dtype: DType): ReduceOp {
  if (reduce !== 'sum' && reduce !== 'mean' && reduce !== 'max' && reduce !== 'min') {
    throw new ValueError(`${op}: op must be 'sum', 'mean', 'max' or 'min', got ${describe(reduce)}`);
  }
  if (reduce === 'mean' && !isFloating(dtype)) {
    throw new DTypeError(`${op}: a mean is one of floats, got ${dtype}; sum it and divide`);
  }
  if (reduce === 'sum' && dtype === 'bool') {
    throw new DTypeError(`${op}: bool has no sum; 'max' says whether any rank has true, 'min' whether all have`);
  }
  return reduce;
}

/** @throws ArgumentError, ValueError unless it is a rank */
function checkRank(op: string, name: string, rank: unknown, size: number): number {
  if (typeof rank !== 'number') throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(rank)}`);
  if (Number.isInteger(rank) && rank >= 0 && rank < size) return rank;
  throw new ValueError(`${op}: ${name} must be a rank from 0 to ${size - 1}, got ${rank}`);
}

const about = ({ dtype, shape }: Tensor) => `${dtype} ${formatShape(shape)}`;

/**
 * Gives every rank the sum (mean, maximum, minimum) of a tensor over all ranks, in place. Every rank calls it, with a tensor of the
 * same shape and dtype. Sums of float16 and bfloat16 are made in float32 and rounded once; sums of integers wrap.
 *
 * @throws DistributedError where the ranks have made different calls
 */
export function allReduce(tensor: Tensor, options: Async<ReduceOptions>): Work;
export function allReduce(tensor: Tensor, options?: ReduceOptions): void;
export function allReduce(tensor: Tensor, options?: ReduceOptions): Work | undefined {
  const name = 'allReduce';
  const group = groupFor(name);
  const { op = 'sum', asyncOp = false } = checkOptions(name, options, ['op', 'asyncOp']);
  checkAsync(name, asyncOp);
  const tensors = checkTensors(name, 'tensor', Array.isArray(tensor) ? {} : tensor, 1);
  const reduce = checkReduction(name, op, tensor.dtype);
  if (group.mpi === null) return atOnce(name, asyncOp);
  const recv = memoryFor(tensors, 'both', computesIn(tensor.dtype));
  return launch(group, {
    op: name,
    kind: 'allReduce',
    words: `${name} (${reduce}) of ${about(tensor)}`,
    asyncOp,
    reduce,
    send: null,
    sendCounts: null,
    recv,
    recvCounts: recv.counts,
  });
}

/** Gives every rank what the tensor holds on rank `src`, in place. */
export function broadcast(tensor: Tensor, src: number | undefined, options: Async<AsyncOptions>): Work;
export function broadcast(tensor: Tensor, src?: number, options?: AsyncOptions): void;
export function broadcast(tensor: Tensor, src = 0, options?: AsyncOptions): Work | undefined {
  const op = 'broadcast';
  const group = groupFor(op);
  const { asyncOp = false } = checkOptions(op, options, ['asyncOp']);
  checkAsync(op, asyncOp);
  const tensors = checkTensors(op, 'tensor', Array.isArray(tensor) ? {} : tensor, 1);
  const root = checkRank(op, 'src', src, group.size);
  if (group.mpi === null) return atOnce(op, asyncOp);
  const recv = memoryFor(tensors, 'both');
  return launch(group, {
    op,
    kind: 'broadcast',
    words: `${op} of ${about(tensor)} from rank ${root}`,
    asyncOp,
    root,
    send: null,
    sendCounts: null,
    recv,
    recvCounts: recv.counts,
  });
}

/**
 * Gives every rank the tensors of all: `output`, in rank order.
 * @param output a tensor with `input`'s elements once for each rank, such as [size, ...shape]; or a list of tensors, one for each rank
 */
export function allGather(output: TensorOrList, input: Tensor, options: Async<AsyncOptions>): Work;
export function allGather(output: TensorOrList, input: Tensor, options?: AsyncOptions): void;
export function allGather(output: TensorOrList, input: Tensor, options?: AsyncOptions): Work | undefined {
  const op = 'allGather';
  const group = groupFor(op);
  const { asyncOp = false } = checkOptions(op, options, ['asyncOp']);
  checkAsync(op, asyncOp);
  const { size } = group;
  const outputs = checkTensors(op, 'output', output, size);
  const inputs = checkTensors(op, 'input', Array.isArray(input) ? {} : input, 1);
  checkSame(op, outputs, inputs);
  const { numel } = input;
  const fits = outputs.length === 1 ? outputs[0].numel === size * numel : outputs.every((t) => t.numel === numel);
  if (!fits) refuseSizes(op, size, outputs, inputs, 'output must have the elements of input once for each rank');
  if (group.mpi === null) {
    copyAll(outputs, inputs);
    return atOnce(op, asyncOp);
  }
  return launch(group, {
    op,
    kind: 'allGather',
    words: `${op} of ${about(input)}`,
    asyncOp,
    send: memoryFor(inputs, 'read'),
    sendCounts: [numel],
    recv: memoryFor(outputs, 'write'),
    recvCounts: new Array<number>(size).fill(numel),
  });
}

/** The rows of all ranks in their order, of which each has its own number; `counts` says how many. For the library's own use. */
export function gatherRows(own: Tensor, counts: readonly number[]): Tensor {
  const op = 'gatherRows';
  const group = groupFor(op);
  const [, ...row] = own.shape;
  const length = numelOf(row);
  const output = Tensor.allocate([counts.reduce((a, b) => a + b, 0), ...row], own.dtype, false);
  const call = {
    op,
    kind: 'allGather' as const,
    words: `a gathering of ${output.shape[0]} rows of ${own.dtype} ${formatShape(row)}`,
    asyncOp: false,
    send: memoryFor([own], 'read'),
    sendCounts: [own.numel],
    recv: memoryFor([output], 'write'),
    recvCounts: counts.map((count) => count * length),
  };
  if (group.mpi === null) copyAll([output], [own]);
  else launch(group, call);
  return output;
}

/**
 * Sums (averages, …) the ranks' inputs and gives each rank its part of the result.
 * @param input a tensor with `output`'s elements once for each rank; or a list of tensors, one for each rank
 */
export function reduceScatter(output: Tensor, input: TensorOrList, options: Async<ReduceOptions>): Work;
export function reduceScatter(output: Tensor, input: TensorOrList, options?: ReduceOptions): void;
export function reduceScatter(output: Tensor, input: TensorOrList, options?: ReduceOptions): Work | undefined {
  const name = 'reduceScatter';
  const group = groupFor(name);
  const { op = 'sum', asyncOp = false } = checkOptions(name, options, ['op', 'asyncOp']);
  checkAsync(name, asyncOp);
  const { size } = group;
  const outputs = checkTensors(name, 'output', Array.isArray(output) ? {} : output, 1);
  const inputs = checkTensors(name, 'input', input, size);
  checkSame(name, outputs, inputs);
  const reduce = checkReduction(name, op, output.dtype);
  const { numel } = output;
  const fits = inputs.length === 1 ? inputs[0].numel === size * numel : inputs.every((t) => t.numel === numel);
  if (!fits) refuseSizes(name, size, outputs, inputs, 'input must have the elements of output once for each rank');
  if (group.mpi === null) {
    copyAll(outputs, inputs);
    return atOnce(name, asyncOp);
  }
  const dtype = computesIn(output.dtype);
  return launch(group, {
    op: name,
    kind: 'reduceScatter',
    words: `${name} (${reduce}) into ${about(output)}`,
    asyncOp,
    reduce,
    send: memoryFor(inputs, 'read', dtype),
    sendCounts: [size * numel],
    recv: memoryFor(outputs, 'write', dtype),
    recvCounts: [numel],
  });
}

/** How many elements of a tensor belong to each rank. @throws ArgumentError, ValueError, ShapeError */
function splitsOf(op: string, name: string, tensor: Tensor, splits: unknown, size: number): number[] {
  const [rows = 1] = tensor.shape;
  const row = rows === 0 ? 0 : tensor.numel / rows;
  if (splits === undefined) {
    if (rows % size === 0) return new Array<number>(size).fill((rows / size) * row);
    throw new ShapeError(
      `${op}: ${name} of shape ${formatShape(tensor.shape)} can't be split evenly among ${size} ranks; give ${name}Splits`,
    );
  }
  if (!Array.isArray(splits) || splits.length !== size) {
    throw new ArgumentError(`${op}: ${name}Splits must be a list of ${size} numbers of rows, got ${describe(splits)}`);
  }
  const wrong = splits.find((split) => !Number.isSafeInteger(split) || split < 0);
  if (wrong !== undefined) {
    throw new ValueError(`${op}: ${name}Splits must be integers of at least 0, got ${describe(wrong)}`);
  }
  const sum = splits.reduce((a: number, b: number) => a + b, 0);
  if (sum !== rows) throw new ShapeError(`${op}: ${name}Splits add up to ${sum}, but ${name} has ${rows} rows`);
  return splits.map((split: number) => split * row);
}

/**
 * Sends each rank a part of `input` and gets a part of `output` from each: rows (along the first dimension) in equal parts, or as
 * `inputSplits` and `outputSplits` say; or a list of tensors, one for each rank. What one rank sends, the other must expect.
 */
export function allToAll(output: TensorOrList, input: TensorOrList, options: Async<AllToAllOptions>): Work;
export function allToAll(output: TensorOrList, input: TensorOrList, options?: AllToAllOptions): void;
export function allToAll(output: TensorOrList, input: TensorOrList, options?: AllToAllOptions): Work | undefined {
  const op = 'allToAll';
  const group = groupFor(op);
  const {
    asyncOp = false,
    inputSplits,
    outputSplits,
  } = checkOptions(op, options, ['asyncOp', 'inputSplits', 'outputSplits']);
  checkAsync(op, asyncOp);
  const { size } = group;
  const outputs = checkTensors(op, 'output', output, size);
  const inputs = checkTensors(op, 'input', input, size);
  checkSame(op, outputs, inputs);
  const isList = (value: TensorOrList) => !(value instanceof Tensor);
  if ((isList(input) && inputSplits !== undefined) || (isList(output) && outputSplits !== undefined)) {
    throw new ArgumentError(`${op}: splits are for a tensor; a list of tensors is split already`);
  }
  const sendCounts = isList(input)
    ? inputs.map(({ numel }) => numel)
    : splitsOf(op, 'input', inputs[0], inputSplits, size);
  const recvCounts = isList(output)
    ? outputs.map(({ numel }) => numel)
    : splitsOf(op, 'output', outputs[0], outputSplits, size);
  const { rank } = group;
  if (sendCounts[rank] !== recvCounts[rank]) {
    refuseSizes(op, size, outputs, inputs, 'a rank must get from itself what it sends to itself');
  }
  if (group.mpi === null) {
    copyAll(outputs, inputs);
    return atOnce(op, asyncOp);
  }
  return launch(group, {
    op,
    kind: 'allToAll',
    words: `${op} of ${inputs[0].dtype}`,
    asyncOp,
    send: memoryFor(inputs, 'read'),
    sendCounts,
    recv: memoryFor(outputs, 'write'),
    recvCounts,
  });
}

/** Waits until every rank has come to the point that the words name. For the library's own use. */
export function meet(op: string, words: string): void {
  const group = groupFor(op);
  if (group.mpi === null) return;
  const nothing = { send: null, sendCounts: null, recv: null, recvCounts: null };
  launch(group, { op, kind: 'barrier', words, asyncOp: false, ...nothing });
}

/** Waits until every rank has come here. */
export function barrier(options: Async<AsyncOptions>): Work;
export function barrier(options?: AsyncOptions): void;
export function barrier(options?: AsyncOptions): Work | undefined {
  const op = 'barrier';
  const group = groupFor(op);
  const { asyncOp = false } = checkOptions(op, options, ['asyncOp']);
  checkAsync(op, asyncOp);
  if (group.mpi === null) return atOnce(op, asyncOp);
  return launch(group, {
    op,
    kind: 'barrier',
    words: op,
    asyncOp,
    send: null,
    sendCounts: null,
    recv: null,
    recvCounts: null,
  });
}

/** One rank's result of a gathering or an exchange is what it has given. */
function copyAll(outputs: readonly Tensor[], inputs: readonly Tensor[]): void {
  const [to] = outputs;
  const { window } = memoryFor(inputs, 'read');
  copyInto(to, new Tensor(window.storage, to.shape, contiguousStrides(to.shape), window.offset));
  to.storage.version++;
}
