import { dirname, resolve } from 'node:path';
import { defaultGenerator } from '../calls/generator.js';
import { loadGenerator } from '../data/drawn_order.js';
import { CheckpointError, StateDictError } from '../errors.js';
import { Module } from '../nn/module.js';
import type { StateDict } from '../nn/state_dict.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { OptimizerStateDict } from '../optim/optimizer_state.js';
import type { SchedulerStateDict } from '../optim/schedulers/scheduler_state.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { AveragedWeights } from './averaged_weights.js';
import type { Hooks } from './callbacks.js';
import type { CheckpointContent } from './checkpoint/checkpoint_file.js';
import { resumeFrom } from './checkpoint/checkpoint_folder.js';
import { joinParts } from './checkpoint/shard_parts.js';
import type { FitSettings } from './fit_options.js';
import type { KeptWeights } from './kept_weights.js';
import type { LearnerState } from './learner.js';
import type { LoaderPosition } from './loader_position.js';
import type { Metrics } from './metrics/metric.js';
import { shardsOf } from './ranks.js';
import type { Scores, TrainingHistory } from './records.js';
import type { TrainerSettings } from './trainer_options.js';

/** Where the loop stands between two steps. */
export interface LoopState {
  epoch: number;
  batch: number;
  /** Whether every batch of the pass has been read. */
  isRead: boolean;
  learner: LearnerState;
  validated: Scores | null;
  validationPending: boolean;
  epochSeconds: number;
}

/** All random generators, and where the validation data's loader stands. */
interface GeneratorStates {
  global: Tensor;
  named: Record<string, Tensor>;
  validation: unknown;
}

/** What changes between two steps, but for weights and the optimizer's state. */
export interface BoundaryState extends LoopState {
  generators: GeneratorStates;
  loader: unknown;
  trainMetrics: Record<string, unknown>;
}

/** What of a training goes into checkpoints. */
interface Parts {
  readonly settings: TrainerSettings;
  readonly options: FitSettings;
  readonly optimizer: Optimizer;
  readonly hooks: Hooks;
  readonly loader: LoaderPosition<unknown>;
  readonly validation: LoaderPosition<unknown> | null;
  readonly average: AveragedWeights | null;
  readonly best: KeptWeights;
}

/** The whole of a checkpoint but the model's weights. */
interface StoredState {
  step: number;
  history: TrainingHistory;
  boundary: BoundaryState;
  optimizer: { name: string; stepsTaken: number; state: OptimizerStateDict };
  scheduler: { name: string; state: SchedulerStateDict } | null;
  loss: StateDict | null;
  average: StateDict | null;
  best: StateDict | null;
  earlyStopping: { best: number | null; since: number } | null;
  callbacks: Record<string, unknown>;
}

/** A training that a checkpoint holds. */
export interface ResumedTraining {
  readonly boundary: BoundaryState;
  readonly step: number;
  readonly history: TrainingHistory;
  /** The checkpoint's file. */
  readonly path: string;
  /** Whether the checkpoint lies in a folder. */
  isOf(folder: string): boolean;
}

/** Gathers the state of a training, and puts it back. */
export class FitState {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  generators(): GeneratorStates {
    const { settings, validation } = this.#parts;
    const named = Object.entries(settings.generators).map(([name, generator]) => [name, generator.getState()]);
    return {
      global: defaultGenerator.getState(),
      named: Object.fromEntries(named),
      validation: validation?.stateDict(0) ?? null,
    };
  }

  /** @throws StateDictError */
  loadGenerators(op: string, { global, named, validation }: GeneratorStates): void {
    const { settings, validation: position } = this.#parts;
    for (const [name, generator] of Object.entries(settings.generators)) {
      if (!Object.hasOwn(named, name)) throw new StateDictError(`${op}: the checkpoint has no generator '${name}'`);
      loadGenerator(op, generator, named[name]);
    }
    if (validation !== null && position !== null) position.loadStateDict(op, validation);
    loadGenerator(op, defaultGenerator, global);
  }

  boundary(loop: LoopState): BoundaryState {
    const { settings, loader } = this.#parts;
    return {
      ...loop,
      generators: this.generators(),
      loader: loader.stateDict(loop.isRead ? 0 : loop.batch),
      trainMetrics: metricStates(settings.trainMetrics),
    };
  }

  content(boundary: BoundaryState, step: number, history: TrainingHistory): CheckpointContent {
    const { settings, options, optimizer, hooks, average, best } = this.#parts;
    const { scheduler, loss } = settings;
    const state: StoredState = {
      step,
      history,
      boundary,
      optimizer: {
        name: optimizer.name,
        stepsTaken: optimizer.stepsTaken,
        state: { ...optimizer.stateDict({ live: true }) },
      },
      scheduler: scheduler === null ? null : { name: scheduler.name, state: scheduler.stateDict() },
      loss: loss instanceof Module ? loss.stateDict() : null,
      average: average?.state ?? null,
      best: best.state,
      earlyStopping: options.earlyStopping?.stateDict() ?? null,
      callbacks: hooks.stateDict(),
    };
    return { model: settings.model.stateDict(), state: { ...state } };
  }

  /**
   * Goes on from a checkpoint, where that is asked for.
   * @returns null for a training that begins
   * @throws CheckpointError
   */
  resume(op: string): ResumedTraining | null {
    const { resume, checkpoints } = this.#parts.options;
    if (resume === false) return null;
    const from = resume === true ? checkpoints!.folder : resume;
    let stored: StoredState | null = null;
    const { settings, optimizer } = this.#parts;
    const own = shardsOf(settings.model);
    const path = resumeFrom(op, from, (content, file) => {
      const whole = joinParts(file, content, optimizer, own);
      stored = whole.state as unknown as StoredState;
      this.#load(op, whole, stored);
    });
    if (path === null && resume !== true) {
      throw new CheckpointError(`${op}: there is no checkpoint to go on from: ${resolve(from)}`);
    }
    if (path === null) return null;
    const { boundary, step, history } = stored as unknown as StoredState;
    const isOf = (folder: string) => resolve(dirname(path)) === resolve(folder);
    return { boundary, step, history, path: resolve(path), isOf };
  }

  /** Takes a checkpoint over. @throws StateDictError where it is another training's; nothing is changed then */
  #load(op: string, { model }: CheckpointContent, stored: StoredState): void {
    const { settings, options, optimizer, hooks, average, best } = this.#parts;
    const { scheduler, loss } = settings;
    checkSameModel(settings.model, model);
    checkSameKind('optimizer', stored.optimizer.name, optimizer.name);
    checkSameKind('scheduler', stored.scheduler?.name ?? null, scheduler?.name ?? null);
    if (average !== null && stored.average === null) {
      throw new StateDictError('it is of a training without averageWeights');
    }
    if (loss instanceof Module && stored.loss !== null) checkSameModel(loss, stored.loss);
    const before = {
      optimizer: optimizer.stateDict(),
      scheduler: scheduler?.stateDict(),
      generators: this.generators(),
    };
    try {
      optimizer.loadStateDict(stored.optimizer.state);
      if (stored.scheduler !== null) scheduler?.loadStateDict(stored.scheduler.state);
      if (!stored.boundary.isRead || stored.boundary.batch === 0) {
        this.#parts.loader.loadStateDict(op, stored.boundary.loader);
      }
      this.loadGenerators(op, stored.boundary.generators);
    } catch (error) {
      optimizer.loadStateDict(before.optimizer);
      if (before.scheduler !== undefined) scheduler?.loadStateDict(before.scheduler);
      this.loadGenerators(op, before.generators);
      throw error;
    }
    optimizer.stepsTaken = stored.optimizer.stepsTaken;
    settings.model.loadStateDict(model);
    if (loss instanceof Module && stored.loss !== null) loss.loadStateDict(stored.loss);
    if (stored.average !== null) average?.load(stored.average);
    if (stored.best !== null) best.keepState(stored.best);
    if (stored.earlyStopping !== null) options.earlyStopping?.loadStateDict(stored.earlyStopping);
    hooks.loadStateDict(stored.callbacks);
    for (const [name, metric] of Object.entries(settings.trainMetrics)) {
      if (Object.hasOwn(stored.boundary.trainMetrics, name)) {
        metric.loadStateDict?.(stored.boundary.trainMetrics[name]);
      }
    }
  }
}

function metricStates(metrics: Metrics): Record<string, unknown> {
  const states: Record<string, unknown> = {};
  for (const [name, metric] of Object.entries(metrics)) states[name] = metric.stateDict?.() ?? null;
  return states;
}

function checkSameKind(what: string, stored: string | null, own: string | null): void {
  if (stored === own) return;
  const said = (name: string | null) => name ?? 'none';
  throw new StateDictError(`it is of a training with another ${what}: ${said(stored)}, not ${said(own)}`);
}

/** @throws StateDictError naming what is missing, unexpected, or of another shape or dtype */
function checkSameModel(model: Module, state: StateDict): void {
  const own = model.stateDict();
  const faults: string[] = [];
  for (const [name, tensor] of Object.entries(own)) {
    const stored = Object.hasOwn(state, name) ? state[name] : null;
    if (stored === null) faults.push(`it lacks '${name}'`);
    else if (!sameShape(stored.shape, tensor.shape)) {
      faults.push(`'${name}' has shape ${formatShape(stored.shape)}, not ${formatShape(tensor.shape)}`);
    } else if (stored.dtype !== tensor.dtype) faults.push(`'${name}' is ${stored.dtype}, not ${tensor.dtype}`);
  }
  for (const name of Object.keys(state)) if (!Object.hasOwn(own, name)) faults.push(`the model has no '${name}'`);
  if (faults.length === 0) return;
  const shown = faults.slice(0, 3).join(', ') + (faults.length > 3 ? `, … (${faults.length} in all)` : '');
  throw new StateDictError(`it is of another model: ${shown}`);
}
