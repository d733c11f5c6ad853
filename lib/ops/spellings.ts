/** PyTorch's other names of operations. */

import type { Operand } from '../calls/elementwise.js';
import { inNameOf } from '../error_names.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { type AlphaOptions, div, mul, neg, sub } from './arithmetic.js';
import { ge, gt, le, lt, ne } from './comparison.js';
import { atan2 } from './pair_functions.js';
import { abs, acos, asin, atan, trunc } from './pointwise.js';
import { acosh, asinh, atanh } from './special_functions.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** `abs` */
    absolute(): Tensor;
    /** `neg` */
    negative(): Tensor;
    /** `trunc` */
    fix(): Tensor;
    /** `acos` */
    arccos(): Tensor;
    /** `asin` */
    arcsin(): Tensor;
    /** `atan` */
    arctan(): Tensor;
    /** `acosh` */
    arccosh(): Tensor;
    /** `asinh` */
    arcsinh(): Tensor;
    /** `atanh` */
    arctanh(): Tensor;
    /** `mul` */
    multiply(other: Operand): Tensor;
    /** `div` */
    divide(other: Operand): Tensor;
    /** `div`, which is true division. */
    trueDivide(other: Operand): Tensor;
    /** `sub` */
    subtract(other: Operand, options?: AlphaOptions): Tensor;
    /** `gt` */
    greater(other: Operand): Tensor;
    /** `ge` */
    greaterEqual(other: Operand): Tensor;
    /** `lt` */
    less(other: Operand): Tensor;
    /** `le` */
    lessEqual(other: Operand): Tensor;
    /** `ne` */
    notEqual(other: Operand): Tensor;
    /** `atan2` */
    arctan2(other: Tensor): Tensor;
  }
}

/** `abs` */
export const absolute = (input: Tensor): Tensor => inNameOf('absolute', () => abs(input));
/** `neg` */
export const negative = (input: Tensor): Tensor => inNameOf('negative', () => neg(input));
/** `trunc` */
export const fix = (input: Tensor): Tensor => inNameOf('fix', () => trunc(input));
/** `acos` */
export const arccos = (input: Tensor): Tensor => inNameOf('arccos', () => acos(input));
/** `asin` */
export const arcsin = (input: Tensor): Tensor => inNameOf('arcsin', () => asin(input));
/** `atan` */
export const arctan = (input: Tensor): Tensor => inNameOf('arctan', () => atan(input));
/** `acosh` */
export const arccosh = (input: Tensor): Tensor => inNameOf('arccosh', () => acosh(input));
/** `asinh` */
export const arcsinh = (input: Tensor): Tensor => inNameOf('arcsinh', () => asinh(input));
/** `atanh` */
export const arctanh = (input: Tensor): Tensor => inNameOf('arctanh', () => atanh(input));
/** `mul` */
export const multiply = (input: Operand, other: Operand): Tensor => inNameOf('multiply', () => mul(input, other));
/** `div` */
export const divide = (input: Operand, other: Operand): Tensor => inNameOf('divide', () => div(input, other));
/** `div`, which is true division. */
export const trueDivide = (input: Operand, other: Operand): Tensor => inNameOf('trueDivide', () => div(input, other));
/** `sub` */
export const subtract = (input: Operand, other: Operand, options?: AlphaOptions): Tensor =>
  inNameOf('subtract', () => sub(input, other, options));
/** `gt` */
export const greater = (input: Operand, other: Operand): Tensor => inNameOf('greater', () => gt(input, other));
/** `ge` */
export const greaterEqual = (input: Operand, other: Operand): Tensor =>
  inNameOf('greaterEqual', () => ge(input, other));
/** `lt` */
export const less = (input: Operand, other: Operand): Tensor => inNameOf('less', () => lt(input, other));
/** `le` */
export const lessEqual = (input: Operand, other: Operand): Tensor => inNameOf('lessEqual', () => le(input, other));
/** `ne` */
export const notEqual = (input: Operand, other: Operand): Tensor => inNameOf('notEqual', () => ne(input, other));
/** `atan2` */
export const arctan2 = (input: Tensor, other: Tensor): Tensor => inNameOf('arctan2', () => atan2(input, other));

const ofOne = { absolute, negative, fix, arccos, arcsin, arctan, arccosh, arcsinh, arctanh };
const ofTwo = { multiply, divide, trueDivide, greater, greaterEqual, less, lessEqual, notEqual, arctan2 };
const methods: { [name: string]: (this: Tensor, other: never) => unknown } = {};
for (const [name, fn] of Object.entries(ofOne)) {
  methods[name] = function (this: Tensor) {
    return fn(this);
  };
}
for (const [name, fn] of Object.entries(ofTwo)) {
  methods[name] = function (this: Tensor, other: never) {
    return fn(this, other);
  };
}
installMethods({
  ...methods,
  subtract(this: Tensor, other: Operand, options?: AlphaOptions) {
    return subtract(this, other, options);
  },
});
