/** What PyTorch keeps in `torch.nn.utils.rnn`: reached as `nn.utils.rnn`. */
export { invertPermutation, type Lengths, PackedSequence } from './packed_sequence.js';
export {
  type PackPaddedSequenceOptions,
  type PackSequenceOptions,
  type PadPackedSequenceOptions,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  unpackSequence,
} from './packing.js';
export {
  type PadSequenceOptions,
  padSequence,
  type UnpadSequenceOptions,
  unpadSequence,
} from './rnn_sequences.js';
