import { checkMomentum } from '../ops/batch_norm.js';
import { zeros } from '../ops/creation.js';
import { checkEps } from '../ops/norm.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { ones_, zeros_ } from './init.js';
import { checkFlag, checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import { Module } from './module.js';
import { formatPython, formatPythonFloat } from './module_format.js';
import type { Parameter } from './parameter.js';

/** Options of the normalisations that may keep running statistics. */
export interface ChannelNormModuleOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** How far the running statistics move to those of a batch; null: so far that they are the average of all. Default 0.1. */
  momentum?: number | null;
  /** Learn a factor and (unless `bias` is false) a summand of each channel. */
  affine?: boolean;
  /** Keep running statistics, and normalise by them in evaluation. */
  trackRunningStats?: boolean;
  /** Learn a summand. Default true. */
  bias?: boolean;
  /** The dtype of parameters and running statistics, float32 (the default) or float64. */
  dtype?: DType;
}

/** The base of normalisations of channels with running statistics. */
export abstract class ChannelNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  /** [numFeatures], or null */
  weight: Parameter | null;
  /** [numFeatures], or null */
  bias: Parameter | null;
  /** [numFeatures], or null */
  declare running_mean: Tensor | null;
  /** [numFeatures], or null */
  declare running_var: Tensor | null;
  /** How many batches the running statistics have followed, or null. */
  declare num_batches_tracked: Tensor | null;

  protected constructor(
    op: string,
    numFeatures: number,
    options: ChannelNormModuleOptions | undefined,
    usual: boolean,
  ) {
    super();
    const names = ['eps', 'momentum', 'affine', 'trackRunningStats', 'bias', 'dtype'];
    const given = checkOptions(op, options, names);
    this.numFeatures = checkLayerSize(op, 'numFeatures', numFeatures);
    this.eps = checkEps(op, 'eps', given.eps ?? 1e-5);
    this.momentum = given.momentum === null ? null : checkMomentum(op, given.momentum ?? 0.1);
    this.affine = checkFlag(op, 'affine', given.affine ?? usual);
    this.trackRunningStats = checkFlag(op, 'trackRunningStats', given.trackRunningStats ?? usual);
    const bias = checkFlag(op, 'bias', given.bias ?? true) && this.affine;
    const dtype = checkLayerDType(op, given.dtype);
    this.weight = this.affine ? zeroParameter(op, [numFeatures], dtype) : null;
    this.bias = bias ? zeroParameter(op, [numFeatures], dtype) : null;
    const tracks = this.trackRunningStats;
    this.registerBuffer('running_mean', tracks ? zeros([numFeatures], { dtype }) : null);
    this.registerBuffer('running_var', tracks ? zeros([numFeatures], { dtype }) : null);
    this.registerBuffer('num_batches_tracked', tracks ? zeros([], { dtype: 'int32' }) : null);
    this.resetParameters();
  }

  /** The running mean back to 0, the running variance to 1, with no batch followed yet. */
  resetRunningStats(): void {
    this.running_mean?.zero_();
    this.running_var?.fill_(1);
    this.num_batches_tracked?.zero_();
  }

  /** The running statistics as at first, weight back to ones, bias to zeros. */
  resetParameters(): void {
    this.resetRunningStats();
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this;
    const moves = momentum === null ? 'None' : formatPythonFloat(momentum);
    return (
      `${numFeatures}, eps=${formatPythonFloat(eps)}, momentum=${moves}, affine=${formatPython(affine)}, ` +
      `bias=${formatPython(this.bias !== null)}, track_running_stats=${formatPython(trackRunningStats)}`
    );
  }
}
