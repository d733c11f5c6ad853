// Made by scripts/make_calls.mjs from native/binding/planned/lstm.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Sequence {
  readonly steps: number;
  readonly batch: number;
  readonly batchFirst: boolean;
  readonly reverse: boolean;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly projSize: number;
}

export interface LstmSizesCall {
  readonly sequence: Sequence;
  readonly batchSizes: Tensor | null;
}

/** Elements that the forward pass keeps for backward; those of backward's working memory are left in the plan. */
export function callLstmSizes(call: LstmSizesCall): number {
  const batchSizes = call.batchSizes === null ? null : call.batchSizes.storage.array;
  plan[0] = 0x0863bf07;
  plan[1] = call.sequence.steps;
  plan[2] = call.sequence.batch;
  plan[3] = call.sequence.batchFirst ? 1 : 0;
  plan[4] = call.sequence.reverse ? 1 : 0;
  plan[5] = call.sequence.inputSize;
  plan[6] = call.sequence.hiddenSize;
  plan[7] = call.sequence.projSize;
  plan[8] = call.batchSizes === null ? 0 : call.batchSizes.offset;
  return native.lstmSizes(plan, batchSizes);
}

/** What `callLstmSizes` left in the plan. */
export const resultsOfLstmSizes = {
  get workspace(): number {
    return plan[9];
  },
};

export interface LstmForwardCall {
  readonly sequence: Sequence;
  readonly ldOutput: number;
  readonly ldInput: number;
  readonly output: Tensor;
  readonly outputOffset: number;
  readonly hn: Tensor;
  readonly hnOffset: number;
  readonly cn: Tensor;
  readonly cnOffset: number;
  readonly cache: Tensor | null;
  readonly input: Tensor;
  readonly h0: Tensor | null;
  readonly h0Offset: number;
  readonly c0: Tensor | null;
  readonly c0Offset: number;
  readonly inputHidden: Tensor;
  readonly hiddenHidden: Tensor;
  readonly projection: Tensor | null;
  readonly biasInput: Tensor | null;
  readonly biasHidden: Tensor | null;
  readonly batchSizes: Tensor | null;
}

export function callLstmForward(call: LstmForwardCall): void {
  const output = call.output.storage.array;
  const hn = call.hn.storage.array;
  const cn = call.cn.storage.array;
  const cache = call.cache === null ? null : call.cache.storage.array;
  const input = call.input.storage.array;
  const h0 = call.h0 === null ? null : call.h0.storage.array;
  const c0 = call.c0 === null ? null : call.c0.storage.array;
  const inputHidden = call.inputHidden.storage.array;
  const hiddenHidden = call.hiddenHidden.storage.array;
  const projection = call.projection === null ? null : call.projection.storage.array;
  const biasInput = call.biasInput === null ? null : call.biasInput.storage.array;
  const biasHidden = call.biasHidden === null ? null : call.biasHidden.storage.array;
  const batchSizes = call.batchSizes === null ? null : call.batchSizes.storage.array;
  plan[0] = 0x2fcb8ebd;
  plan[1] = call.sequence.steps;
  plan[2] = call.sequence.batch;
  plan[3] = call.sequence.batchFirst ? 1 : 0;
  plan[4] = call.sequence.reverse ? 1 : 0;
  plan[5] = call.sequence.inputSize;
  plan[6] = call.sequence.hiddenSize;
  plan[7] = call.sequence.projSize;
  plan[8] = call.ldOutput;
  plan[9] = call.ldInput;
  plan[10] = call.outputOffset;
  plan[11] = call.hnOffset;
  plan[12] = call.cnOffset;
  plan[13] = call.cache === null ? 0 : call.cache.offset;
  plan[14] = call.input.offset;
  plan[15] = call.h0Offset;
  plan[16] = call.c0Offset;
  plan[17] = call.inputHidden.offset;
  plan[18] = call.hiddenHidden.offset;
  plan[19] = call.projection === null ? 0 : call.projection.offset;
  plan[20] = call.biasInput === null ? 0 : call.biasInput.offset;
  plan[21] = call.biasHidden === null ? 0 : call.biasHidden.offset;
  plan[22] = call.batchSizes === null ? 0 : call.batchSizes.offset;
  native.lstmForward(
    plan,
    output,
    hn,
    cn,
    cache,
    input,
    h0,
    c0,
    inputHidden,
    hiddenHidden,
    projection,
    biasInput,
    biasHidden,
    batchSizes,
  );
}

export interface LstmBackwardCall {
  readonly sequence: Sequence;
  readonly addToInput: boolean;
  readonly ldOutput: number;
  readonly ldInput: number;
  readonly dInput: Tensor | null;
  readonly dh0: Tensor;
  readonly dh0Offset: number;
  readonly dc0: Tensor;
  readonly dc0Offset: number;
  readonly dInputHidden: Tensor | null;
  readonly dHiddenHidden: Tensor | null;
  readonly dProjection: Tensor | null;
  readonly dBias: Tensor | null;
  readonly workspace: Tensor;
  readonly dOutput: Tensor | null;
  readonly dOutputOffset: number;
  readonly dhn: Tensor | null;
  readonly dhnOffset: number;
  readonly dcn: Tensor | null;
  readonly dcnOffset: number;
  readonly output: Tensor;
  readonly outputOffset: number;
  readonly cache: Tensor;
  readonly input: Tensor;
  readonly h0: Tensor | null;
  readonly h0Offset: number;
  readonly c0: Tensor | null;
  readonly c0Offset: number;
  readonly inputHidden: Tensor;
  readonly hiddenHidden: Tensor;
  readonly projection: Tensor | null;
  readonly batchSizes: Tensor | null;
}

/** `ldOutput` is that of dOutput, too. */
export function callLstmBackward(call: LstmBackwardCall): void {
  const dInput = call.dInput === null ? null : call.dInput.storage.array;
  const dh0 = call.dh0.storage.array;
  const dc0 = call.dc0.storage.array;
  const dInputHidden = call.dInputHidden === null ? null : call.dInputHidden.storage.array;
  const dHiddenHidden = call.dHiddenHidden === null ? null : call.dHiddenHidden.storage.array;
  const dProjection = call.dProjection === null ? null : call.dProjection.storage.array;
  const dBias = call.dBias === null ? null : call.dBias.storage.array;
  const workspace = call.workspace.storage.array;
  const dOutput = call.dOutput === null ? null : call.dOutput.storage.array;
  const dhn = call.dhn === null ? null : call.dhn.storage.array;
  const dcn = call.dcn === null ? null : call.dcn.storage.array;
  const output = call.output.storage.array;
  const cache = call.cache.storage.array;
  const input = call.input.storage.array;
  const h0 = call.h0 === null ? null : call.h0.storage.array;
  const c0 = call.c0 === null ? null : call.c0.storage.array;
  const inputHidden = call.inputHidden.storage.array;
  const hiddenHidden = call.hiddenHidden.storage.array;
  const projection = call.projection === null ? null : call.projection.storage.array;
  const batchSizes = call.batchSizes === null ? null : call.batchSizes.storage.array;
  plan[0] = 0xbe5d6aa8;
  plan[1] = call.sequence.steps;
  plan[2] = call.sequence.batch;
  plan[3] = call.sequence.batchFirst ? 1 : 0;
  plan[4] = call.sequence.reverse ? 1 : 0;
  plan[5] = call.sequence.inputSize;
  plan[6] = call.sequence.hiddenSize;
  plan[7] = call.sequence.projSize;
  plan[8] = call.addToInput ? 1 : 0;
  plan[9] = call.ldOutput;
  plan[10] = call.ldInput;
  plan[11] = call.dInput === null ? 0 : call.dInput.offset;
  plan[12] = call.dh0Offset;
  plan[13] = call.dc0Offset;
  plan[14] = call.dInputHidden === null ? 0 : call.dInputHidden.offset;
  plan[15] = call.dHiddenHidden === null ? 0 : call.dHiddenHidden.offset;
  plan[16] = call.dProjection === null ? 0 : call.dProjection.offset;
  plan[17] = call.dBias === null ? 0 : call.dBias.offset;
  plan[18] = call.workspace.offset;
  plan[19] = call.dOutputOffset;
  plan[20] = call.dhnOffset;
  plan[21] = call.dcnOffset;
  plan[22] = call.outputOffset;
  plan[23] = call.cache.offset;
  plan[24] = call.input.offset;
  plan[25] = call.h0Offset;
  plan[26] = call.c0Offset;
  plan[27] = call.inputHidden.offset;
  plan[28] = call.hiddenHidden.offset;
  plan[29] = call.projection === null ? 0 : call.projection.offset;
  plan[30] = call.batchSizes === null ? 0 : call.batchSizes.offset;
  native.lstmBackward(
    plan,
    dInput,
    dh0,
    dc0,
    dInputHidden,
    dHiddenHidden,
    dProjection,
    dBias,
    workspace,
    dOutput,
    dhn,
    dcn,
    output,
    cache,
    input,
    h0,
    c0,
    inputHidden,
    hiddenHidden,
    projection,
    batchSizes,
  );
}
