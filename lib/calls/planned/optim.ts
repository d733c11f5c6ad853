// Made by scripts/make_calls.mjs from native/binding/planned/optim.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Rule {
  readonly lr?: number;
  readonly momentum?: number;
  readonly dampening?: number;
  readonly weightDecay?: number;
  readonly nesterov?: boolean;
  readonly maximize: boolean;
  readonly first?: boolean;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
  readonly step?: number;
  readonly decoupled?: boolean;
  readonly lrDecay?: number;
  readonly alpha?: number;
  readonly gradientRate?: number;
  readonly averageRate?: number;
  readonly decay?: number;
  readonly rho?: number;
  readonly eta?: number;
  readonly lambd?: number;
  readonly mu?: number;
  readonly etaMinus?: number;
  readonly etaPlus?: number;
  readonly stepMin?: number;
  readonly stepMax?: number;
}

export interface UpdateParameterCall {
  readonly code: number;
  readonly rule: Rule;
  readonly count: number;
  readonly rows: number;
  readonly dim: number;
  readonly everyRow: boolean;
  readonly valueRows: number;
  readonly weight: Tensor;
  readonly state0: Tensor | null;
  readonly state1: Tensor | null;
  readonly state2: Tensor | null;
  readonly values: Tensor;
  readonly indices: Tensor | null;
  readonly source: Tensor | null;
  readonly scale: Tensor | null;
}

/**
 * One update of one parameter by the rule that has the code in native/binding/optim.cc. A dense gradient has count *
 * dim values; with indices they, source and scale are a list of rows. Returns the position of the first bad row
 * index, or -1.
 */
export function callUpdateParameter(call: UpdateParameterCall): number {
  const weight = call.weight.storage.array;
  const state0 = call.state0 === null ? null : call.state0.storage.array;
  const state1 = call.state1 === null ? null : call.state1.storage.array;
  const state2 = call.state2 === null ? null : call.state2.storage.array;
  const values = call.values.storage.array;
  const indices = call.indices === null ? null : call.indices.storage.array;
  const source = call.source === null ? null : call.source.storage.array;
  const scale = call.scale === null ? null : call.scale.storage.array;
  plan[0] = 0x254f41e6;
  plan[1] = call.code;
  plan[2] = call.rule.lr ?? 0;
  plan[3] = call.rule.momentum ?? 0;
  plan[4] = call.rule.dampening ?? 0;
  plan[5] = call.rule.weightDecay ?? 0;
  plan[6] = call.rule.nesterov ? 1 : 0;
  plan[7] = call.rule.maximize ? 1 : 0;
  plan[8] = call.rule.first ? 1 : 0;
  plan[9] = call.rule.beta1 ?? 0;
  plan[10] = call.rule.beta2 ?? 0;
  plan[11] = call.rule.eps ?? 0;
  plan[12] = call.rule.step ?? 0;
  plan[13] = call.rule.decoupled ? 1 : 0;
  plan[14] = call.rule.lrDecay ?? 0;
  plan[15] = call.rule.alpha ?? 0;
  plan[16] = call.rule.gradientRate ?? 0;
  plan[17] = call.rule.averageRate ?? 0;
  plan[18] = call.rule.decay ?? 0;
  plan[19] = call.rule.rho ?? 0;
  plan[20] = call.rule.eta ?? 0;
  plan[21] = call.rule.lambd ?? 0;
  plan[22] = call.rule.mu ?? 0;
  plan[23] = call.rule.etaMinus ?? 0;
  plan[24] = call.rule.etaPlus ?? 0;
  plan[25] = call.rule.stepMin ?? 0;
  plan[26] = call.rule.stepMax ?? 0;
  plan[27] = call.count;
  plan[28] = call.rows;
  plan[29] = call.dim;
  plan[30] = call.everyRow ? 1 : 0;
  plan[31] = call.valueRows;
  plan[32] = call.weight.offset;
  plan[33] = call.state0 === null ? 0 : call.state0.offset;
  plan[34] = call.state1 === null ? 0 : call.state1.offset;
  plan[35] = call.state2 === null ? 0 : call.state2.offset;
  plan[36] = call.values.offset;
  plan[37] = call.indices === null ? 0 : call.indices.offset;
  plan[38] = call.source === null ? 0 : call.source.offset;
  plan[39] = call.scale === null ? 0 : call.scale.offset;
  return native.updateParameter(plan, weight, state0, state1, state2, values, indices, source, scale);
}

export interface AdafactorCall {
  readonly matrices: number;
  readonly rows: number;
  readonly columns: number;
  readonly lr: number;
  readonly share: number;
  readonly step: number;
  readonly eps1: number;
  readonly eps2: number;
  readonly d: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
  readonly weight: Tensor;
  readonly rowMeans: Tensor | null;
  readonly means: Tensor;
  readonly gradient: Tensor;
}

/**
 * One update by Adafactor: of [matrices, rows, columns] weights with their rows' means and, as means, their
 * columns'; or without rowMeans of a vector, whose means are its variance.
 */
export function callAdafactor(call: AdafactorCall): void {
  const weight = call.weight.storage.array;
  const rowMeans = call.rowMeans === null ? null : call.rowMeans.storage.array;
  const means = call.means.storage.array;
  const gradient = call.gradient.storage.array;
  plan[0] = 0x543ad4b2;
  plan[1] = call.matrices;
  plan[2] = call.rows;
  plan[3] = call.columns;
  plan[4] = call.lr;
  plan[5] = call.share;
  plan[6] = call.step;
  plan[7] = call.eps1;
  plan[8] = call.eps2;
  plan[9] = call.d;
  plan[10] = call.weightDecay;
  plan[11] = call.maximize ? 1 : 0;
  plan[12] = call.weight.offset;
  plan[13] = call.rowMeans === null ? 0 : call.rowMeans.offset;
  plan[14] = call.means.offset;
  plan[15] = call.gradient.offset;
  native.adafactor(plan, weight, rowMeans, means, gradient);
}
