import { fillWith } from '../calls/copy.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe } from '../errors.js';
import { withoutRepeats } from '../tensor/overlap.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { elementOf } from '../tensor/value.js';
import { checkBroadcastsTo } from './copy.js';
import { checkFillable, checkWritable } from './in_place.js';
import { checkDense, overwrite } from './operands.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Sets every element to a number (or a 0-dimensional tensor), converted to this dtype. */
    fill_(value: number | boolean | Tensor): this;
    /** Sets every element to 0. */
    zero_(): this;
    /** Copies another tensor's values, broadcast and converted, into this one. */
    copy_(source: Tensor): this;
  }
}

function oneNumber(value: Tensor): number {
  return inNameOf('fill_', () => value.item());
}

installMethods({
  fill_(this: Tensor, value: number | boolean | Tensor) {
    checkFillable('fill_', this, value);
    const scalar = value instanceof Tensor ? oneNumber(checkDense('fill_', 'value', value)) : value;
    if (typeof scalar !== 'number' && typeof scalar !== 'boolean') {
      throw new ArgumentError(`fill_: value must be a number or a 0-dimensional tensor, got ${describe(value)}`);
    }
    fillWith(withoutRepeats(this), elementOf('fill_', scalar, this.dtype));
    return this;
  },
  zero_(this: Tensor) {
    fillWith(withoutRepeats(checkFillable('zero_', this)), 0);
    return this;
  },
  copy_(this: Tensor, source: Tensor) {
    const target = checkWritable('copy_', this, source);
    const from = checkDense('copy_', 'source', source);
    checkBroadcastsTo('copy_', from.shape, target.shape);
    overwrite(target, from);
    return target;
  },
});
