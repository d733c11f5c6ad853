import type { NativeRecurrentBackward, NativeRecurrentForward, NativeRecurrentSizes } from './recurrent.js';

/** The addon's RNN layers, one layer in one direction: native/binding/rnn.cc. */
export interface NativeRnn {
  rnnSizes: NativeRecurrentSizes;
  rnnForward: NativeRecurrentForward;
  rnnBackward: NativeRecurrentBackward;
}
