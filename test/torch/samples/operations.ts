import * as lutra from '../../../lib/index.js';
import { Tensor, tensor } from '../../../lib/index.js';
import {
  compareError,
  compareGradient,
  compareResult,
  type Disagreement,
  flat,
  refusal,
  type Tolerances,
  weight,
} from './agreement.js';
import type { Form } from './forms.js';
import { Decoder, type Encoded, expectedAt, type OperationSample, type SampleFile, type Value } from './read.js';
import { argumentsFor } from './signature.js';

/** Arguments that say where and how PyTorch lays out memory. */
const WITHOUT_MEANING = new Set(['device', 'layout', 'pin_memory', 'memory_format']);

/** An entry of Python's subscript as one of `index`: slices as lists, lists of numbers as index tensors. */
function entryOf(entry: Value): Value {
  if (Array.isArray(entry)) return tensor(entry as number[], { dtype: 'int32' });
  if (entry === null || typeof entry !== 'object' || entry instanceof Tensor) return entry;
  return 'slice' in entry ? entry.slice : entry;
}

function compareResults(
  file: SampleFile,
  sample: OperationSample,
  results: unknown[],
  inputs: Tensor[],
  askMemory: boolean,
  tolerances: Tolerances,
) {
  const out = sample.out!;
  if (results.length !== out.length) {
    return [{ kind: 'count', text: `${results.length} results instead of ${out.length}` } as Disagreement];
  }
  const found: Disagreement[] = [];
  let place = 0;
  for (const [k, expected] of out.entries()) {
    const actual = results[k];
    const which = out.length > 1 ? `result ${k}: ` : '';
    const difference = compareResult(file, actual, expected, tolerances);
    if (difference) found.push({ kind: difference.kind, text: which + difference.text });
    if (expected === null || typeof expected !== 'object' || !('t' in expected)) continue;
    const sharing = sample.shares![place++];
    if (!askMemory || !(actual instanceof Tensor) || actual.numel === 0) continue;
    const shared = inputs.findIndex((input) => input.numel > 0 && input.storage === actual.storage);
    if (shared === sharing) continue;
    const memoryOf = (i: number) => (i < 0 ? 'memory of its own' : `the memory of input ${i}`);
    found.push({ kind: 'memory', text: `${which}${memoryOf(shared)} instead of ${memoryOf(sharing)}` });
  }
  return found;
}

/** The gradients of `asking`, of Σ resultₖ·wₖ, against PyTorch's. The weights are rounded to PyTorch's dtype of the result. */
export function compareGradients(
  file: SampleFile,
  results: unknown[],
  out: Encoded[],
  asking: Tensor[],
  expected: Encoded[],
  nameOf: (i: number) => string,
  tolerances: Tolerances,
): Disagreement[] {
  const outputs: Tensor[] = [];
  const weights: Tensor[] = [];
  for (const [k, result] of results.entries()) {
    if (!(result instanceof Tensor) || !result.requiresGrad) continue;
    outputs.push(result);
    weights.push(weight(k, result.shape, expectedAt(file, (out[k] as { t: number }).t).dtype).to(result.dtype));
  }
  if (outputs.length === 0) return [{ kind: 'gradient', text: 'no result is recorded' }];
  const grads = lutra.autograd.grad(outputs, asking, weights, { allowUnused: true });
  return expected.flatMap((item, i) => {
    const actual = grads[i] instanceof lutra.RowSparse ? grads[i].toDense() : grads[i];
    const difference = compareGradient(file, actual, item, tolerances);
    return difference ? [{ kind: difference.kind, text: `${nameOf(i)}: ${difference.text}` }] : [];
  });
}

/** The call's arguments; null where the table has no place for one. */
function argumentsOf(decoder: Decoder, sample: OperationSample, form: Form): unknown[] | null {
  let given = sample.args!.map((value) => decoder.value(value));
  if (form.subscript) given = [given[0], (given[1] as Value[]).map(entryOf)];
  const kwargs = decoder.values(sample.kwargs ?? {});
  for (const name of Object.keys(kwargs)) if (WITHOUT_MEANING.has(name)) delete kwargs[name];
  return argumentsFor(form.signature, given, kwargs);
}

/** Calls one form with a sample; what does not agree with PyTorch. */
export function compareOperation(
  file: SampleFile,
  sample: OperationSample,
  form: Form,
  tolerances: Tolerances,
): Disagreement[] {
  const decoder = new Decoder(file, form.strided);
  lutra.manualSeed(42);
  if (sample.raises !== undefined) {
    // A tensor that can't even be made is refused, too; so is an argument that there is no place for.
    return compareError(() => {
      const args = argumentsOf(decoder, sample, form);
      if (args === null) throw new lutra.OptionError('no place');
      form.call(args);
    }, sample.raises);
  }
  const args = argumentsOf(decoder, sample, form);
  if (args === null) return [{ kind: 'call', text: 'counterparts.json has no place for an argument' }];
  const inputs = decoder.tensors;
  if (form.inPlace) for (const input of inputs) input.requiresGrad = false;
  try {
    const result = form.call(args);
    if (form.inPlace && result !== inputs[0]) return [{ kind: 'memory', text: 'does not return its tensor' }];
    const results = flat(result);
    const found = compareResults(file, sample, results, inputs, !form.inPlace && !form.strided, tolerances);
    if (sample.grads === undefined || form.inPlace || found.length > 0) return found;
    const asking = inputs.filter((input) => input.requiresGrad);
    return compareGradients(file, results, sample.out!, asking, sample.grads, (i) => `gradient ${i}`, tolerances);
  } catch (error) {
    return [refusal(error)];
  }
}
