import type { Tensor } from '../tensor/tensor.js';
import { detecting, noteForward } from './anomaly.js';
import { isGradEnabled } from './mode.js';
import { type Backward, Node } from './node.js';

/** True when an operation on these inputs must be recorded. Check it before saving anything for backward. */
export function needsGrad(...inputs: (Tensor | null | undefined)[]): boolean {
  return someNeedGrad(inputs);
}

/** The same for a list of inputs. */
export function someNeedGrad(inputs: readonly (Tensor | null | undefined)[]): boolean {
  if (!isGradEnabled()) return false;
  for (let i = 0; i < inputs.length; i++) if (inputs[i]?.requiresGrad) return true;
  return false;
}

/**
 * Records an operation with one output and returns that output. Call it only when `needsGrad(...inputs)`.
 *
 * @param name PyTorch's name of the node, shown when the output is printed.
 * @param inputs the tensors that may receive gradients.
 * @param backward from the output's gradient to the inputs' (null for inputs that need none; `needs[i]` says which do).
 * @param saved tensors that `backward` reads and that must not change in place until then (inputs, or the output).
 */
export function record(
  name: string,
  inputs: readonly Tensor[],
  output: Tensor,
  backward: (grad: Tensor, needs: readonly boolean[]) => readonly (Tensor | null)[],
  saved: readonly Tensor[] = [],
): Tensor {
  const node = new Node(name, inputs, 1, (grads, needs) => backward(grads[0]!, needs), saved);
  output.gradFn = node;
  if (detecting) noteForward(node, inputs, [output]);
  return output;
}

/** Records an operation with several outputs; unused outputs arrive as null gradients. */
export function recordMany(
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  backward: Backward,
  saved: readonly Tensor[] = [],
): void {
  const node = new Node(name, inputs, outputs.length, backward, saved);
  for (let i = 0; i < outputs.length; i++) {
    outputs[i].gradFn = node;
    outputs[i].outputIndex = i;
  }
  if (detecting) noteForward(node, inputs, outputs);
}
