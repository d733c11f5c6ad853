import { defaultGenerator } from '../calls/generator.js';
import { CheckpointError, NonFiniteError, ValueError } from '../errors.js';
import type { Module } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import { ReduceLROnPlateau } from '../optim/schedulers/reduce_lr_on_plateau.js';
import { AveragedWeights } from './averaged_weights.js';
import { Hooks, type TrainingRun } from './callbacks.js';
import type { CheckpointContent } from './checkpoint/checkpoint_file.js';
import { splitParts } from './checkpoint/shard_parts.js';
import { evaluateModel, isPromise, scoresOf, WeightedMean } from './evaluation.js';
import { FitCheckpoints } from './fit_checkpoints.js';
import { FitLogs } from './fit_logs.js';
import type { FitSettings } from './fit_options.js';
import { type BoundaryState, FitState } from './fit_state.js';
import { KeptWeights } from './kept_weights.js';
import { Learner } from './learner.js';
import { type BatchIterator, type BatchLoader, beginPassOf, LoaderPosition, lengthOf } from './loader_position.js';
import { brokenParameter } from './non_finite.js';
import { TrainingProgress } from './progress.js';
import { type RankedModel, type Ranks, rankedModel } from './ranks.js';
import { type EpochRecord, newHistory, type Scores, type TrainingHistory } from './records.js';
import { StopSignals } from './stop_signals.js';
import type { TrainerSettings } from './trainer_options.js';
import { Turns } from './turns.js';

const op = 'fit';

/** One training: the loop, and where it stands. */
export class FitRun implements TrainingRun {
  readonly history: TrainingHistory = newHistory();
  epoch = 0;
  step = 0;
  batch = 0;

  readonly #settings: TrainerSettings;
  readonly #options: FitSettings;
  readonly #optimizer: Optimizer;
  readonly #source: BatchLoader<unknown>;
  readonly #loader: LoaderPosition<unknown>;
  readonly #batches: number | null;
  readonly #validation: BatchLoader<unknown> | null;
  readonly #average: AveragedWeights | null;
  readonly #best: KeptWeights;
  readonly #hooks: Hooks;
  readonly #turns = new Turns();
  readonly #progress: TrainingProgress | null;
  readonly #learner: Learner;
  readonly #state: FitState;
  readonly #logs: FitLogs;
  #checkpoints: FitCheckpoints | null = null;

  /** Whether every batch of the pass has been read. */
  #isRead = false;
  /** The scores of the last validation of this pass. */
  #validated: Scores | null = null;
  /** A validation that is due, or was cut short. */
  #validationPending = false;
  #stop: string | null = null;
  /** Several ranks that train the model; null for one. */
  readonly #ranks: Ranks | null;
  /** A model of which no rank has the whole, so that all write checkpoints. */
  readonly #ranked: RankedModel | null;
  /** Why this rank would end the training, where all have to agree first. */
  #wish: string | null = null;
  /** The state before the batches since the last step, for a checkpoint on an exception. */
  #boundary: BoundaryState | null = null;
  #started = performance.now();
  #secondsBefore = 0;
  #epochStarted = performance.now();
  #epochSecondsBefore = 0;

  constructor(settings: TrainerSettings, optimizer: Optimizer, loader: BatchLoader<unknown>, options: FitSettings) {
    this.#settings = settings;
    this.#options = options;
    this.#optimizer = optimizer;
    this.#source = loader;
    this.#loader = new LoaderPosition(loader);
    const ranked = rankedModel(settings.model);
    this.#ranks = ranked?.ranks ?? null;
    this.#ranked = ranked !== null && ranked.shards.length > 0 ? ranked : null;
    if (this.#ranked !== null) refuseMinutes(options);
    // One bar, one log, one checkpoint: the first rank's.
    const isFirst = this.#ranks === null || this.#ranks.rank === 0;
    const length = lengthOf(loader);
    this.#batches = length === null ? null : Math.min(length, options.batchesPerEpoch);
    this.#validation = options.validation;
    this.#average = settings.average === null ? null : new AveragedWeights(settings.model, settings.average);
    this.#best = new KeptWeights(settings.model);
    this.#hooks = new Hooks(options.callbacks, this);
    this.#progress = options.progress === null || !isFirst ? null : new TrainingProgress(options.progress);
    this.#logs = new FitLogs(isFirst ? options.loggers : [], options.logEverySteps);
    this.#learner = new Learner({ settings, optimizer, hooks: this.#hooks, run: this, average: this.#average });
    this.#state = new FitState({
      settings,
      options,
      optimizer,
      hooks: this.#hooks,
      loader: this.#loader,
      validation: options.validation === null ? null : new LoaderPosition(options.validation),
      average: this.#average,
      best: this.#best,
    });
    if (options.validateEvery.fraction !== undefined && this.#batches === null && options.validation !== null) {
      throw new ValueError(`${op}: validateEvery.fraction needs a loader with a length; say steps instead`);
    }
  }

  get model(): Module {
    return this.#settings.model;
  }

  get optimizer(): Optimizer {
    return this.#optimizer;
  }

  get epochs(): number | null {
    return Number.isFinite(this.#options.epochs) ? this.#options.epochs : null;
  }

  get batches(): number | null {
    return this.#batches;
  }

  get steps(): number | null {
    const { steps, epochs } = this.#options;
    const perEpoch = this.#batches === null ? Number.NaN : Math.ceil(this.#batches / this.#settings.accumulate);
    const all = Math.min(steps, Number.isNaN(perEpoch) ? Number.POSITIVE_INFINITY : epochs * perEpoch);
    return Number.isFinite(all) ? all : null;
  }

  get loss(): number {
    return this.#learner.loss;
  }

  get gradNorm(): number | null {
    return this.#learner.gradNorm;
  }

  get recentLoss(): number {
    return this.#learner.meter.recent;
  }

  get lr(): number {
    const { lr } = this.#optimizer.paramGroups[0] as { lr?: unknown };
    return typeof lr === 'number' ? lr : Number.NaN;
  }

  get seconds(): number {
    return this.#secondsBefore + secondsSince(this.#started);
  }

  stop(reason = 'callback'): void {
    if (this.#ranks === null) this.#stop ??= String(reason);
    else this.#wish ??= String(reason);
  }

  async run(): Promise<TrainingHistory> {
    const { signal, checkpoints } = this.#options;
    const { model, loss } = this.#settings;
    await this.#progress?.load();
    this.#resume();
    const onAbort = () => this.stop('signal');
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    const signals = checkpoints?.onSignals ? new StopSignals((name) => this.stop(name)) : null;
    let failed = true;
    try {
      model.train();
      if (typeof loss === 'object') loss?.train();
      this.#logs.open(this.step);
      await this.#hooks.call('onFitStart');
      await this.#train();
      this.#finish();
      // No rank ends before the first one has written what is to be written.
      this.#ranks?.sum([]);
      await this.#hooks.call('onFitEnd', this.history);
      failed = false;
      return this.history;
    } catch (error) {
      await this.#fail(error);
      throw error;
    } finally {
      signals?.end();
      signal?.removeEventListener('abort', onAbort);
      this.#progress?.clear();
      this.#logs.close(failed);
    }
  }

  async #train(): Promise<void> {
    if (this.#validationPending && this.#stop === null) await this.#validate();
    while (this.#stop === null && !this.#isOver()) await this.#pass();
  }

  /** Sets what ended the training where a limit did. */
  #isOver(): boolean {
    const { epochs, steps, time, earlyStopping } = this.#options;
    const inPass = this.batch > 0;
    if (!inPass && earlyStopping?.isSpent) this.#stop = 'earlyStopping';
    else if (this.step >= steps) this.#stop = 'steps';
    else if (!inPass && this.epoch >= epochs) this.#stop = 'epochs';
    else if (this.seconds >= time) this.stop('time');
    return this.#stop !== null;
  }

  /** One pass over the data, or what is left of it. */
  async #pass(): Promise<void> {
    const isNew = this.batch === 0;
    this.#epochStarted = performance.now();
    if (isNew) {
      this.epoch++;
      beginPassOf(this.#source, this.epoch - 1);
      this.#learner.beginPass();
      this.#validated = null;
      this.#epochSecondsBefore = 0;
      if (this.#hooks.has('onEpochStart')) await this.#hooks.call('onEpochStart');
    }
    if (!this.#isRead) {
      const iterator = await this.#loader.iterate();
      if (!(await this.#readBatches(iterator))) {
        await this.#leavePass(iterator);
        return;
      }
    }
    if (isNew && this.batch === 0) throw new ValueError(`${op}: the loader has no batches`);
    await this.#endPass();
  }

  /** Learns from batches until the pass is over (true) or the training is to stop (false). */
  async #readBatches(iterator: BatchIterator<unknown>): Promise<boolean> {
    const { accumulate } = this.#settings;
    const keepsBoundary = this.#options.checkpoints?.onException ?? false;
    const { steps, batchesPerEpoch } = this.#options;
    while (!this.#isRead) {
      if (this.#learner.pending === 0) {
        // A pass whose batches are all read ends as others do, though its last step was the last of all.
        if (this.#stop !== null || (this.step >= steps && this.batch !== this.#batches)) return false;
        if (keepsBoundary) this.#boundary = this.#capture();
      }
      const next = iterator.next();
      const { value: batch, done } = isPromise(next) ? await next : next;
      if (done) {
        this.#isRead = true;
        break;
      }
      this.batch++;
      if (this.batch === batchesPerEpoch) {
        // The loader is asked for nothing more: its pass ends here, and its state says so.
        this.#isRead = true;
        await iterator.return?.();
      }
      if (this.#hooks.has('onBatchStart')) await this.#hooks.call('onBatchStart', batch);
      const learning = this.#learner.learn(batch);
      if (learning !== null) await learning;
      if (this.#hooks.has('onBatchEnd')) await this.#hooks.call('onBatchEnd', batch, this.loss);
      if (this.#learner.pending === accumulate) {
        const updating = this.#update();
        if (updating !== null) await updating;
      }
      if (this.#turns.isDue) await this.#takeTurn();
    }
    if (this.#learner.pending > 0) await this.#update();
    return true;
  }

  /** The training ends in the middle of a pass, where it can be gone on with. */
  async #leavePass(iterator: BatchIterator<unknown>): Promise<void> {
    await this.#checkpoint(true);
    await iterator.return?.();
    if (this.#isCutShort) return;
    this.#stop ??= 'steps';
    // A limit that was set: the numbers of its end are wanted. They are not in the checkpoint, since a training that goes
    // on from it does not end here.
    if (this.#validation !== null && this.history.validations.at(-1)?.step !== this.step) await this.#validate();
    this.#record(this.#trainScores());
  }

  /** What the pass has given so far, on all ranks together. */
  #trainScores(): Scores {
    return scoresOf(this.#learner.mean, this.#settings.trainMetrics, this.#ranks);
  }

  /** Whether something else than a limit ends the training: then a validation is not waited for. */
  get #isCutShort(): boolean {
    return this.#stop !== null && this.#stop !== 'steps' && this.#stop !== 'time';
  }

  async #takeTurn(): Promise<void> {
    this.#progress?.step(this);
    await this.#turns.take();
    if (this.#stop === null && this.seconds >= this.#options.time) this.stop('time');
  }

  /** The optimizer's step, and what follows it. @returns a promise where something takes time */
  #update(): Promise<void> | null {
    const isMade = this.#learner.update(this.#wish !== null);
    if (typeof isMade !== 'boolean') return isMade.then((made) => this.#endStep(made) ?? undefined);
    return this.#endStep(isMade);
  }

  #endStep(isMade: boolean): Promise<void> | null {
    this.#boundary = null;
    if (this.#learner.isEndAsked) this.#stop ??= this.#wish ?? 'rank';
    if (!isMade) return null;
    this.step++;
    const isLogDue = this.#logs.isDueAfter(this.step);
    const isDue = this.#isValidationDue() || this.#isCheckpointDue() || isLogDue || this.#hooks.has('onStep');
    return isDue ? this.#afterStep(isLogDue) : null;
  }

  async #afterStep(isLogDue: boolean): Promise<void> {
    if (this.#hooks.has('onStep')) await this.#hooks.call('onStep');
    if (isLogDue) this.#log();
    if (this.#isValidationDue()) {
      this.#validationPending = true;
      await this.#validate();
    }
    if (this.#isCheckpointDue()) await this.#checkpoint(true);
  }

  #log(): void {
    const values: Record<string, number> = { 'train/loss': this.#learner.logged.mean, lr: this.lr, epoch: this.epoch };
    if (this.gradNorm !== null) values['train/gradNorm'] = this.gradNorm;
    this.#logs.log(values, this.step);
    this.#learner.logged = new WeightedMean();
  }

  #isValidationDue(): boolean {
    if (this.#validation === null) return false;
    const { steps, fraction } = this.#options.validateEvery;
    if (steps !== undefined) return this.step % steps === 0;
    if (fraction === undefined) return false;
    const every = fraction * (this.#batches as number);
    const parts = (batches: number) => Math.floor(batches / every + 1e-9);
    return parts(this.batch) > parts(this.batch - this.#settings.accumulate);
  }

  /** Evaluates on the validation data; what is monitored may end the training. */
  async #validate(): Promise<void> {
    const { model, loss, step, metrics } = this.#settings;
    const before = this.#state.generators();
    if (this.#hooks.has('onValidationStart')) await this.#hooks.call('onValidationStart');
    this.#average?.show();
    try {
      const scores = await evaluateModel({
        ranks: this.#ranks,
        op,
        model,
        loss,
        step,
        metrics,
        loader: this.#validation!,
        batches: this.#options.validationBatches,
        turns: this.#turns,
        isStopped: () => this.#isCutShort,
      });
      if (scores === null) {
        // Cut short: it will be made anew, from the same random numbers, when the training goes on.
        this.#state.loadGenerators(op, before);
        return;
      }
      this.#validationPending = false;
      this.#validated = scores;
      const { epoch } = this;
      this.history.validations.push({ epoch, step: this.step, scores });
      this.#judge(scores);
      this.#logs.logScores('validation', scores, epoch, this.step);
    } catch (error) {
      this.#state.loadGenerators(op, before);
      throw error;
    } finally {
      this.#average?.hide();
    }
    if (this.#settings.interval === 'validation') this.#schedule(this.#validated);
    if (this.#hooks.has('onValidationEnd')) await this.#hooks.call('onValidationEnd', this.#validated);
  }

  /** Takes scores as the monitor sees them. The model shows the weights that they are of. */
  #judge(scores: Scores): void {
    const { monitor, earlyStopping, keepBest } = this.#options;
    const { history, epoch, step } = this;
    const score = monitor.of(scores);
    if (monitor.isBetter(score, history.best?.score ?? null)) {
      history.best = { epoch, step, score };
      if (keepBest) this.#best.keep();
      const notes = { monitor: monitor.name, score: String(score), epoch: String(epoch), step: String(step) };
      this.#writeBest(notes);
    }
    if (earlyStopping?.add(score, epoch)) this.#stop ??= 'earlyStopping';
  }

  #writeBest(notes: Record<string, string>): void {
    const checkpoints = this.#checkpoints;
    if (checkpoints === null || !checkpoints.keepsBest) return;
    const model = this.#ranked === null ? this.model.stateDict() : this.#ranked.wholeState();
    if (model !== null) checkpoints.writeBest(model, notes);
  }

  #schedule(scores: Scores | null): void {
    const { scheduler } = this.#settings;
    if (!(scheduler instanceof ReduceLROnPlateau)) scheduler?.step();
    else if (scores !== null) scheduler.step(this.#options.monitor.of(scores));
  }

  async #endPass(): Promise<void> {
    const { validateEvery } = this.#options;
    const isDue = validateEvery.epochs !== undefined && this.epoch % validateEvery.epochs === 0;
    if (this.#validation !== null && isDue && this.#validated === null) {
      this.#validationPending = true;
      await this.#validate();
    }
    // A validation that was cut short belongs to this pass: it ends when the training goes on.
    if (this.#validationPending) {
      await this.#checkpoint(true);
      return;
    }
    const train = this.#trainScores();
    if (this.#validation === null) {
      this.#average?.show();
      this.#judge(train);
      this.#average?.hide();
    }
    if (this.#settings.interval === 'epoch') this.#schedule(this.#validation === null ? train : this.#validated);
    const record = this.#record(train);
    this.batch = 0;
    this.#isRead = false;
    this.#logs.logScores('epoch', train, this.epoch, this.step);
    this.#progress?.epoch(this, record);
    if (this.#hooks.has('onEpochEnd')) await this.#hooks.call('onEpochEnd', record);
    const every = this.#options.checkpoints?.everyEpochs ?? 0;
    if (every > 0 && this.epoch % every === 0) await this.#checkpoint(false);
    if (this.#turns.isDue) await this.#takeTurn();
  }

  /** Notes what the pass gave. */
  #record(train: Scores): EpochRecord {
    const record = {
      epoch: this.epoch,
      step: this.step,
      train,
      validation: this.#validated,
      lr: this.lr,
      seconds: this.#epochSecondsBefore + secondsSince(this.#epochStarted),
    };
    this.history.epochs.push(record);
    return record;
  }

  #isCheckpointDue(): boolean {
    return this.#checkpoints?.isDueAfter(this.step) ?? false;
  }

  /** The small parts of where the training stands: everything but weights and the optimizer's state. */
  #capture(): BoundaryState {
    return this.#state.boundary({
      epoch: this.epoch,
      batch: this.batch,
      isRead: this.#isRead,
      learner: this.#learner.stateDict(),
      validated: this.#validated,
      validationPending: this.#validationPending,
      epochSeconds: this.#epochSecondsBefore + (this.batch > 0 ? secondsSince(this.#epochStarted) : 0),
    });
  }

  /** @param isSkippable whether one of the same step is as good */
  async #checkpoint(isSkippable: boolean): Promise<void> {
    const checkpoints = this.#checkpoints;
    if (checkpoints === null || (isSkippable && checkpoints.isOf(this.step) && !this.#validationPending)) return;
    this.#write(checkpoints, this.#capture());
    // Of ranks that all write, one tells of it.
    const isFirst = this.#ranks === null || this.#ranks.rank === 0;
    if (isFirst && this.#hooks.has('onCheckpoint')) await this.#hooks.call('onCheckpoint', checkpoints.path);
  }

  #write(checkpoints: FitCheckpoints, boundary: BoundaryState): void {
    // What was logged until here will not be logged again.
    this.#logs.flush();
    this.history.steps = this.step;
    this.history.seconds = this.seconds;
    const content = this.#state.content(boundary, this.step, this.history);
    if (this.#ranked === null) checkpoints.write(this.step, content);
    else this.#writeParts(checkpoints, content, this.#ranked);
  }

  /** Every rank writes its rows of sharded tables; the checkpoint counts once the first one has written the rest. */
  #writeParts(checkpoints: FitCheckpoints, content: CheckpointContent, { ranks, shards }: RankedModel): void {
    const { rank, size } = ranks!;
    const [id] = ranks!.sum([rank === 0 ? Math.floor(Math.random() * 2 ** 48) : 0]);
    const { main, part } = splitParts(content, shards, this.#optimizer, { size, id });
    checkpoints.writePart(this.step, part, { rank, size });
    ranks!.sum([]);
    if (rank === 0) checkpoints.write(this.step, main);
  }

  #resume(): void {
    const { checkpoints } = this.#options;
    const resumed = this.#state.resume(op);
    const { rank = 0 } = this.#ranks ?? {};
    const { seed } = this.#settings;
    // Each rank draws its own masks, from a seed of its own.
    if (resumed === null && seed !== null) {
      defaultGenerator.manualSeed(typeof seed === 'bigint' ? seed + BigInt(rank) : seed + rank);
    }
    if (resumed !== null && rank > 0)
      defaultGenerator.manualSeed(BigInt.asUintN(63, defaultGenerator.drawSeed()) + BigInt(rank));
    if (resumed !== null) {
      const { boundary, step, history, path } = resumed;
      Object.assign(this.history, history, { stopped: null, resumedFrom: path });
      this.step = step;
      this.epoch = boundary.epoch;
      this.batch = boundary.batch;
      this.#isRead = boundary.isRead;
      this.#learner.loadStateDict(boundary.learner);
      this.#validated = boundary.validated;
      this.#validationPending = boundary.validationPending;
      this.#epochSecondsBefore = boundary.epochSeconds;
      this.#secondsBefore = history.seconds;
    }
    this.#checkSameStart();
    if (checkpoints !== null && (rank === 0 || this.#ranked !== null)) {
      this.#checkpoints = new FitCheckpoints(op, checkpoints, resumed?.isOf(checkpoints.folder) ?? false);
    }
    this.#started = performance.now();
  }

  /** Ranks that don't see one folder would go on from different places. @throws CheckpointError */
  #checkSameStart(): void {
    if (this.#ranks === null) return;
    const { rank, size } = this.#ranks;
    const steps = this.#ranks.sum(Array.from({ length: size }, (_, r) => (r === rank ? this.step : 0)));
    if (steps.every((step) => step === steps[0])) return;
    const said = steps.map((step, r) => `rank ${r} at step ${step}`).join(', ');
    throw new CheckpointError(
      `${op}: the ranks go on from different checkpoints (${said}); the folder must be on a disk that all machines share`,
    );
  }

  /** The end that was meant: the last checkpoint, and the weights that are wanted. */
  #finish(): void {
    this.history.stopped = this.#stop;
    this.history.steps = this.step;
    this.history.seconds = this.seconds;
    const checkpoints = this.#checkpoints;
    if (checkpoints !== null && !checkpoints.isOf(this.step)) this.#write(checkpoints, this.#capture());
    this.#leaveWeights();
  }

  #leaveWeights(): void {
    if (this.#options.keepBest && this.#best.state !== null) this.#best.restore();
    else this.#average?.show();
  }

  /** The end that an error brought. The error is what counts: what goes wrong here is only warned of. */
  async #fail(error: unknown): Promise<void> {
    this.#progress?.clear();
    const checkpoints = this.#checkpoints;
    try {
      const isBroken = error instanceof NonFiniteError && brokenParameter(this.model) !== null;
      const isWorthless =
        this.#learner.isTorn || isBroken || error instanceof CheckpointError || checkpoints?.isOf(this.step);
      // A rank alone has not the whole of a model with sharded tables.
      const isAlone = this.#ranked === null;
      if (checkpoints !== null && isAlone && this.#options.checkpoints?.onException && !isWorthless) {
        this.#write(checkpoints, this.#boundary ?? this.#capture());
      }
      await this.#hooks.call('onException', error);
    } catch (second) {
      // A full disk, or a folder that may not be written to, needs to be told of once.
      const isSame = codeOf(second) !== undefined && codeOf(second) === codeOf(error);
      if (!isSame) process.emitWarning(`${op}: after the error that ended the training: ${(second as Error).message}`);
    }
    this.#leaveWeights();
  }
}

/** The system's name of what went wrong. */
function codeOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: string; cause?: { code?: string } };
  return code ?? cause?.code;
}

/** Ranks that all write checkpoints must do it after the same step. @throws ValueError */
function refuseMinutes({ checkpoints }: FitSettings): void {
  if (checkpoints === null || checkpoints.everyMinutes === 0) return;
  throw new ValueError(
    `${op}: checkpoints.everyMinutes does not go with sharded tables, of which every rank writes its part after the same step; give everySteps`,
  );
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
