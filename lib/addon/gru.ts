import type { NativeRecurrentBackward, NativeRecurrentForward, NativeRecurrentSizes } from './recurrent.js';

/** The addon's GRU layers, one layer in one direction: native/binding/gru.cc. */
export interface NativeGru {
  gruSizes: NativeRecurrentSizes;
  gruForward: NativeRecurrentForward;
  gruBackward: NativeRecurrentBackward;
}
