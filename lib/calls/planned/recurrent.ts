// Made by scripts/make_calls.mjs from native/binding/planned/recurrent.calls.
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
  readonly variant: number;
}

export interface RecurrentSizesCall {
  readonly sequence: Sequence;
  readonly batchSizes: Tensor | null;
}

/** Elements that the forward pass keeps for backward; those of backward's working memory are left in the plan. */
export function callRecurrentSizes(target: 'gruSizes' | 'rnnSizes', call: RecurrentSizesCall): number {
  const batchSizes = call.batchSizes === null ? null : call.batchSizes.storage.array;
  plan[0] = 0xf2942eb2;
  plan[1] = call.sequence.steps;
  plan[2] = call.sequence.batch;
  plan[3] = call.sequence.batchFirst ? 1 : 0;
  plan[4] = call.sequence.reverse ? 1 : 0;
  plan[5] = call.sequence.inputSize;
  plan[6] = call.sequence.hiddenSize;
  plan[7] = call.sequence.variant;
  plan[8] = call.batchSizes === null ? 0 : call.batchSizes.offset;
  return native[target](plan, batchSizes);
}

/** What `callRecurrentSizes` left in the plan. */
export const resultsOfRecurrentSizes = {
  get workspace(): number {
    return plan[9];
  },
};

export interface RecurrentForwardCall {
  readonly sequence: Sequence;
  readonly ldOutput: number;
  readonly ldInput: number;
  readonly output: Tensor;
  readonly outputOffset: number;
  readonly hn: Tensor;
  readonly hnOffset: number;
  readonly cache: Tensor | null;
  readonly input: Tensor;
  readonly h0: Tensor | null;
  readonly h0Offset: number;
  readonly inputHidden: Tensor;
  readonly hiddenHidden: Tensor;
  readonly biasInput: Tensor | null;
  readonly biasHidden: Tensor | null;
  readonly batchSizes: Tensor | null;
}

export function callRecurrentForward(target: 'gruForward' | 'rnnForward', call: RecurrentForwardCall): void {
  const output = call.output.storage.array;
  const hn = call.hn.storage.array;
  const cache = call.cache === null ? null : call.cache.storage.array;
  const input = call.input.storage.array;
  const h0 = call.h0 === null ? null : call.h0.storage.array;
  const inputHidden = call.inputHidden.storage.array;
  const hiddenHidden = call.hiddenHidden.storage.array;
  const biasInput = call.biasInput === null ? null : call.biasInput.storage.array;
  const biasHidden = call.biasHidden === null ? null : call.biasHidden.storage.array;
  const batchSizes = call.batchSizes === null ? null : call.batchSizes.storage.array;
  plan[0] = 0x39b41e6b;
  plan[1] = call.sequence.steps;
  plan[2] = call.sequence.batch;
  plan[3] = call.sequence.batchFirst ? 1 : 0;
  plan[4] = call.sequence.reverse ? 1 : 0;
  plan[5] = call.sequence.inputSize;
  plan[6] = call.sequence.hiddenSize;
  plan[7] = call.sequence.variant;
  plan[8] = call.ldOutput;
  plan[9] = call.ldInput;
  plan[10] = call.outputOffset;
  plan[11] = call.hnOffset;
  plan[12] = call.cache === null ? 0 : call.cache.offset;
  plan[13] = call.input.offset;
  plan[14] = call.h0Offset;
  plan[15] = call.inputHidden.offset;
  plan[16] = call.hiddenHidden.offset;
  plan[17] = call.biasInput === null ? 0 : call.biasInput.offset;
  plan[18] = call.biasHidden === null ? 0 : call.biasHidden.offset;
  plan[19] = call.batchSizes === null ? 0 : call.batchSizes.offset;
  native[target](plan, output, hn, cache, input, h0, inputHidden, hiddenHidden, biasInput, biasHidden, batchSizes);
}

export interface RecurrentBackwardCall {
  readonly sequence: Sequence;
  readonly addToInput: boolean;
  readonly ldOutput: number;
  readonly ldInput: number;
  readonly dInput: Tensor | null;
  readonly dh0: Tensor;
  readonly dh0Offset: number;
  readonly dInputHidden: Tensor | null;
  readonly dHiddenHidden: Tensor | null;
  readonly dBiasInput: Tensor | null;
  readonly dBiasHidden: Tensor | null;
  readonly workspace: Tensor;
  readonly dOutput: Tensor | null;
  readonly dOutputOffset: number;
  readonly dhn: Tensor | null;
  readonly dhnOffset: number;
  readonly output: Tensor;
  readonly outputOffset: number;
  readonly cache: Tensor | null;
  readonly input: Tensor;
  readonly h0: Tensor | null;
  readonly h0Offset: number;
  readonly inputHidden: Tensor;
  readonly hiddenHidden: Tensor;
  readonly batchSizes: Tensor | null;
}

/** `ldOutput` is that of dOutput, too. */
export function callRecurrentBackward(target: 'gruBackward' | 'rnnBackward', call: RecurrentBackwardCall): void {
  const dInput = call.dInput === null ? null : call.dInput.storage.array;
  const dh0 = call.dh0.storage.array;
  const dInputHidden = call.dInputHidden === null ? null : call.dInputHidden.storage.array;
  const dHiddenHidden = call.dHiddenHidden === null ? null : call.dHiddenHidden.storage.array;
  const dBiasInput = call.dBiasInput === null ? null : call.dBiasInput.storage.array;
  const dBiasHidden = call.dBiasHidden === null ? null : call.dBiasHidden.storage.array;
  const workspace = call.workspace.storage.array;
  const dOutput = call.dOutput === null ? null : call.dOutput.storage.array;
  const dhn = call.dhn === null ? null : call.dhn.storage.array;
  const output = call.output.storage.array;
  const cache = call.cache === null ? null : call.cache.storage.array;
  const input = call.input.storage.array;
  const h0 = call.h0 === null ? null : call.h0.storage.array;
  const inputHidden = call.inputHidden.storage.array;
  const hiddenHidden = call.hiddenHidden.storage.array;
  const batchSizes = call.batchSizes === null ? null : call.batchSizes.storage.array;
  plan[0] = 0x99d0ecfc;
  plan[1] = call.sequence.steps;
  plan[2] = call.sequence.batch;
  plan[3] = call.sequence.batchFirst ? 1 : 0;
  plan[4] = call.sequence.reverse ? 1 : 0;
  plan[5] = call.sequence.inputSize;
  plan[6] = call.sequence.hiddenSize;
  plan[7] = call.sequence.variant;
  plan[8] = call.addToInput ? 1 : 0;
  plan[9] = call.ldOutput;
  plan[10] = call.ldInput;
  plan[11] = call.dInput === null ? 0 : call.dInput.offset;
  plan[12] = call.dh0Offset;
  plan[13] = call.dInputHidden === null ? 0 : call.dInputHidden.offset;
  plan[14] = call.dHiddenHidden === null ? 0 : call.dHiddenHidden.offset;
  plan[15] = call.dBiasInput === null ? 0 : call.dBiasInput.offset;
  plan[16] = call.dBiasHidden === null ? 0 : call.dBiasHidden.offset;
  plan[17] = call.workspace.offset;
  plan[18] = call.dOutputOffset;
  plan[19] = call.dhnOffset;
  plan[20] = call.outputOffset;
  plan[21] = call.cache === null ? 0 : call.cache.offset;
  plan[22] = call.input.offset;
  plan[23] = call.h0Offset;
  plan[24] = call.inputHidden.offset;
  plan[25] = call.hiddenHidden.offset;
  plan[26] = call.batchSizes === null ? 0 : call.batchSizes.offset;
  native[target](
    plan,
    dInput,
    dh0,
    dInputHidden,
    dHiddenHidden,
    dBiasInput,
    dBiasHidden,
    workspace,
    dOutput,
    dhn,
    output,
    cache,
    input,
    h0,
    inputHidden,
    hiddenHidden,
    batchSizes,
  );
}
