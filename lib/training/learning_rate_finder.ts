import { defaultGenerator } from '../calls/generator.js';
import type { Resumable } from '../data/sampler.js';
import { describe, NonFiniteError, ValueError } from '../errors.js';
import { Module } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import { checkOptions } from '../options.js';
import type { TrainingRun } from './callbacks.js';
import { checkLimit, readFitOptions } from './fit_options.js';
import { FitRun } from './fit_run.js';
import { KeptWeights } from './kept_weights.js';
import type { BatchLoader } from './loader_position.js';
import type { TrainerSettings } from './trainer_options.js';

export interface FindLearningRateOptions {
  /** The first rate. Default 1e-7. */
  from?: number;
  /** The last rate. Default 10. */
  to?: number;
  /** How many rates, each of one step, are tried. Default 100. */
  steps?: number;
  /** The search ends when the loss is so many times its least. Default 4. */
  divergesAt?: number;
}

export interface FoundLearningRate {
  /** Where the loss fell fastest; null where it never fell. */
  suggestion: number | null;
  /** The rates that were tried, ascending, and the running mean of the losses after each. */
  rates: number[];
  losses: number[];
}

/** Share of the old value in the running mean. */
const smoothing = 0.95;
/** How many rates at the beginning don't count: the running mean says little yet. */
const skipped = 10;

const op = 'findLearningRate';

/** See `Trainer.findLearningRate`. */
export async function findLearningRate<Batch>(
  settings: TrainerSettings,
  optimizer: Optimizer,
  loader: BatchLoader<Batch>,
  options: FindLearningRateOptions | undefined,
): Promise<FoundLearningRate> {
  const given = checkOptions(op, options, ['from', 'to', 'steps', 'divergesAt']);
  const { from = 1e-7, to = 10, divergesAt = 4 } = given;
  if (!(from > 0 && to > from && Number.isFinite(to))) {
    throw new ValueError(`${op}: rates must go up from one above 0, got from ${describe(from)} to ${describe(to)}`);
  }
  if (typeof divergesAt !== 'number' || !(divergesAt > 1)) {
    throw new ValueError(`${op}: divergesAt must be a number above 1, got ${describe(divergesAt)}`);
  }
  const steps = checkLimit(op, 'steps', given.steps ?? 100);
  if (steps < skipped + 2) throw new ValueError(`${op}: steps must be at least ${skipped + 2}, got ${steps}`);
  const rates: number[] = [];
  const losses: number[] = [];
  let mean = 0;
  let least = Number.POSITIVE_INFINITY;
  const rateOf = (step: number) => from * (to / from) ** (step / (steps - 1));
  const plain = { ...settings, scheduler: null, average: null, trainMetrics: {}, seed: null };
  const fit = readFitOptions(
    op,
    {
      steps,
      progress: false,
      callbacks: [
        {
          onBatchStart: (run: TrainingRun) => {
            for (const group of optimizer.paramGroups as { lr?: unknown }[]) group.lr = rateOf(run.step);
          },
          onStep: (run: TrainingRun) => {
            mean = smoothing * mean + (1 - smoothing) * run.loss;
            const smoothed = mean / (1 - smoothing ** run.step);
            rates.push(rateOf(run.step - 1));
            losses.push(smoothed);
            least = Math.min(least, smoothed);
            if (run.step > 1 && smoothed > divergesAt * least) run.stop();
          },
        },
      ],
    },
    plain,
  );
  const undo = remember(settings, optimizer, loader);
  try {
    await new FitRun(plain, optimizer, loader as BatchLoader<unknown>, fit).run();
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
  } finally {
    undo();
  }
  return { suggestion: steepest(rates, losses), rates, losses };
}

/** Notes everything that steps change; what is returned puts it back. */
function remember(settings: TrainerSettings, optimizer: Optimizer, loader: object): () => void {
  const modules = [settings.model, settings.loss].filter((module) => module instanceof Module);
  const weights = modules.map((module) => new KeptWeights(module as Module));
  for (const kept of weights) kept.keep();
  const state = optimizer.stateDict();
  const { stepsTaken } = optimizer;
  const global = defaultGenerator.getState();
  const named = Object.values(settings.generators).map((generator) => [generator, generator.getState()] as const);
  const resumable = loader as Partial<Resumable>;
  const place = typeof resumable.loadStateDict === 'function' ? (resumable.stateDict?.() ?? null) : null;
  return () => {
    for (const kept of weights) kept.restore();
    optimizer.zeroGrad();
    optimizer.loadStateDict(state);
    optimizer.stepsTaken = stepsTaken;
    if (place !== null) resumable.loadStateDict?.(place);
    for (const [generator, before] of named) generator.setState(before);
    defaultGenerator.setState(global);
  };
}

/** The rate at which the loss falls fastest, by central differences; the last one, where it may have blown up, is left out. */
function steepest(rates: readonly number[], losses: readonly number[]): number | null {
  let best: number | null = null;
  let slope = 0;
  for (let i = skipped; i < losses.length - 2; i++) {
    const own = (losses[i + 1] - losses[i - 1]) / 2;
    if (own < slope) [slope, best] = [own, rates[i]];
  }
  return best;
}
