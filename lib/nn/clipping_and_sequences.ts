/** What PyTorch keeps in `torch.nn.utils`: reached as `nn.utils`. */
export { type ClipGradNormOptions, clipGradNorm_, clipGradValue_, totalGradNorm } from './clip_grad.js';
export * as rnn from './padding_and_packing.js';
export { parametersToVector, vectorToParameters } from './parameter_vector.js';
export { removeWeightNorm, weightNorm } from './weight_norm.js';
