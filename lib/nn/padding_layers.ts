import { ArgumentError, describe, ShapeError } from '../errors.js';
import { type PadMode, pad } from '../ops/padding.js';
import { formatShape } from '../tensor/shape.js';
import { checkTensor, type Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { formatPython, formatPythonNumber } from './module_format.js';

/** Elements added to both ends, or [before, behind]; negative numbers take some away. */
export type Padding1d = number | readonly [before: number, behind: number];

/** The base of layers that pad the last dimension. */
abstract class Pad1d extends Module {
  readonly padding: readonly [before: number, behind: number];

  constructor(padding: Padding1d) {
    super();
    const pair = typeof padding === 'number' ? [padding, padding] : padding;
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((n) => Number.isSafeInteger(n))) {
      const expected = 'an integer, or a pair of integers';
      throw new ArgumentError(`${new.target.name}: padding must be ${expected}, got ${describe(padding)}`);
    }
    this.padding = [pair[0], pair[1]];
  }

  protected padded(input: Tensor, mode: PadMode, value?: number): Tensor {
    const { ndim, shape } = checkTensor(this.typeName(), 'input', input);
    if (ndim !== 2 && ndim !== 3) {
      const expected = '[batch, channels, length] or [channels, length]';
      throw new ShapeError(`${this.typeName()}: input must have shape ${expected}, got ${formatShape(shape)}`);
    }
    return pad(input, this.padding, { mode, value });
  }

  override extraRepr(): string {
    return formatPython(this.padding);
  }
}

/** The last dimension with elements of a value at both ends, as `torch.nn.ConstantPad1d`. */
export class ConstantPad1d extends Pad1d {
  readonly value: number;

  /** @throws ArgumentError */
  constructor(padding: Padding1d, value: number) {
    super(padding);
    if (typeof value !== 'number') {
      throw new ArgumentError(`ConstantPad1d: value must be a number, got ${describe(value)}`);
    }
    this.value = value;
  }

  /** @param input [batch, channels, length], or [channels, length]. @throws ShapeError */
  forward(input: Tensor): Tensor {
    return this.padded(input, 'constant', this.value);
  }

  override extraRepr(): string {
    return `padding=${formatPython(this.padding)}, value=${formatPythonNumber(this.value)}`;
  }
}

/** The last dimension with zeros at both ends, as `torch.nn.ZeroPad1d`. */
export class ZeroPad1d extends Pad1d {
  /** @param input [batch, channels, length], or [channels, length]. @throws ShapeError */
  forward(input: Tensor): Tensor {
    return this.padded(input, 'constant');
  }
}

/** The last dimension mirrored at both ends, without their own elements, as `torch.nn.ReflectionPad1d`. */
export class ReflectionPad1d extends Pad1d {
  /** @param input [batch, channels, length], or [channels, length]. @throws ShapeError */
  forward(input: Tensor): Tensor {
    return this.padded(input, 'reflect');
  }
}

/** The last dimension with its first and last elements repeated, as `torch.nn.ReplicationPad1d`. */
export class ReplicationPad1d extends Pad1d {
  /** @param input [batch, channels, length], or [channels, length]. @throws ShapeError */
  forward(input: Tensor): Tensor {
    return this.padded(input, 'replicate');
  }
}

/** The last dimension going on at its other end, as `torch.nn.CircularPad1d`. */
export class CircularPad1d extends Pad1d {
  /** @param input [batch, channels, length], or [channels, length]. @throws ShapeError */
  forward(input: Tensor): Tensor {
    return this.padded(input, 'circular');
  }
}
