import type { Tensor } from '../tensor/tensor.js';

/** Leaves that a module has listed or that an optimizer trains. */
const known = new WeakSet<Tensor>();
let trained = false;
let tellOfUnknown: ((leaf: Tensor) => void) | null = null;

/** Says that somebody knows a leaf. */
export function knowLeaf(leaf: Tensor): void {
  known.add(leaf);
}

/** Says that an optimizer trains a leaf. */
export function knowTrained(leaf: Tensor): void {
  trained = true;
  known.add(leaf);
}

/** Sets what is done about a leaf that gets its first gradient while others are trained and nobody knows it. */
export function onUnknownLeaf(tell: (leaf: Tensor) => void): void {
  tellOfUnknown = tell;
}

/** Called by the engine when a leaf gets its first gradient ever. */
export function noteFirstGradient(leaf: Tensor): void {
  if (trained && !known.has(leaf)) tellOfUnknown?.(leaf);
}
