import * as lutra from '../../../lib/index.js';
import { nn, type Tensor } from '../../../lib/index.js';
import { compareError, compareResult, type Disagreement, flat, refusal, type Tolerances } from './agreement.js';
import { compareGradients } from './operations.js';
import { type Call, Decoder, type ModuleSample, type SampleFile, type Value } from './read.js';
import { argumentsFor, parseSignature, type Signature } from './signature.js';

/** A row of counterparts.json: the constructor's call, and forward's where it is not `forward(input)`. */
export type ModuleRow = string | { call: string; forward: string };

type Constructor = new (...args: unknown[]) => nn.Module & { forward(...args: unknown[]): unknown };

/** A module's constructor in the package, with the calls that make and run it. */
export interface ModuleForm {
  make: Constructor;
  constructorCall: Signature;
  forwardCall: Signature;
}

/** null where the package has no such module. */
export function moduleForm(row: ModuleRow): ModuleForm | null {
  const { call, forward } = typeof row === 'string' ? { call: row, forward: 'forward(input)' } : row;
  const constructorCall = parseSignature(call);
  const make = (nn as unknown as Record<string, Constructor | undefined>)[constructorCall.name];
  return make ? { make, constructorCall, forwardCall: parseSignature(forward) } : null;
}

type Rows = Record<string, ModuleRow>;

function argumentsOf(decoder: Decoder, call: Call, signature: Signature, rows: Rows): unknown[] | null {
  const made = (value: Value): Value => {
    if (value === null || typeof value !== 'object' || !('module' in value)) return value;
    const { name, kwargs } = value.module;
    const form = moduleForm(rows[name])!;
    return new form.make(...argumentsFor(form.constructorCall, [], kwargs)!) as unknown as Value;
  };
  const kwargs = decoder.values(call.kwargs ?? {});
  delete kwargs.device;
  return argumentsFor(
    signature,
    (call.args ?? []).map((value) => made(decoder.value(value))),
    kwargs,
  );
}

/** Makes a module of PyTorch's sample and runs it; what does not agree with PyTorch. */
export function compareModule(
  file: SampleFile,
  sample: ModuleSample,
  form: ModuleForm,
  rows: Rows,
  tolerances: Tolerances,
): Disagreement[] {
  const constructorArguments = argumentsOf(new Decoder(file), sample, form.constructorCall, rows);
  const decoder = new Decoder(file);
  const forwardArguments = argumentsOf(decoder, sample.forward ?? {}, form.forwardCall, rows);
  if (constructorArguments === null || forwardArguments === null) {
    return sample.raises === undefined
      ? [{ kind: 'call', text: 'counterparts.json has no place for an argument' }]
      : [];
  }
  lutra.manualSeed(42);
  if (sample.raises !== undefined) {
    return compareError(() => {
      const module = new form.make(...constructorArguments);
      if (sample.forward) module.forward(...forwardArguments);
    }, sample.raises);
  }
  try {
    const module = new form.make(...constructorArguments).to(sample.dtype as lutra.DType);
    module.train(sample.training);
    module.loadStateDict(new Decoder(file).values(sample.state!) as Record<string, Tensor>);
    lutra.manualSeed(42);
    const results = flat(module.forward(...forwardArguments));
    const out = sample.out!;
    if (results.length !== out.length) {
      return [{ kind: 'count', text: `${results.length} results instead of ${out.length}` }];
    }
    const found = out.flatMap((expected, k) => compareResult(file, results[k], expected, tolerances) ?? []);
    if (sample.grads === undefined || found.length > 0) return found;
    const inputs = decoder.tensors.filter((input) => input.requiresGrad);
    const parameters = new Map(module.namedParameters());
    const names = Object.keys(sample.parameterGrads!);
    const asking = [...inputs, ...names.map((name) => parameters.get(name)!)];
    const expected = [...sample.grads, ...Object.values(sample.parameterGrads!)];
    const nameOf = (i: number) => (i < inputs.length ? `gradient ${i}` : `gradient of ${names[i - inputs.length]}`);
    return compareGradients(file, results, out, asking, expected, nameOf, tolerances);
  } catch (error) {
    return [refusal(error)];
  }
}
