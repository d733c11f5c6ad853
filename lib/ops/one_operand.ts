/** How elementwise functions of one tensor run and record: shared by the files that define them. */
import { needsGrad, record } from '../autograd/record.js';
import { backwardOf, unary } from '../calls/elementwise.js';
import { type BinaryName, integerUnaryCode, type UnaryName } from '../calls/opcodes.js';
import { isFloating } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { checkWritable, moveInto, writeInPlace } from './in_place.js';
import { checkDense, toComputing, toFloating } from './operands.js';

/** One elementwise function: its kernel, its node's name, and how its gradient comes about. */
export interface Rule {
  /** The name in errors, PyTorch's in camelCase. */
  readonly op: string;
  readonly kernel: UnaryName;
  /** The name of the recorded node. */
  readonly node: string;
  /** What the gradient needs: the input, the output, or neither. */
  readonly saves: 'input' | 'output' | 'nothing';
  /** The gradient of the input from that of the output and what was saved. */
  readonly gradient: (grad: Tensor, saved: Tensor, p0: number, p1: number) => Tensor;
  /** Integers: become float32, stay as they are (rounding functions), or have a kernel of their own. Default float32. */
  readonly integers?: 'same' | 'kernel';
}

/** A rule whose gradient is one fused kernel of (grad, saved). */
export function fused(
  op: string,
  kernel: UnaryName,
  node: string,
  saves: 'input' | 'output',
  backward: BinaryName,
  integers?: 'kernel',
): Rule {
  const gradient = (grad: Tensor, saved: Tensor, p0: number, p1: number) => backwardOf(backward, grad, saved, p0, p1);
  return { op, kernel, node, saves, gradient, integers };
}

/** A rule for a function that is constant between jumps: its gradient is zero. */
export function stepwise(op: string, kernel: UnaryName, node: string, integers: 'same' | 'kernel'): Rule {
  const gradient = (grad: Tensor) => Tensor.allocate(grad.shape, grad.dtype);
  return { op, kernel, node, saves: 'nothing', gradient, integers };
}

/** The input in the dtype that the rule computes in. */
function prepare(rule: Rule, input: unknown): Tensor {
  const x = checkDense(rule.op, 'input', input);
  if (isFloating(x.dtype) || rule.integers === undefined) return toFloating(x);
  return toComputing(x);
}

function run(rule: Rule, x: Tensor, p0: number, p1: number, out?: Tensor): Tensor {
  if (isFloating(x.dtype)) return unary(rule.kernel, x, p0, p1, out);
  if (rule.integers === 'same') return out ?? x.clone();
  return unary(integerKernel(rule), x, p0, p1, out);
}

function integerKernel(rule: Rule): UnaryName {
  if (integerUnaryCode[rule.kernel] === undefined) throw new Error(`${rule.op}: has no integer kernel`);
  return rule.kernel;
}

/** Applies a rule and records it. */
export function applyRule(rule: Rule, input: unknown, p0 = 0, p1 = 0): Tensor {
  const x = prepare(rule, input);
  const out = run(rule, x, p0, p1);
  if (!needsGrad(x) || !isFloating(x.dtype)) return out;
  const saved = rule.saves === 'input' ? [x] : rule.saves === 'output' ? [out] : [];
  const gradient = (grad: Tensor) => [rule.gradient(grad, saved[0] ?? grad, p0, p1)];
  return record(rule.node, [x], out, gradient, saved);
}

/** Applies a rule in place, unrecorded. @throws DTypeError when integers would become floats. */
export function applyRuleInPlace(rule: Rule, target: unknown, p0 = 0, p1 = 0, op = `${rule.op}_`): Tensor {
  const t = checkWritable(op, target);
  const x = prepare(rule, t);
  return writeInPlace(op, t, x.dtype, x.shape, (out) => run(rule, x, p0, p1, out));
}

/** Applies a rule in place; the input takes the result's place in the graph. See `moveInto`. */
export function applyRuleInto(rule: Rule, input: unknown, p0 = 0, p1 = 0): Tensor {
  const x = checkDense(rule.op, 'input', input);
  if (!needsGrad(x)) return applyRuleInPlace(rule, x, p0, p1, rule.op);
  return moveInto(rule.op, x, rule.saves === 'input', (before) => applyRule(rule, before, p0, p1));
}
