import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CorpusError, OptionError } from '../../../errors.js';
import { writeFileAtomically } from '../../../io/atomic_file.js';
import { makeFolders } from '../../../io/folders.js';
import type { NormalForm } from '../../../text/corpus/text_form.js';

export type VectorTrainer = 'word2vec' | 'fasttext' | 'glove';

const trainers: readonly string[] = ['word2vec', 'fasttext', 'glove'];
const about = 'training.json';
const checkpoints = 'checkpoints';
const results = ['vectors.bin', 'vectors.vec', 'model.bin', about];

/** How texts are read; what isn't said is as `textLines` has it. */
export interface TextSettings {
  readonly textColumn?: string;
  readonly tokenizer?: 'whitespace' | 'words';
  readonly lowercase?: boolean;
  readonly normalize?: NormalForm;
}

/** What a training of vectors is told again when it goes on. */
export interface VectorTraining {
  readonly trainer: VectorTrainer;
  readonly supervised: boolean;
  /** A whole path or pattern; `-` for the standard input. */
  readonly data: string;
  readonly text?: TextSettings;
  /** The trainer's own, and `heldOut` and `earlyStopping`. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The folder of a training of vectors. It is made when there is something to write. */
export class VectorRun {
  private constructor(readonly folder: string) {}

  /** Whether a folder holds a training of vectors, finished or not. */
  static isRun(folder: string): boolean {
    return existsSync(join(folder, about));
  }

  /** The folder that a user named. @throws OptionError where a training is in it, unless it is to be overwritten */
  static named(folder: string, overwrite: boolean): VectorRun {
    const taken = [...results, checkpoints].some((name) => existsSync(join(folder, name)));
    if (taken && !overwrite) {
      const goOn = existsSync(join(folder, checkpoints)) ? `go on with lutra resume ${folder}, ` : '';
      throw new OptionError(`${folder} holds an earlier training; ${goOn}give another --output, or --overwrite`);
    }
    const run = new VectorRun(folder);
    if (taken) run.clear();
    return run;
  }

  /** A folder that nothing is in yet. */
  static next(trainer: VectorTrainer, data: string): VectorRun {
    const plain = basename(data).replace(/\..*$/, '').replaceAll('*', 'all') || 'vectors';
    const name = join('runs', `${plain}-${trainer}`);
    for (let k = 1; ; k++) {
      const folder = k === 1 ? name : `${name}-${k}`;
      if (!existsSync(folder)) return new VectorRun(folder);
    }
  }

  /** @throws CorpusError for what is none; OptionError for one that is finished */
  static open(folder: string): { run: VectorRun; training: VectorTraining } {
    const path = join(folder, about);
    let read: Partial<VectorTraining> & { readonly words?: number };
    try {
      read = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      throw new CorpusError(`${path} can't be read: ${(error as Error).message}`, { cause: error });
    }
    const { trainer, supervised = false, data, text = {}, options, words } = read;
    if (!trainers.includes(trainer as string) || typeof data !== 'string' || typeof options !== 'object') {
      throw new CorpusError(`${path} does not say what is trained on what`);
    }
    if (words !== undefined) throw new OptionError(`${folder} is finished; lutra train ${trainer} begins another`);
    const training = { trainer: trainer as VectorTrainer, supervised, data, text, options: options ?? {} };
    return { run: new VectorRun(folder), training };
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  get checkpoints(): string {
    return this.at(checkpoints);
  }

  /** Says what is trained, so that `lutra resume` knows; with what came of it at the end. */
  write(training: VectorTraining, found: object = {}): void {
    makeFolders(this.folder);
    writeFileAtomically(this.at(about), `${JSON.stringify({ ...training, ...found }, null, 2)}\n`);
  }

  removeCheckpoints(): void {
    rmSync(this.checkpoints, { recursive: true, force: true });
  }

  private clear(): void {
    for (const name of results) rmSync(this.at(name), { force: true });
    this.removeCheckpoints();
  }
}
