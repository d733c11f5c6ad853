import { ArgumentError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { compareByValue } from '../tensor/comparison_by_value.js';
import { formatTensor } from '../tensor/print.js';
import { checkReadable, Tensor } from '../tensor/tensor.js';

export interface ParameterOptions {
  /** Whether the parameter is trained. Default true. */
  requiresGrad?: boolean;
}

/**
 * A tensor that a module owns and an optimizer trains: assigned to a module's property, it appears among the module's
 * parameters. It is a leaf that shares the memory of the tensor it is made from.
 */
export class Parameter extends Tensor {
  /**
   * @param data the values; not copied. What was recorded about them is left behind.
   * @throws ArgumentError when `data` is no dense tensor; DTypeError when it holds integers and `requiresGrad` is true.
   */
  constructor(data: Tensor, options?: ParameterOptions) {
    const { requiresGrad = true } = checkOptions('Parameter', options, ['requiresGrad']);
    if (!(data instanceof Tensor)) throw new ArgumentError(`Parameter: data must be a Tensor, got ${describe(data)}`);
    if (data.isSparse) throw new ArgumentError('Parameter: data must be dense, got a row-sparse gradient');
    super(data.storage, data.shape, data.strides, data.offset);
    this.requiresGrad = requiresGrad;
  }

  /** PyTorch's printed form, under the line `Parameter containing:`. */
  override toString(): string {
    checkReadable('toString', this);
    return formatTensor(this, { requiresGrad: this.requiresGrad, parameter: true });
  }
}

compareByValue(Parameter);

type Writable = { -readonly [K in 'storage' | 'shape' | 'strides' | 'offset' | 'dtype' | 'numel']: Tensor[K] };

/**
 * Gives a tensor other memory while it stays the same object, so that optimizers and modules that hold it see the
 * change (PyTorch's assignment to `.data`). Graphs recorded before notice: the version moves on.
 */
export function replaceData(target: Tensor, data: Tensor): void {
  const version = target.storage.version + 1;
  const { storage, shape, strides, offset, dtype, numel } = data;
  Object.assign(target as Writable, { storage, shape, strides, offset, dtype, numel });
  storage.version = Math.max(storage.version, version);
}
