import { nn, optim, type Tensor, zeros } from '../../../lib/index.js';
import { compareError, type Disagreement, differs, refusal, type Tolerances } from './agreement.js';
import { Decoder, expectedAt, type OptimizerSample, type SampleFile, type Value } from './read.js';
import { argumentsFor, camelCase, parseSignature, type Signature } from './signature.js';

type Constructor = new (...args: unknown[]) => { zeroGrad(): void; step(closure: () => Tensor): unknown };

export interface OptimizerForm {
  make: Constructor;
  call: Signature;
}

/** null where the package has no such optimizer. */
export function optimizerForm(row: string): OptimizerForm | null {
  const call = parseSignature(row);
  const make = (optim as unknown as Record<string, Constructor | undefined>)[call.name];
  return make ? { make, call } : null;
}

/** Parameters as the constructor takes them: groups with options in camelCase, names beside their tensors. */
function paramsOf(value: Value): unknown {
  if (Array.isArray(value)) return value.map(paramsOf);
  if (value === null || typeof value !== 'object' || !('dict' in value)) return value;
  return Object.fromEntries(Object.entries(value.dict).map(([name, item]) => [camelCase(name), paramsOf(item)]));
}

/** Repeats PyTorch's training; what does not agree. */
export function compareOptimizer(
  file: SampleFile,
  sample: OptimizerSample,
  form: OptimizerForm,
  tolerances: Tolerances,
): Disagreement[] {
  const decoder = new Decoder(file);
  const kwargs = decoder.values(sample.kwargs ?? {});
  const argumentsWith = (params: unknown) => argumentsFor(form.call, [params as Value], kwargs)!;
  if (sample.raises !== undefined) {
    const params = paramsOf(decoder.value(sample.params!));
    return compareError(() => new form.make(...argumentsWith(params)), sample.raises);
  }
  const parameters = sample.start!.map(({ t }) => new nn.Parameter(expectedAt(file, t)));
  const targets = sample.targets!.map(({ t }) => expectedAt(file, t));
  try {
    const optimizer = new form.make(...argumentsWith(parameters));
    const closure = () => {
      optimizer.zeroGrad();
      let loss = zeros([], { dtype: parameters[0].dtype });
      for (const [k, parameter] of parameters.entries()) {
        const value = sample.rows ? nn.functional.embedding(sample.rows[k], parameter, { sparse: true }) : parameter;
        loss = loss.add(value.sub(targets[k]).square().sum());
      }
      loss.backward();
      return loss;
    };
    for (const [step, after] of sample.after!.entries()) {
      optimizer.step(closure);
      for (const [k, { t }] of after.entries()) {
        const difference = differs(parameters[k], file, t, tolerances);
        if (difference)
          return [{ kind: difference.kind, text: `parameter ${k} after step ${step + 1}: ${difference.text}` }];
      }
    }
    return [];
  } catch (error) {
    return [refusal(error)];
  }
}
