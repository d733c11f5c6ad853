/** The in-place forms of operations whose results are computed first and then written over the tensor. */

import type { Operand } from '../calls/elementwise.js';
import { inNameOf } from '../error_names.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { addbmm, addmv, addr, baddbmm } from './add_products.js';
import { addcdiv, addcmul, lerp, type ValueOptions } from './blend.js';
import {
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  eq,
  ge,
  gt,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  lt,
  ne,
} from './comparison.js';
import { floorDivide, fmod, remainder } from './division.js';
import { checkWritable } from './in_place.js';
import { type AddmmOptions, addmm } from './matmul.js';
import { checkInPlace, overwrite } from './operands.js';
import { acos, asin, atan, cos, cosh, erf, expm1, log1p, log2, log10, sign, sin, sinh, tan } from './pointwise.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** `sign` in place. */
    sign_(): this;
    /** `expm1` in place. */
    expm1_(): this;
    /** `log1p` in place. */
    log1p_(): this;
    /** `log2` in place. */
    log2_(): this;
    /** `log10` in place. */
    log10_(): this;
    /** `sin` in place. */
    sin_(): this;
    /** `cos` in place. */
    cos_(): this;
    /** `tan` in place. */
    tan_(): this;
    /** `asin` in place. */
    asin_(): this;
    /** `acos` in place. */
    acos_(): this;
    /** `atan` in place. */
    atan_(): this;
    /** `sinh` in place. */
    sinh_(): this;
    /** `cosh` in place. */
    cosh_(): this;
    /** `erf` in place. */
    erf_(): this;
    /** `logicalNot` in place: zeros and ones of this dtype. */
    logicalNot_(): this;
    /** `bitwiseNot` in place. */
    bitwiseNot_(): this;
    /** `eq` in place: zeros and ones of this dtype. */
    eq_(other: Operand): this;
    /** `ne` in place: zeros and ones of this dtype. */
    ne_(other: Operand): this;
    /** `lt` in place: zeros and ones of this dtype. */
    lt_(other: Operand): this;
    /** `le` in place: zeros and ones of this dtype. */
    le_(other: Operand): this;
    /** `gt` in place: zeros and ones of this dtype. */
    gt_(other: Operand): this;
    /** `ge` in place: zeros and ones of this dtype. */
    ge_(other: Operand): this;
    /** `logicalAnd` in place: zeros and ones of this dtype. */
    logicalAnd_(other: Operand): this;
    /** `logicalOr` in place: zeros and ones of this dtype. */
    logicalOr_(other: Operand): this;
    /** `logicalXor` in place: zeros and ones of this dtype. */
    logicalXor_(other: Operand): this;
    /** `bitwiseAnd` in place. */
    bitwiseAnd_(other: Operand): this;
    /** `bitwiseOr` in place. */
    bitwiseOr_(other: Operand): this;
    /** `bitwiseXor` in place. */
    bitwiseXor_(other: Operand): this;
    /** `floorDivide` in place. */
    floorDivide_(other: Operand): this;
    /** `remainder` in place. */
    remainder_(other: Operand): this;
    /** `fmod` in place. */
    fmod_(other: Operand): this;
    /** `lerp` in place. */
    lerp_(end: Tensor, weight: number | Tensor): this;
    /** `addcmul` in place. */
    addcmul_(tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): this;
    /** `addcdiv` in place. */
    addcdiv_(tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): this;
    /** `addmm` in place. */
    addmm_(mat1: Tensor, mat2: Tensor, options?: AddmmOptions): this;
    /** `addmv` in place. */
    addmv_(mat: Tensor, vec: Tensor, options?: AddmmOptions): this;
    /** `addr` in place. */
    addr_(vec1: Tensor, vec2: Tensor, options?: AddmmOptions): this;
    /** `baddbmm` in place. */
    baddbmm_(batch1: Tensor, batch2: Tensor, options?: AddmmOptions): this;
    /** `addbmm` in place. */
    addbmm_(batch1: Tensor, batch2: Tensor, options?: AddmmOptions): this;
  }
}

/** Computes from the tensor and writes the result over it; nothing is recorded. */
function over(op: string, target: Tensor, operands: readonly unknown[], compute: (x: Tensor) => Tensor): Tensor {
  const t = checkWritable(op, target, ...operands);
  const result = inNameOf(op, () => compute(t.detach()));
  checkInPlace(op, t, result.dtype, result.shape);
  overwrite(t, result);
  return t;
}

const ofOne = {
  sign,
  expm1,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  erf,
  logicalNot,
  bitwiseNot,
};
const comparisons = { eq, ne, lt, le, gt, ge, logicalAnd, logicalOr, logicalXor };
const ofTwo = { ...comparisons, bitwiseAnd, bitwiseOr, bitwiseXor, floorDivide, remainder, fmod };
const products = { addmm, addmv, addr, baddbmm, addbmm };
const blends = { addcmul, addcdiv };

const methods: { [name: string]: (this: Tensor, ...args: never[]) => unknown } = {};
for (const [name, fn] of Object.entries(ofOne)) {
  methods[`${name}_`] = function (this: Tensor) {
    return over(`${name}_`, this, [], fn);
  };
}
for (const [name, fn] of Object.entries(ofTwo)) {
  methods[`${name}_`] = function (this: Tensor, other: Operand) {
    return over(`${name}_`, this, [other], (x) => fn(x, other));
  };
}
for (const [name, fn] of Object.entries(products)) {
  methods[`${name}_`] = function (this: Tensor, first: Tensor, second: Tensor, options?: AddmmOptions) {
    return over(`${name}_`, this, [first, second], (x) => fn(x, first, second, options));
  };
}
for (const [name, fn] of Object.entries(blends)) {
  methods[`${name}_`] = function (this: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOptions) {
    return over(`${name}_`, this, [tensor1, tensor2], (x) => fn(x, tensor1, tensor2, options));
  };
}
installMethods({
  ...methods,
  lerp_(this: Tensor, end: Tensor, weight: number | Tensor) {
    return over('lerp_', this, [end, weight], (x) => lerp(x, end, weight));
  },
});
