import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  comparisonsOf,
  countsOf,
  type Difference,
  describeFinding,
  differences,
  explanationOf,
  type Outcome,
} from './samples/comparison.js';
import { type OperationSample, readSampleFile } from './samples/read.js';
import { argumentsFor, parseSignature } from './samples/signature.js';

/**
 * PyTorch's own samples: the fixed part, or everything that `make_samples.py --whole DIR` wrote, where LUTRA_SAMPLES
 * names DIR (`npm run samples` does both, and writes counts.json). A finding that differences.json does not explain
 * fails; so does an explanation that no finding needs any more.
 */
const directory = process.env.LUTRA_SAMPLES;
const paths = directory
  ? readdirSync(directory)
      .sort()
      .map((name) => join(directory, name))
  : [new URL('./fixtures/samples.bin.gz', import.meta.url)];

describe('PyTorch on its own samples', () => {
  const outcomes: Outcome[] = [];
  const needed = new Set<Difference>();

  for (const path of paths) {
    for (const { name, run } of comparisonsOf(readSampleFile(path))) {
      it(name, () => {
        const outcome = run();
        outcomes.push(outcome);
        const unexplained = outcome.findings.filter((finding) => {
          const explanation = explanationOf(finding);
          if (explanation) needed.add(explanation);
          return explanation === undefined;
        });
        const text = unexplained.slice(0, 8).map(describeFinding).join('\n');
        const hint = `${unexplained.length} disagreements; mend them, or say why in test/torch/samples/differences.json`;
        expect(text, hint).toBe('');
      });
    }
  }

  it('needs every explanation in differences.json', () => {
    // Some explain samples that only the whole holds; it has optimizers, which parts of it and reference inputs lack.
    if (directory === undefined || !outcomes.some(({ name }) => name.startsWith('optim.'))) return;
    const counts = JSON.stringify(countsOf(outcomes), null, 2);
    writeFileSync(new URL('./samples/counts.json', import.meta.url), `${counts}\n`);
    const needless = differences.filter((difference) => !needed.has(difference));
    expect(needless.map(({ reason, names }) => `${names}: ${reason}`)).toEqual([]);
  });
});

describe('the comparison', () => {
  it('reads calls as the table writes them', () => {
    const sum = parseSignature('input.sum(dim, {keepdim, dtype})');
    expect(argumentsFor(sum, [1, 2], { keepdim: true })).toEqual([1, 2, { keepdim: true }]);
    expect(argumentsFor(sum, [1], { dtype: 'float64' })).toEqual([1, undefined, { dtype: 'float64' }]);
    expect(argumentsFor(sum, [1, null], { keepdim: null })).toEqual([1]);
    expect(argumentsFor(sum, [1], { out: 2 })).toBeNull();
    expect(argumentsFor(sum, [1, 2, 3, 4, 5], {})).toBeNull();
    const repeat = parseSignature('input.repeat(...repeats)');
    expect(argumentsFor(repeat, [1, [2, 3]], {})).toEqual([1, 2, 3]);
    expect(argumentsFor(repeat, [1, 2, 3], {})).toEqual([1, 2, 3]);
    const adam = parseSignature('Adam(params, {*})');
    expect(argumentsFor(adam, [[]], { weight_decay: 1 })).toEqual([[], { weightDecay: 1 }]);
    const randint = parseSignature('randint(low=0, high, size, {dtype})', undefined, 'high size');
    expect(argumentsFor(randint, [9, [2]], {})).toEqual([0, 9, [2]]);
    expect(argumentsFor(randint, [1, 9, [2]], {})).toEqual([1, 9, [2]]);
    expect(() => parseSignature('sum')).toThrow('no signature');
  });

  it('notices what differs', () => {
    const file = readSampleFile(new URL('./fixtures/samples.bin.gz', import.meta.url));
    const exp = file.operations!.find(({ name }) => name === 'exp')!;
    const outcomeOf = (change: (sample: OperationSample) => void) => {
      const samples = structuredClone(exp.samples.filter(({ dtype, grads }) => dtype === 'float32' && grads));
      for (const sample of samples) change(sample);
      const [{ run }] = comparisonsOf({ ...file, operations: [{ ...exp, samples }], modules: [], optimizers: [] });
      return [...new Set(run().findings.map(({ kind }) => kind))];
    };
    expect(outcomeOf(() => {})).toEqual([]);
    expect(outcomeOf((sample) => (sample.out = sample.args))).toEqual(['value']);
    expect(outcomeOf((sample) => (sample.out = []))).toEqual(['count']);
    expect(outcomeOf((sample) => (sample.grads = sample.args))).toEqual(['gradient']);
    expect(outcomeOf((sample) => (sample.shares = [0]))).toEqual(['memory']);
    expect(outcomeOf((sample) => (sample.raises = 'no'))).toEqual(['accepts']);
    expect(outcomeOf((sample) => (sample.kwargs = { out: null, base: 2 }))).toEqual(['call']);
  });
});
