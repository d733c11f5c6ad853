// What `Trainer.fit` costs over the loop that one would write: the same model, batches and optimizer, by turns.
import { performance } from 'node:perf_hooks';
import { nn, optim, setNumThreads, type Tensor, Trainer, tensor } from 'lutra';
import type { Options } from '../options.js';
import { checkWritable, save } from '../results.js';
import { pairedRatio, summarise } from '../statistics.js';
import { integers } from '../workloads/inputs.js';
import { CharLM, WordLM } from '../workloads/lutra.js';
import { fillParameters } from '../workloads/lutra_inputs.js';

type Batch = [x: Tensor, y: Tensor];

interface Case {
  readonly name: string;
  /** Steps in one turn. */
  readonly steps: number;
  make(): { model: nn.Module; optimizer: optim.Optimizer; batch(seed: number): Batch };
}

const charLm = (vocabulary: number, dim: number, hidden: number, batch: number, steps: number): Case => ({
  name: `step a: char LM ${vocabulary}, ${dim}, ${hidden}, ${batch}x${steps}, Adam`,
  steps: 400,
  make: () => {
    const model = new CharLM(vocabulary, dim, hidden);
    return {
      model,
      optimizer: new optim.Adam(model.parameters(), { lr: 1e-3 }),
      batch: (seed) => [
        tensor(integers(batch * steps, seed, vocabulary), { shape: [batch, steps] }),
        tensor(integers(batch, seed + 50, vocabulary)),
      ],
    };
  },
});

const wordLm = (vocabulary: number, dim: number, hidden: number, batch: number, steps: number): Case => ({
  name: `step e: word LM ${vocabulary}, ${dim}, ${hidden}, ${batch}x${steps}, SGD`,
  steps: 20,
  make: () => {
    const model = new WordLM(vocabulary, dim, hidden);
    return {
      model,
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      batch: (seed) => [
        tensor(integers(batch * steps, seed, vocabulary), { shape: [batch, steps] }),
        tensor(integers(batch * steps, seed + 50, vocabulary)),
      ],
    };
  },
});

const cases: readonly Case[] = [charLm(22, 10, 20, 48, 10), wordLm(5000, 128, 256, 20, 35)];

/** Turns of each in a round, and turns before that aren't measured. */
const turns = 8;
const warmUp = 3;

/** Measures the cases and prints a line each. @throws Error before anything is measured where a file can't be written */
export async function runTrainer(options: Options): Promise<void> {
  checkWritable('--json', options.json);
  const rows: object[] = [];
  for (const threads of options.threads) {
    setNumThreads(threads);
    for (const measured of cases) {
      if (options.filter !== undefined && !measured.name.includes(options.filter)) continue;
      const { loop, train } = prepare(measured);
      for (let turn = 0; turn < warmUp; turn++) {
        loop();
        await train();
      }
      const samples: { loop: number[][]; fit: number[][] } = { loop: [], fit: [] };
      for (let round = 0; round < options.rounds; round++) {
        const times = { loop: [] as number[], fit: [] as number[] };
        for (let turn = 0; turn < turns; turn++) {
          // Who comes first takes turns too.
          for (const who of turn % 2 === 0 ? (['loop', 'fit'] as const) : (['fit', 'loop'] as const)) {
            const start = performance.now();
            if (who === 'loop') loop();
            else await train();
            times[who].push((1000 * (performance.now() - start)) / measured.steps);
          }
        }
        samples.loop.push(times.loop);
        samples.fit.push(times.fit);
      }
      const own = summarise(samples.loop);
      const trainer = summarise(samples.fit);
      const ratio = pairedRatio(samples.loop, samples.fit);
      rows.push({ workload: measured.name, threads, loop_us: own.median, fit_us: trainer.median, ratio });
      console.log(
        `${measured.name.padEnd(48)} ${threads} threads   loop ${own.median.toFixed(0)} µs (least ${own.min.toFixed(0)})   ` +
          `fit ${trainer.median.toFixed(0)} µs (least ${trainer.min.toFixed(0)})   ratio ${ratio.toFixed(3)}`,
      );
      save(options.json, () => `${JSON.stringify(rows, null, 1)}\n`);
    }
  }
}

/** Both do the same steps from the same weights on. */
function prepare({ steps, make }: Case): { loop(): number; train(): Promise<unknown> } {
  const own = make();
  const trained = make();
  for (const { model } of [own, trained]) fillParameters(model);
  const sets = Array.from({ length: 16 }, (_, k) => own.batch(k + 1));
  const batches = Array.from({ length: steps }, (_, i) => sets[i % sets.length]);
  const criterion = new nn.CrossEntropyLoss();
  const trainer = new Trainer<Batch>({ model: trained.model, optimizer: trained.optimizer, loss: criterion });
  return {
    loop: () => {
      let sum = 0;
      for (const [x, y] of batches) {
        own.optimizer.zeroGrad();
        const loss = criterion.forward(own.model.forward(x), y);
        loss.backward();
        own.optimizer.step();
        sum += loss.item();
      }
      return sum;
    },
    train: () => trainer.fit(batches, { epochs: 1, progress: false }),
  };
}
