import { powersOfGradients } from '../nn/clip_grad.js';
import { Tensor } from '../tensor/tensor.js';
import { allReduce } from './collectives.js';

/**
 * What `powersOfGradients` gives of all ranks' gradients: of those that all have alike once, of sharded ones the rows of every rank.
 * Every rank calls it.
 */
export function powersOfRanks(parameters: readonly Tensor[], p: number, sharded: ReadonlySet<Tensor>): number {
  const alike = powersOfGradients(
    parameters.filter((parameter) => !sharded.has(parameter)),
    p,
  );
  if (sharded.size === 0) return alike;
  const own = powersOfGradients(
    parameters.filter((parameter) => sharded.has(parameter)),
    p,
  );
  if (Number.isFinite(p)) return alike + combined([own], 'sum')[0];
  // The maximum of MPI may pass over what is no number.
  const [largest, isBroken] = combined([Number.isNaN(own) ? 0 : own, Number.isNaN(own) ? 1 : 0], 'max');
  return isBroken > 0 || Number.isNaN(alike) ? Number.NaN : Math.max(alike, largest);
}

function combined(numbers: readonly number[], op: 'sum' | 'max'): Float64Array {
  const values = Float64Array.from(numbers);
  allReduce(Tensor.wrap(values, [values.length], 'float64'), { op });
  return values;
}
