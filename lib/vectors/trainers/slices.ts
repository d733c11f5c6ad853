/** The event loop waits for one slice of a training at a time; its length follows its time, in ms. */
const wantedSliceTime = 20;

/** Half as long or twice as long at most, and never so short that threads have nothing to share. */
export function nextSlice(slice: number, milliseconds: number): number {
  const factor = Math.min(2, Math.max(0.5, wantedSliceTime / Math.max(milliseconds, 0.1)));
  return Math.round(Math.min(4e6, Math.max(4096, slice * factor)));
}
