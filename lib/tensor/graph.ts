/** What a tensor knows of the operation that made it; lib/autograd/node.ts has the rest. */
export interface GraphNode {
  /** Grows with time. */
  readonly id: number;
  /** PyTorch's name for it: `MulBackward0`. */
  readonly name: string;
  /** Called when backward has run for the last time: gives back what the operation kept for it alone. */
  onFreed: (() => void) | null;
}
