import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import {
  DataLoader,
  type EpochRecord,
  Generator,
  IterableDataset,
  loadSafetensors,
  nn,
  optim,
  RandomSampler,
  rand,
  type Sampler,
  SubsetRandomSampler,
  type Tensor,
  Trainer,
  type TrainingHistory,
  WeightedRandomSampler,
} from '../../lib/index.js';
import { type Fit, newFolder, quiet, setUp, training, validation, weightsOf } from './small_problem.js';

type Loader = Iterable<Tensor[]>;
type Prepared = { model: nn.Module; trainer: Trainer<Tensor[]>; loader: Loader; held: Loader };

/** What a training gives that must not depend on interruptions: all but times and places. */
function essence({ best, validations, stopped, steps, epochs }: TrainingHistory) {
  const without = ({ seconds: _, ...record }: EpochRecord) => record;
  return { best, validations, stopped, steps, epochs: epochs.map(without) };
}

/** Trains through, and again with stops after some numbers of steps, as if by a process of its own each time. */
async function expectSame(prepare: () => Prepared, options: Fit, stops: readonly number[]): Promise<void> {
  const whole = prepare();
  const expected = await whole.trainer.fit(whole.loader, { ...quiet, validation: whole.held, ...options });
  const folder = newFolder();
  for (const stop of [...stops, Number.POSITIVE_INFINITY]) {
    const part = prepare();
    if (stop !== stops[0]) {
      // Whoever goes on begins with other weights and other random numbers.
      rand([11]);
      for (const parameter of part.model.parameters()) parameter.detach().fill_(7);
    }
    const history = await part.trainer.fit(part.loader, {
      ...quiet,
      validation: part.held,
      ...options,
      callbacks: [{ onStep: (run) => run.step === stop && run.stop('test') }],
      checkpoints: { folder, everyEpochs: 0 },
      resume: stop !== stops[0],
    });
    if (Number.isFinite(stop)) {
      expect([history.stopped, history.steps]).toEqual(['test', stop]);
      continue;
    }
    expect(essence(history)).toEqual(essence(expected));
    expect(weightsOf(part.model)).toEqual(weightsOf(whole.model));
  }
}

/** A trainer with everything that has a state. */
function everything(): Prepared {
  const { model, held } = setUp();
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.02, amsgrad: true });
  const trainer = new Trainer<Tensor[]>({
    model,
    optimizer,
    loss: new nn.CrossEntropyLoss(),
    scheduler: { scheduler: new optim.OneCycleLR(optimizer, 0.05, { totalSteps: 40 }), interval: 'step' },
    averageWeights: 0.8,
    clipGradNorm: 1,
  });
  const loader = new DataLoader(training(), { batchSize: 16, shuffle: true, seed: 9 });
  return { model, trainer, loader, held };
}

describe('a training that was stopped', () => {
  const sources: [string, () => Loader][] = [
    [
      'a loader that shuffles by the global generator',
      () => new DataLoader(training(), { batchSize: 16, shuffle: true }),
    ],
    ['one with a seed', () => new DataLoader(training(), { batchSize: 16, shuffle: true, seed: 4 })],
    [
      'a weighted sampler',
      () => {
        const sampler = new WeightedRandomSampler(
          Array.from({ length: 70 }, (_, i) => 1 + (i % 3)),
          64,
        );
        return new DataLoader(training(), { batchSize: 16, sampler });
      },
    ],
    [
      'a subset in random order',
      () => {
        const sampler = new SubsetRandomSampler(
          Array.from({ length: 40 }, (_, i) => i),
          { generator: new Generator(8) },
        );
        return new DataLoader(training(), { batchSize: 8, sampler });
      },
    ],
    [
      'draws with replacement, from a generator of its own',
      () => {
        const data = training();
        const sampler = new RandomSampler(data, { replacement: true, numSamples: 75, generator: new Generator(2) });
        return new DataLoader(data, { batchSize: 16, sampler });
      },
    ],
    [
      'more samples than there are, each time anew',
      () => new DataLoader(training(), { batchSize: 16, sampler: new RandomSampler(training(), { numSamples: 90 }) }),
    ],
    [
      "a sampler of one's own without a state",
      () => {
        const sampler: Sampler = {
          length: 70,
          *[Symbol.iterator]() {
            const start = Math.floor(rand([1]).item() * 70);
            for (let i = 0; i < 70; i++) yield (start + 3 * i) % 70;
          },
        };
        return new DataLoader(training(), { batchSize: 16, sampler });
      },
    ],
    ['a list of batches', () => [...new DataLoader(training(), { batchSize: 16 })]],
    [
      'an iterable that draws',
      () => ({
        *[Symbol.iterator]() {
          const first = Math.floor(rand([1]).item() * 50);
          for (let i = 0; i < 5; i++) yield training().getBatch([first, first + i, 60 + i]);
        },
      }),
    ],
    [
      'a dataset that can only be iterated',
      () =>
        new DataLoader(
          IterableDataset.from(function* () {
            for (let i = 0; i < 70; i++) yield training().get(i);
          }),
          { batchSize: 16 },
        ),
    ],
  ];

  test.each(sources)('goes on bit for bit with %s', async (_, make) => {
    const prepare = () => ({ ...setUp(), loader: make() });
    await expectSame(prepare, { epochs: 4 }, [3, 5, 11]);
  });

  test('goes on with schedules, averages, clipping, and everything else', async () => {
    await expectSame(everything, { epochs: 7, earlyStopping: 100 }, [1, 2, 9, 10, 31]);
  });

  test('goes on with limits, fractions and accumulated steps', async () => {
    const prepare = () => ({
      ...setUp({ accumulate: 2 }),
      held: new DataLoader(validation(), { batchSize: 8, shuffle: true }),
    });
    await expectSame(prepare, { epochs: 5, batchesPerEpoch: 3, validateEvery: { fraction: 0.5 } }, [1, 2, 3, 6]);
    await expectSame(prepare, { steps: 11, validateEvery: { steps: 2 } }, [2, 5, 8]);
  });

  test('goes on with the state of its callbacks, of a step, and of other generators', async () => {
    const prepare = () => {
      const { model, optimizer, loader, held } = setUp();
      const generator = new Generator(77);
      const trainer = new Trainer<Tensor[]>({
        model,
        optimizer,
        generators: { noise: generator },
        step: ({ batch: [x, y], model: m, carry, training: learns }) => {
          const before = (carry as { sum: Tensor } | undefined)?.sum;
          const noise = learns ? rand([1], { generator }) : 0;
          const output = m.forward(x.add(noise)) as Tensor;
          const sum = output.detach().mean(0);
          const shifted = before === undefined ? output : output.add(before);
          return { loss: nn.functional.crossEntropy(shifted, y), weight: y.shape[0], carry: { sum } };
        },
      });
      return { model, trainer, loader, held };
    };
    await expectSame(prepare, { epochs: 3 }, [2, 7]);
    const folder = newFolder();
    const counting = () => {
      let steps = 0;
      return {
        name: 'counter',
        onStep: () => void steps++,
        stateDict: () => ({ steps, big: 2n ** 70n, at: Number.POSITIVE_INFINITY }),
        loadStateDict: (state: unknown) => {
          expect(state).toEqual({ steps: 5, big: 2n ** 70n, at: Number.POSITIVE_INFINITY });
          ({ steps } = state as { steps: number });
        },
      };
    };
    const [first, second] = [prepare(), prepare()];
    await first.trainer.fit(first.loader, { ...quiet, epochs: 1, checkpoints: folder, callbacks: [counting()] });
    await second.trainer.fit(second.loader, {
      ...quiet,
      epochs: 2,
      checkpoints: folder,
      resume: true,
      callbacks: [counting()],
    });
  });

  test('reads no data again that it has read', async () => {
    const read: number[] = [];
    const loaderOf = (log: number[]) =>
      new DataLoader(
        { length: 70, get: (i: number) => training().get(log[log.push(i) - 1]) },
        { batchSize: 10, shuffle: true },
      );
    const folder = newFolder();
    const all: number[] = [];
    const whole = setUp();
    await whole.trainer.fit(loaderOf(all), { ...quiet, epochs: 1 });
    for (const resume of [false, true]) {
      const { trainer } = setUp();
      await trainer.fit(loaderOf(read), {
        ...quiet,
        epochs: 1,
        checkpoints: folder,
        resume,
        callbacks: resume ? [] : [{ onStep: (run) => run.step === 3 && run.stop() }],
      });
      if (!resume) expect(read).toHaveLength(30);
    }
    expect(read).toEqual(all);
  });

  test('that was cut short in its validation makes it anew', async () => {
    const folder = newFolder();
    const prepare = () => ({ ...setUp(), held: new DataLoader(validation(), { batchSize: 2, shuffle: true }) });
    const whole = prepare();
    const expected = await whole.trainer.fit(whole.loader, { ...quiet, epochs: 3, validation: whole.held });
    const part = prepare();
    const controller = new AbortController();
    let seen = 0;
    const held = {
      length: 10,
      *[Symbol.iterator]() {
        for (const batch of part.held) {
          if (++seen === 14) controller.abort();
          yield batch;
        }
      },
    };
    const stopped = await part.trainer.fit(part.loader, {
      ...quiet,
      epochs: 3,
      validation: held,
      signal: controller.signal,
      checkpoints: folder,
    });
    expect([stopped.epochs.length, stopped.validations.length, stopped.steps]).toEqual([1, 1, 10]);
    const last = prepare();
    const other = {
      length: 10,
      *[Symbol.iterator]() {
        yield* last.held;
      },
    };
    const history = await last.trainer.fit(last.loader, {
      ...quiet,
      epochs: 3,
      validation: other,
      checkpoints: folder,
      resume: true,
    });
    expect(essence(history)).toEqual(essence(expected));
    expect(weightsOf(last.model)).toEqual(weightsOf(whole.model));
  });

  test('that had finished goes on when more is wanted, and else does nothing', async () => {
    const folder = newFolder();
    const first = setUp();
    await first.trainer.fit(first.loader, { ...quiet, epochs: 2, checkpoints: folder });
    const same = setUp();
    const again = await same.trainer.fit(same.loader, { ...quiet, epochs: 2, checkpoints: folder, resume: true });
    expect(again).toMatchObject({ stopped: 'epochs', steps: 10 });
    expect(again.resumedFrom).toBe(join(folder, 'checkpoint-000000010.safetensors'));
    const more = setUp();
    expect(
      (await more.trainer.fit(more.loader, { ...quiet, epochs: 3, checkpoints: folder, resume: true })).steps,
    ).toBe(15);
    expect(weightsOf(same.model)).toEqual(weightsOf(first.model));
  });
});

describe('checkpoints', () => {
  test('are written when they are due; the newest and the best are kept', async () => {
    const folder = newFolder();
    const { trainer, loader, held, model } = setUp();
    const written: string[] = [];
    const history = await trainer.fit(loader, {
      ...quiet,
      epochs: 3,
      validation: held,
      keepBest: true,
      checkpoints: { folder, everySteps: 4, keepLast: 2 },
      callbacks: [{ onCheckpoint: (_, path) => written.push(path.slice(-10, -12)) && undefined }],
    });
    expect(readdirSync(folder)).toEqual([
      'best.safetensors',
      'checkpoint-000000012.safetensors',
      'checkpoint-000000015.safetensors',
    ]);
    expect(written).toHaveLength(3);
    const best = loadSafetensors(join(folder, 'best.safetensors'));
    expect(best.metadata).toEqual({
      monitor: 'loss',
      score: String(history.best!.score),
      epoch: String(history.best!.epoch),
      step: String(history.best!.step),
    });
    model.loadStateDict(best.tensors);
    expect((await trainer.evaluate(held)).loss).toBe(history.best!.score);
  });

  test('of another training are not mixed with those of a new one', async () => {
    const folder = newFolder();
    const { trainer, loader } = setUp();
    await trainer.fit(loader, { ...quiet, epochs: 3, checkpoints: folder });
    const options = { ...quiet, epochs: 1, checkpoints: folder };
    await expect(setUp().trainer.fit(loader, options)).rejects.toThrow(
      /checkpoint-000000015.safetensors is there from an earlier training; .*resume: true.*overwrite: true/,
    );
    await setUp().trainer.fit(loader, { ...options, checkpoints: { folder, overwrite: true } });
    expect(readdirSync(folder)).toEqual(['best.safetensors', 'checkpoint-000000005.safetensors']);
  });

  test('that are damaged, of another model, or of a later version are named, and the newest good one is used', async () => {
    const folder = newFolder();
    const { trainer, loader } = setUp();
    await trainer.fit(loader, { ...quiet, epochs: 5, checkpoints: { folder, keepLast: 5 } });
    const file = (step: number) => join(folder, `checkpoint-${String(step).padStart(9, '0')}.safetensors`);
    const flipped = readFileSync(file(25));
    flipped[flipped.length - 40] ^= 4;
    writeFileSync(file(25), flipped);
    truncateSync(file(20), 1000);
    writeFileSync(file(15), readFileSync(file(15), 'latin1').replace('"version":"1"', '"version":"9"'), 'latin1');
    appendFileSync(join(folder, 'checkpoint-000000099.safetensors'), 'nothing');
    const warnings: string[] = [];
    const spy = vi.spyOn(process, 'emitWarning').mockImplementation((w) => void warnings.push(String(w)));
    const next = setUp();
    const history = await next.trainer.fit(next.loader, { ...quiet, epochs: 3, checkpoints: folder, resume: true });
    expect(history.resumedFrom).toBe(file(10));
    expect(history.epochs).toHaveLength(3);
    expect(warnings.join('\n')).toMatch(/000000025.safetensors, which can't be: .*is damaged: its checksum is/);
    expect(warnings.join('\n')).toMatch(/000000015.safetensors, which can't be: .*later Lutra, in version 9/);
    expect(warnings).toHaveLength(4);
    spy.mockRestore();
    const wide = new nn.Linear(6, 3);
    const other = new Trainer<Tensor[]>({
      model: wide,
      loss: new nn.CrossEntropyLoss(),
      optimizer: (parameters) => new optim.SGD(parameters, { lr: 0.1 }),
    });
    const before = weightsOf(wide);
    await expect(other.fit(loader, { ...quiet, epochs: 9, checkpoints: folder, resume: true })).rejects.toThrow(
      /none of the checkpoints can be gone on from:[\s\S]*is of another model: it lacks 'weight', it lacks 'bias'/,
    );
    expect(weightsOf(wide)).toEqual(before);
  });

  test('of another optimizer or schedule are refused, and nothing is changed', async () => {
    const folder = newFolder();
    const { trainer, loader } = setUp();
    await trainer.fit(loader, { ...quiet, epochs: 1, checkpoints: folder });
    const { model } = setUp();
    const before = weightsOf(model);
    for (const [options, message] of [
      [{ optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }) }, /another optimizer: Adam, not SGD/],
      [
        {
          optimizer: new optim.Adam(model.parameters(), { lr: 0.1 }),
          scheduler: (o: optim.Optimizer) => new optim.StepLR(o, 2),
        },
        /another scheduler: none, not StepLR/,
      ],
    ] as const) {
      const other = new Trainer({ model, loss: new nn.CrossEntropyLoss(), ...options });
      await expect(other.fit(loader, { ...quiet, epochs: 2, checkpoints: folder, resume: true })).rejects.toThrow(
        message,
      );
    }
    expect(weightsOf(model)).toEqual(before);
    await expect(trainer.fit(loader, { ...quiet, epochs: 2, resume: join(folder, 'nowhere') })).rejects.toThrow(
      /there is no checkpoint to go on from/,
    );
  });

  test('are written when the training fails, of the state before', async () => {
    const whole = setUp();
    await whole.trainer.fit(whole.loader, { ...quiet, epochs: 2 });
    const folder = newFolder();
    const failing = setUp();
    let batches = 0;
    const callbacks = [
      {
        onBeforeBackward: () => {
          if (++batches === 8) throw new Error('the lights went out');
        },
      },
    ];
    await expect(
      failing.trainer.fit(failing.loader, { ...quiet, epochs: 2, checkpoints: { folder, everyEpochs: 0 }, callbacks }),
    ).rejects.toThrow('the lights went out');
    expect(readdirSync(folder).at(-1)).toBe('checkpoint-000000007.safetensors');
    const last = setUp();
    await last.trainer.fit(last.loader, { ...quiet, epochs: 2, checkpoints: folder, resume: true });
    expect(weightsOf(last.model)).toEqual(weightsOf(whole.model));
  });
});
