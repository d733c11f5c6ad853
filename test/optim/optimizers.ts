/** Every optimizer, and parameters and gradients to try them with. */
import { optim, RowSparse, type Tensor, tensor } from '../../lib/index.js';

export function parameter(values: number[] | number[][], dtype: 'float32' | 'float64' = 'float64'): Tensor {
  return tensor(values, { dtype, requiresGrad: true });
}

/** A row-sparse gradient of a [rows, width] parameter. */
export function rows(indices: number[], values: number[][], shape: number[]): RowSparse {
  return new RowSparse(tensor(indices, { dtype: 'int32' }), tensor(values, { dtype: 'float64' }), shape);
}

export type Make = (params: Tensor[]) => optim.Optimizer;

/** Every optimizer that takes both kinds of gradient, with options that use all of its state. */
export const makers: { [name: string]: Make } = {
  SGD: (p) => new optim.SGD(p, { lr: 0.1, weightDecay: 0.1 }),
  'SGD with momentum': (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
  Adam: (p) => new optim.Adam(p, { lr: 0.1, weightDecay: 0.1, amsgrad: true }),
  AdamW: (p) => new optim.AdamW(p, { lr: 0.1 }),
  Adagrad: (p) => new optim.Adagrad(p, { lr: 0.1, weightDecay: 0.1, lrDecay: 0.1 }),
  RMSprop: (p) => new optim.RMSprop(p, { lr: 0.1, momentum: 0.5, centered: true }),
  NAdam: (p) => new optim.NAdam(p, { lr: 0.1, weightDecay: 0.1 }),
  RAdam: (p) => new optim.RAdam(p, { lr: 0.1, betas: [0.5, 0.9], weightDecay: 0.1, decoupledWeightDecay: true }),
  Adamax: (p) => new optim.Adamax(p, { lr: 0.1, weightDecay: 0.1 }),
  Adadelta: (p) => new optim.Adadelta(p, { lr: 0.5, weightDecay: 0.1 }),
  ASGD: (p) => new optim.ASGD(p, { lr: 0.1, lambd: 0.1, t0: 1, weightDecay: 0.1 }),
  Rprop: (p) => new optim.Rprop(p, { lr: 0.1 }),
  Adafactor: (p) => new optim.Adafactor(p, { lr: 0.1, weightDecay: 0.1 }),
};
