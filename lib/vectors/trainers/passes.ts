import { type DataFacts, KeptTraining } from './kept_training.js';
import { SlicedTraining, type SliceLengths, type Stretch } from './slices.js';
import type { TrainingControl } from './train_options.js';

/** A training of vectors as far as its passes are the same for all trainers. */
export interface PassesOfTraining {
  readonly op: string;
  /** The name of the class. */
  readonly trainer: string;
  /** What decides about the result. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Tells the data from others; asked only where there are checkpoints. */
  data(): Promise<DataFacts>;
  /** The numbers that are trained, in place, as they are at the beginning. */
  readonly tables: Readonly<Record<string, Float32Array>>;
  readonly epochs: number;
  /** What a pass goes through, in the unit of the slices. */
  readonly units: number;
  readonly lengths: SliceLengths;
  readonly control: TrainingControl;
  readonly tell: ((stretch: Stretch) => void) | undefined;
  /** Goes through the data once. */
  pass(training: SlicedTraining, epoch: number): Promise<void>;
  /** The loss on data that are not trained on; null where there are none. */
  readonly heldOutLoss: (() => Promise<number>) | null;
  /** `false` ends the training. */
  ended(epoch: number, loss: number, heldOutLoss: number | undefined): unknown;
}

/** Makes the passes of a training, from its beginning or from a checkpoint. */
export async function makePasses(of: PassesOfTraining): Promise<void> {
  const { op, trainer, settings, tables, epochs, units, control } = of;
  const isKept = control.checkpoints !== null || control.resume !== false;
  const kept = isKept
    ? await KeptTraining.begin(op, { trainer, settings, data: await of.data(), tables }, control)
    : null;
  const between = kept === null ? null : () => kept.between(training.unitsDone, position);
  const training: SlicedTraining = new SlicedTraining(epochs, units, of.lengths, of.tell, control.signal, between);
  const position = (finished = false) => ({ slices: training.stateDict(), finished });
  try {
    if (kept?.resumed?.finished) return;
    if (kept?.resumed) training.loadStateDict(kept.resumed.slices);
    for (let epoch = training.epoch; epoch < epochs; epoch++) {
      await of.pass(training, epoch);
      const heldOutLoss = (await of.heldOutLoss?.()) ?? undefined;
      const loss = training.endEpoch();
      const isSpent = control.earlyStopping?.add(heldOutLoss ?? loss, epoch + 1) ?? false;
      const finished = of.ended(epoch, loss, heldOutLoss) === false || isSpent || epoch + 1 === epochs;
      await kept?.afterEpoch(training.unitsDone, position(finished));
      if (finished) break;
    }
  } catch (error) {
    // Slices are whole, wherever it was stopped.
    await kept?.stopped(training.unitsDone, position());
    throw error;
  } finally {
    kept?.close();
  }
}
