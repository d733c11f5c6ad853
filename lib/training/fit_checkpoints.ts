import type { StateDict } from '../nn/state_dict.js';
import type { CheckpointContent } from './checkpoint/checkpoint_file.js';
import { CheckpointFolder } from './checkpoint/checkpoint_folder.js';
import type { SettledCheckpoints } from './checkpoint/checkpoint_options.js';

/** The checkpoints of one training: when one is due, and which was the last. */
export class FitCheckpoints {
  readonly #folder: CheckpointFolder;
  #step = -1;
  #time = performance.now();
  #path = '';

  /** @param resumed whether the training goes on from what the folder holds @throws CheckpointError */
  constructor(
    private readonly op: string,
    private readonly settings: SettledCheckpoints,
    resumed: boolean,
  ) {
    this.#folder = new CheckpointFolder(op, settings, resumed);
  }

  /** The last one that was written. */
  get path(): string {
    return this.#path;
  }

  isDueAfter(step: number): boolean {
    const { everySteps, everyMinutes } = this.settings;
    if (everySteps > 0 && step % everySteps === 0) return true;
    return everyMinutes > 0 && performance.now() - this.#time >= 60_000 * everyMinutes;
  }

  /** Whether the last one is of this step. */
  isOf(step: number): boolean {
    return this.#step === step;
  }

  write(step: number, content: CheckpointContent): void {
    this.#path = this.#folder.write(this.op, step, content);
    this.#note(step);
  }

  /** Writes a rank's part of a checkpoint; the checkpoint itself comes when all parts are there. */
  writePart(step: number, content: CheckpointContent, ranks: { rank: number; size: number }): void {
    this.#folder.writePart(this.op, step, content, ranks);
    this.#note(step);
  }

  #note(step: number): void {
    this.#step = step;
    this.#time = performance.now();
  }

  /** Whether weights with the best score are wanted. */
  get keepsBest(): boolean {
    return this.settings.keepBest;
  }

  /** Weights with the best score, where they are wanted. @param notes travel with them */
  writeBest(model: StateDict, notes: Record<string, string>): void {
    if (this.settings.keepBest) this.#folder.writeBest(this.op, model, notes);
  }
}
