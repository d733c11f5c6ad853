import { describe, expect, test } from 'vitest';
import { DataLoader, manualSeed, nn, noGrad, optim, type Tensor, Trainer, tensor } from '../../lib/index.js';
import { Classifier, inputs, labels, quiet, setUp, training, weightsOf } from './small_problem.js';

describe('fit', () => {
  test('gives the weights of the loop that one would write, bit for bit', async () => {
    const { model, trainer, loader } = setUp({ clipGradNorm: 0.5 });
    const history = await trainer.fit(loader, { ...quiet, epochs: 4 });

    const own = setUp();
    const criterion = new nn.CrossEntropyLoss();
    const losses: number[] = [];
    for (let epoch = 0; epoch < 4; epoch++) {
      let sum = 0;
      for (const [x, y] of own.loader) {
        own.optimizer.zeroGrad();
        const loss = criterion.forward(own.model.forward(x), y);
        loss.backward();
        nn.utils.clipGradNorm_(own.model.parameters(), 0.5);
        own.optimizer.step();
        sum += loss.item() * y.shape[0];
      }
      losses.push(sum / 70);
    }
    expect(weightsOf(model)).toEqual(weightsOf(own.model));
    expect(history.epochs.map((record) => record.train.loss)).toEqual(losses);
    expect(history.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 5],
      [2, 10],
      [3, 15],
      [4, 20],
    ]);
    expect(history).toMatchObject({ stopped: 'epochs', steps: 20, resumedFrom: null });
  });

  test('learns, and weighs the batches of the validation by their size', async () => {
    const { model, trainer, loader, held } = setUp();
    const history = await trainer.fit(loader, { ...quiet, epochs: 30, validation: held });
    expect(history.validations).toHaveLength(30);
    expect(history.epochs[29].validation!.loss).toBeLessThan(0.6 * history.epochs[0].validation!.loss);
    model.eval();
    const whole = noGrad(() =>
      new nn.CrossEntropyLoss().forward(model.forward(inputs.narrow(0, 70, 20)), labels.narrow(0, 70, 20)).item(),
    );
    expect(history.epochs[29].validation!.loss).toBeCloseTo(whole, 6);
    expect((await trainer.evaluate(held)).loss).toBe(history.epochs[29].validation!.loss);
  });

  test('validates by steps and by shares of a pass, and stops after so many steps', async () => {
    const steps = async (options: object) => {
      const { trainer, loader, held } = setUp();
      const history = await trainer.fit(loader, { ...quiet, validation: held, steps: 12, ...options });
      return [history.stopped, history.steps, history.validations.map(({ step }) => step)];
    };
    expect(await steps({ validateEvery: { steps: 3 } })).toEqual(['steps', 12, [3, 6, 9, 12]]);
    expect(await steps({ validateEvery: { fraction: 0.5 } })).toEqual(['steps', 12, [3, 5, 8, 10, 12]]);
    expect(await steps({ validateEvery: { epochs: 2 }, steps: 13 })).toEqual(['steps', 13, [10, 13]]);
    expect(await steps({ epochs: 2 })).toEqual(['epochs', 10, [5, 10]]);
  });

  test('accumulates the gradient of one large batch, whatever the sizes of its parts', async () => {
    const [x, y] = [inputs.narrow(0, 0, 12), labels.narrow(0, 0, 12)];
    const parts = [0, 5, 7].map((start, i) => [x.narrow(0, start, [5, 2, 5][i]), y.narrow(0, start, [5, 2, 5][i])]);
    const run = async (batches: Tensor[][], accumulate: number) => {
      manualSeed(1);
      const model = new Classifier();
      model.dropout.p = 0;
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
      const trainer = new Trainer({ model, loss: new nn.CrossEntropyLoss(), optimizer, accumulate });
      const history = await trainer.fit(batches, { ...quiet, epochs: 3 });
      return { weights: Object.values(weightsOf(model)).flat(), history };
    };
    const [large, small] = [await run([[x, y]], 1), await run(parts, 3)];
    expect(small.history.steps).toBe(3);
    for (const [i, weight] of large.weights.entries()) expect(small.weights[i]).toBeCloseTo(weight, 5);
    expect(small.history.epochs[0].train.loss).toBeCloseTo(large.history.epochs[0].train.loss, 6);
  });

  test('makes a step of what is left at the end of a pass', async () => {
    const { trainer, loader } = setUp({ accumulate: 2 });
    expect((await trainer.fit(loader, { ...quiet, epochs: 2 })).steps).toBe(6);
  });

  test('steps schedules by step, by pass, and by score', async () => {
    const rates = async (scheduler: (o: optim.Optimizer) => object) => {
      const { trainer, loader, optimizer, held } = setUp();
      const seen: number[] = [];
      const own = new Trainer({
        model: trainer.model,
        loss: new nn.CrossEntropyLoss(),
        optimizer,
        scheduler: scheduler(optimizer) as never,
      });
      await own.fit(loader, {
        ...quiet,
        epochs: 3,
        validation: held,
        callbacks: [{ onStep: (run) => seen.push(run.lr) }],
      });
      return seen;
    };
    const half = (power: number) => 0.02 * 0.5 ** power;
    const close = (seen: number[], expected: number[]) =>
      expect(seen.map((rate, i) => Math.abs(rate - expected[i]) < 1e-12)).not.toContain(false);
    const exponential = (o: optim.Optimizer) => new optim.ExponentialLR(o, 0.5);
    close(
      await rates((o) => ({ scheduler: exponential(o), interval: 'step' })),
      Array.from({ length: 15 }, (_, i) => half(i + 1)),
    );
    close(
      await rates(exponential),
      Array.from({ length: 15 }, (_, i) => half(Math.floor(i / 5))),
    );
    // A threshold that nothing reaches: every score but the first is a bad one.
    const plateau = (o: optim.Optimizer) =>
      new optim.ReduceLROnPlateau(o, { factor: 0.5, patience: 0, threshold: 100, thresholdMode: 'abs' });
    close(
      await rates(plateau),
      Array.from({ length: 15 }, (_, i) => half(i < 10 ? 0 : 1)),
    );
  });

  test('carries what a step gives to the next, and begins each pass anew', async () => {
    const { model, optimizer } = setUp();
    const seen: unknown[] = [];
    const trainer = new Trainer<Tensor[]>({
      model,
      optimizer,
      step: ({ model, batch: [x], carry = 0 }) => {
        seen.push(carry);
        return { loss: model.forward(x).square().mean(), weight: x.shape[0], carry: (carry as number) + 1 };
      },
    });
    await trainer.fit(new DataLoader(training(), { batchSize: 30 }), { ...quiet, epochs: 2 });
    expect(seen).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test('calls hooks in order, and waits for them', async () => {
    const { trainer, held } = setUp();
    const calls: string[] = [];
    const names = ['onFitStart', 'onEpochStart', 'onBatchStart', 'onBeforeBackward', 'onAfterBackward', 'onBeforeStep'];
    const more = ['onStep', 'onBatchEnd', 'onValidationStart', 'onValidationEnd', 'onEpochEnd', 'onFitEnd'];
    const callback = Object.fromEntries(
      [...names, ...more].map((name) => [
        name,
        async () => {
          await null;
          calls.push(name);
        },
      ]),
    );
    await trainer.fit(new DataLoader(training(), { batchSize: 70 }), {
      ...quiet,
      epochs: 1,
      validation: held,
      callbacks: [callback],
    });
    expect(calls).toEqual([
      ...names.slice(0, 5),
      'onBatchEnd',
      'onBeforeStep',
      'onStep',
      'onValidationStart',
      'onValidationEnd',
      'onEpochEnd',
      'onFitEnd',
    ]);
  });

  test('ends where a signal or a callback says so', async () => {
    const { trainer, loader } = setUp();
    const controller = new AbortController();
    const callbacks = [{ onStep: ({ step }: { step: number }) => step === 7 && controller.abort() }];
    const history = await trainer.fit(loader, { ...quiet, epochs: 100, signal: controller.signal, callbacks });
    expect(history).toMatchObject({ stopped: 'signal', steps: 7 });
    const other = setUp();
    const stopped = await other.trainer.fit(other.loader, {
      ...quiet,
      epochs: 100,
      callbacks: [{ onEpochEnd: (run) => run.epoch === 2 && run.stop('enough') }],
    });
    expect(stopped).toMatchObject({ stopped: 'enough', steps: 10 });
  });

  test('ends in time, and lets the event loop have its turn meanwhile', async () => {
    const { trainer, loader, held } = setUp();
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const history = await trainer.fit(loader, {
      ...quiet,
      time: 0.6,
      validation: held,
    });
    clearInterval(timer);
    expect(history.stopped).toBe('time');
    // Where a limit ends it, its end is evaluated.
    expect(history.validations.at(-1)!.step).toBe(history.steps);
    expect(history.seconds).toBeGreaterThan(0.55);
    expect(history.seconds).toBeLessThan(2);
    // 50 ms are meant; a machine that is busy with other things may hold it for longer.
    expect(longest).toBeLessThan(150);
  });

  test('leaves the best weights, whatever ends the training', async () => {
    for (const how of ['patience', 'epochs', 'callback', 'error'] as const) {
      const { trainer, model, loader, held } = setUp({ optimizer: undefined });
      const own = new Trainer({
        model,
        loss: new nn.CrossEntropyLoss(),
        optimizer: (parameters) => new optim.SGD(parameters, { lr: 3 }),
      });
      void trainer;
      const scores: number[] = [];
      const fit = own.fit(loader, {
        ...quiet,
        epochs: how === 'patience' ? 500 : 12,
        validation: held,
        earlyStopping: how === 'patience' ? 4 : 100,
        callbacks: [
          {
            onValidationEnd: (run, { loss }) => {
              scores.push(loss);
              if (scores.length < 9) return;
              if (how === 'callback') run.stop();
              if (how === 'error') throw new Error('broken');
            },
          },
        ],
      });
      if (how === 'error') await expect(fit).rejects.toThrow('broken');
      else expect((await fit).stopped).toBe(how === 'patience' ? 'earlyStopping' : how);
      const best = Math.min(...scores);
      expect(scores.at(-1)).not.toBe(best);
      expect((await own.evaluate(held)).loss).toBe(best);
    }
  });

  test('averages weights as PyTorch does, and validates with the average', async () => {
    const { model, trainer, loader, held } = setUp({ averageWeights: 0.9 });
    const shadow = weightsOf(model);
    const history = await trainer.fit(loader, {
      ...quiet,
      epochs: 2,
      validation: held,
      callbacks: [
        {
          onStep: ({ model }) => {
            for (const [name, values] of Object.entries(weightsOf(model))) {
              shadow[name] = shadow[name].map((old, i) => old + 0.1 * (values[i] - old));
            }
          },
        },
      ],
    });
    for (const [name, values] of Object.entries(weightsOf(model))) {
      for (const [i, value] of values.entries()) expect(value).toBeCloseTo(shadow[name][i], 5);
    }
    expect((await trainer.evaluate(held)).loss).toBe(history.validations[1].scores.loss);
  });

  test('overfits its first batches, and runs once over everything', async () => {
    const { trainer, loader, held } = setUp();
    const few = await trainer.fit(loader, { ...quiet, epochs: 60, validation: held, overfitBatches: 1 });
    expect(few.steps).toBe(60);
    expect(few.epochs[59].validation!.loss).toBeLessThan(0.4);
    const dev = await setUp().trainer.fit(loader, { ...quiet, epochs: 60, validation: held, fastDevRun: true });
    expect([dev.steps, dev.epochs.length, dev.validations.length]).toEqual([1, 1, 1]);
  });

  test('names step, batch and parameter when numbers break', async () => {
    const { trainer, model, loader } = setUp();
    const breaking = { onStep: ({ step }: { step: number }) => step === 6 && breakWeight(model) };
    await expect(trainer.fit(loader, { ...quiet, epochs: 3, callbacks: [breaking] })).rejects.toMatchObject({
      name: 'NonFiniteError',
      step: 7,
      epoch: 2,
      batch: 2,
      parameter: 'fc2.weight',
      message: expect.stringMatching(/^fit: the loss became NaN; the parameter 'fc2.weight' .* at step 7, in batch 2 /),
    });
    const spoilt = inputs.narrow(0, 0, 4).clone();
    spoilt.data[3] = Number.POSITIVE_INFINITY;
    await expect(setUp().trainer.fit([[spoilt, labels.narrow(0, 0, 4)]], { ...quiet, epochs: 1 })).rejects.toThrow(
      /the batch holds a number that is not finite \(at \[0\]\)/,
    );
    const zero = new Trainer<Tensor[]>({
      model: new nn.Linear(1, 1, { bias: false }),
      optimizer: (parameters) => new optim.SGD(parameters, { lr: 0.1 }),
      step: ({ model, batch: [x] }) => model.forward(x).mul(0).sqrt().sum(),
      checkGradients: true,
    });
    await expect(zero.fit([[tensor([[1]])]], { ...quiet, epochs: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(/^fit: the gradient of 'weight' is not finite, at step 1, in batch 1 of epoch 1/),
      parameter: 'weight',
    });
  });

  test('passes over batches of which nothing counts', async () => {
    const { model, trainer } = setUp();
    const before = weightsOf(model);
    const ignored = labels.narrow(0, 0, 4).mul(0).sub(100);
    const batches = [[inputs.narrow(0, 0, 4), ignored]];
    const history = await trainer.fit(batches, { ...quiet, epochs: 2 });
    expect(history.steps).toBe(0);
    expect(weightsOf(model)).toEqual(before);
    const mixed = [...batches, [inputs.narrow(0, 4, 4), labels.narrow(0, 4, 4)]];
    const alone = await trainer.evaluate(mixed.slice(1));
    expect(await trainer.evaluate(mixed)).toEqual(alone);
  });
});

function breakWeight(model: nn.Module): void {
  (model as Classifier).fc2.weight.detach().data[5] = Number.NaN;
}

describe('predict', () => {
  test('gives what the model gives, without dropout', async () => {
    const { model, trainer, held } = setUp();
    const all = await trainer.predictAll(held);
    model.eval();
    expect(all.tolist()).toEqual([...held].flatMap(([x]) => noGrad(() => model.forward(x)).tolist()));
    expect((await trainer.predict([inputs.narrow(0, 0, 2)])).length).toBe(1);
    expect(all.requiresGrad).toBe(false);
  });
});

describe('bad input', () => {
  test.each([
    ['no length', {}, /fit: how long to train must be said: epochs, steps or time/],
    ['a misspelt option', { epochs: 1, validaton: [] }, /fit: unknown option 'validaton'; did you mean 'validation'\?/],
    ['a misspelt hook', { epochs: 1, callbacks: [{ onEpochEn: () => 1 }] }, /unknown hook 'onEpochEn'; did you mean/],
    ['no metric', { epochs: 1, monitor: 'acuracy' }, /monitor must be 'loss' or the name of a metric, got "acuracy"/],
    ['half a pass', { epochs: 0.5 }, /epochs must be an integer of at least 1, got 0.5/],
    ['a resume of nothing', { epochs: 1, resume: true }, /resume: true goes on from the folder that checkpoints names/],
    ['no signal', { epochs: 1, signal: 5 }, /signal must be an AbortSignal, got 5/],
    ['an iterator', { epochs: 1, validation: [1][Symbol.iterator]() }, /validation is an iterator/],
  ])('%s is refused', async (_, options, message) => {
    const { trainer, loader } = setUp();
    await expect(trainer.fit(loader, options as never)).rejects.toThrow(message);
  });

  test('batches that can not be taken apart say what to do', async () => {
    const { trainer } = setUp();
    await expect(trainer.fit([inputs] as never, { ...quiet, epochs: 1 })).rejects.toThrow(
      /a batch must be \[input, target\] or \{ input, target \}, got .*give the trainer a step/,
    );
    await expect(trainer.fit([{ input: inputs }] as never, { ...quiet, epochs: 1 })).rejects.toThrow(
      /a batch with the keys input has no target/,
    );
    await expect(trainer.fit([], { ...quiet, epochs: 1 })).rejects.toThrow(/the loader has no batches/);
  });
});
