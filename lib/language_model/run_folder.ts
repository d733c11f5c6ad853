import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CorpusError } from '../errors.js';
import { writeFileAtomically } from '../io/atomic_file.js';
import { makeFolders } from '../io/folders.js';
import { saveSafetensors } from '../io/safetensors/safetensors.js';
import type { LanguageModel } from './model.js';
import type { EpochResult, TrainResult } from './train.js';

/** What `metrics.json` holds. Losses are means per word, in nats. */
export interface RunMetrics {
  seed: number;
  /** Passes that were finished. */
  epochs: number;
  /** Training loss of the pass whose weights were kept; of the first, as far as it went, where it was not finished. */
  trainLoss: number | null;
  /** Of the weights that were kept; null when the training was stopped before its first pass was over. */
  validationPerplexity: number | null;
  unigramPerplexity: number;
  tokensPerSecond: number;
  /** Of the training, evaluation included. */
  seconds: number;
  /** Numbers that the model learned. */
  parameters: number;
  /**
   * The pass whose weights `model.safetensors` holds, from 1: the best, of those until then where the training was stopped
   * or killed. Null when it was stopped in its first pass: then they are those of that moment.
   */
  bestEpoch: number | null;
  /** Whether the training was stopped or killed. Stopped behind its first pass, it leaves `interrupted.safetensors`, too. */
  interrupted: boolean;
  /** Every finished pass. */
  history: EpochResult[];
}

/** The metrics of a training that ended, or was stopped. */
export function runMetrics(
  result: TrainResult,
  facts: Pick<RunMetrics, 'seed' | 'unigramPerplexity' | 'parameters'>,
): RunMetrics {
  const { best } = result;
  return {
    seed: facts.seed,
    epochs: result.epochs.length,
    trainLoss: best?.trainLoss ?? result.trainLoss,
    validationPerplexity: best?.validationPerplexity ?? null,
    unigramPerplexity: facts.unigramPerplexity,
    tokensPerSecond: result.tokensPerSecond,
    seconds: result.seconds,
    parameters: facts.parameters,
    bestEpoch: best?.epoch ?? null,
    interrupted: result.interrupted,
    history: result.epochs,
  };
}

/** The folder of a run, and the files in it. */
export class RunFolder {
  readonly model: string;
  /** The weights of the moment in which a training was stopped, where `model` holds those of a pass. */
  readonly interrupted: string;
  readonly vocabulary: string;
  readonly metrics: string;

  /** Makes the folder where it is missing. @throws the file system's own error */
  constructor(folder: string) {
    makeFolders(folder);
    this.model = join(folder, 'model.safetensors');
    this.interrupted = join(folder, 'interrupted.safetensors');
    this.vocabulary = join(folder, 'vocabulary.json');
    this.metrics = join(folder, 'metrics.json');
  }

  /**
   * The folder that a user named.
   * @throws CorpusError where it holds a run already, unless that is to be overwritten
   */
  static named(folder: string, options: { overwrite: boolean }): RunFolder {
    const run = new RunFolder(folder);
    const taken = [run.model, run.interrupted, run.metrics].find((file) => existsSync(file));
    if (taken !== undefined && !options.overwrite) {
      throw new CorpusError(`${taken} is there from an earlier run; name another --output, or add --overwrite`);
    }
    // This run may never write it: what an earlier one left must not stand beside other weights.
    rmSync(run.interrupted, { force: true });
    return run;
  }

  /** A folder of this name that nothing is in yet, with a number where that one is taken: NAME, NAME-2, NAME-3 … */
  static next(folder: string): RunFolder {
    makeFolders(dirname(folder));
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? folder : `${folder}-${number}`;
      if (claims(candidate)) return new RunFolder(candidate);
    }
  }

  /** @param notes stored with the weights, for whoever loads them */
  saveModel(model: LanguageModel, notes: Record<string, string>): void {
    saveSafetensors(this.model, model.stateDict(), { metadata: notes });
  }

  /** Saves the weights of a training that was stopped, beside those of its best pass. */
  saveInterrupted(model: LanguageModel, notes: Record<string, string>): void {
    saveSafetensors(this.interrupted, model.stateDict(), { metadata: notes });
  }

  saveMetrics(metrics: RunMetrics): void {
    writeFileAtomically(this.metrics, `${JSON.stringify(metrics, null, 2)}\n`);
  }
}

/** Whether the folder could be made, or is empty. Of several processes one makes it. */
function claims(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return statSync(folder).isDirectory() && readdirSync(folder).length === 0;
  }
}
