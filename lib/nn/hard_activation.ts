import { ValueError } from '../errors.js';
import { checkNumber, hardtanh, type InplaceOptions } from '../ops/activation.js';
import * as ops from '../ops/hard_activation.js';
import type { Tensor } from '../tensor/tensor.js';
import { InplaceActivation } from './activation.js';
import { Module } from './module.js';
import { formatPythonFloat, formatPythonNumber } from './module_format.js';

/** x limited to [minVal, maxVal], as `torch.nn.Hardtanh`. */
export class Hardtanh extends InplaceActivation {
  readonly minVal: number;
  readonly maxVal: number;

  /** @throws ValueError unless minVal is below maxVal. */
  constructor(minVal = -1, maxVal = 1, options?: InplaceOptions) {
    super(options);
    this.minVal = checkNumber('Hardtanh', 'minVal', minVal);
    this.maxVal = checkNumber('Hardtanh', 'maxVal', maxVal);
    if (minVal >= maxVal) throw new ValueError(`Hardtanh: minVal must be below maxVal, got ${minVal} and ${maxVal}`);
  }

  forward(input: Tensor): Tensor {
    return hardtanh(input, this.minVal, this.maxVal, this.inplaceOptions);
  }

  override extraRepr(): string {
    const limits = `min_val=${formatPythonFloat(this.minVal)}, max_val=${formatPythonFloat(this.maxVal)}`;
    return `${limits}${this.inplace ? ', inplace=True' : ''}`;
  }
}

/** (x + 3) / 6, limited to [0, 1]. */
export class Hardsigmoid extends InplaceActivation {
  forward(input: Tensor): Tensor {
    return ops.hardsigmoid(input, this.inplaceOptions);
  }

  override extraRepr(): string {
    return '';
  }
}

/** x · hardsigmoid(x) */
export class Hardswish extends InplaceActivation {
  forward(input: Tensor): Tensor {
    return ops.hardswish(input, this.inplaceOptions);
  }

  override extraRepr(): string {
    return '';
  }
}

/** x, and 0 where it lies within [-lambd, lambd]. */
export class Hardshrink extends Module {
  readonly lambd: number;

  constructor(lambd = 0.5) {
    super();
    this.lambd = checkNumber('Hardshrink', 'lambd', lambd);
  }

  forward(input: Tensor): Tensor {
    return ops.hardshrink(input, this.lambd);
  }

  override extraRepr(): string {
    return formatPythonNumber(this.lambd);
  }
}

/** x moved towards 0 by lambd, and 0 where that would pass it. */
export class Softshrink extends Module {
  readonly lambd: number;

  /** @throws ValueError for a negative lambd. */
  constructor(lambd = 0.5) {
    super();
    this.lambd = ops.checkShift('Softshrink', lambd);
  }

  forward(input: Tensor): Tensor {
    return ops.softshrink(input, this.lambd);
  }

  override extraRepr(): string {
    return formatPythonNumber(this.lambd);
  }
}

/** x / (1 + |x|) */
export class Softsign extends Module {
  forward(input: Tensor): Tensor {
    return ops.softsign(input);
  }
}

/** x - tanh(x) */
export class Tanhshrink extends Module {
  forward(input: Tensor): Tensor {
    return ops.tanhshrink(input);
  }
}

/** x where it is above a threshold, else a value. */
export class Threshold extends InplaceActivation {
  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number, options?: InplaceOptions) {
    super(options);
    this.threshold = checkNumber('Threshold', 'threshold', threshold);
    this.value = checkNumber('Threshold', 'value', value);
  }

  forward(input: Tensor): Tensor {
    return ops.threshold(input, this.threshold, this.value, this.inplaceOptions);
  }

  override extraRepr(): string {
    const facts = `threshold=${formatPythonNumber(this.threshold)}, value=${formatPythonNumber(this.value)}`;
    return `${facts}${this.inplace ? ', inplace=True' : ''}`;
  }
}
