/** What PyTorch keeps in `torch.nn.utils`: reached as `nn.utils`. */
export { type ClipGradNormOptions, clipGradNorm_, clipGradValue_, totalGradNorm } from './clip_grad.js';
export * as rnn from './padding_and_packing.js';
