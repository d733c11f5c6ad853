/** How two-operand operations run and record: shared by the files that define them. */
import { needsGrad, record } from '../autograd/record.js';
import { binary, type Operand } from '../calls/elementwise.js';
import type { BinaryName, IntegerBinaryName } from '../calls/opcodes.js';
import { sumTo } from '../calls/reduce.js';
import { Tensor } from '../tensor/tensor.js';
import { checkWritable, writeInPlace } from './in_place.js';
import { apart, type Operands } from './operands.js';

/** Runs a kernel on resolved operands; `out` (possibly one of them) receives the result when given. */
export function runTwo(op: BinaryName | IntegerBinaryName, o: Operands, p0 = 0, out?: Tensor): Tensor {
  if (out !== undefined) return binary(op, apart(o.a, out), apart(o.b, out), o.shape, p0, 0, out);
  return binary(op, o.a, o.b, o.shape, p0, 0, Tensor.allocate(o.shape, o.dtype, false));
}

/** Whether the operation must be recorded. */
export function needsGradTwo({ a, b }: Operands): boolean {
  return needsGrad(a instanceof Tensor ? a : null, b instanceof Tensor ? b : null);
}

/** The tensors among operands. */
export function tensorsOf(...operands: Operand[]): Tensor[] {
  return operands.filter((x) => x instanceof Tensor);
}

/**
 * Records a two-operand operation. `gradient` gives the gradient of operand 0 or 1 in the result's shape; broadcasting
 * is undone here, and numbers and operands without need are skipped.
 */
export function recordTwo(
  name: string,
  { a, b }: Operands,
  out: Tensor,
  saved: readonly Tensor[],
  gradient: (grad: Tensor, operand: 0 | 1) => Tensor,
): Tensor {
  const inputs = tensorsOf(a, b);
  const operands: (0 | 1)[] = a instanceof Tensor ? [0, 1] : [1];
  const backward = (grad: Tensor, needs: readonly boolean[]) =>
    inputs.map((x, i) => (needs[i] ? sumTo(gradient(grad, operands[i]), x.shape) : null));
  return record(name, inputs, out, backward, saved);
}

/** target = op(target, other) without recording; `resolved` has target as its first operand. */
export function runInPlace(
  op: string,
  target: Tensor,
  other: unknown,
  resolve: () => Operands,
  kernelOf: (o: Operands) => BinaryName | IntegerBinaryName,
  p0Of: (o: Operands) => number = () => 0,
): Tensor {
  checkWritable(op, target, other);
  const o = resolve();
  const p0 = p0Of(o);
  return writeInPlace(op, target, o.dtype, o.shape, (out) => runTwo(kernelOf(o), o, p0, out));
}
