import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CorpusError, FileFormatError, OptionError } from '../errors.js';
import { writeFileAtomically } from '../io/atomic_file.js';
import { makeFolders } from '../io/folders.js';
import { loadSafetensors, saveSafetensors } from '../io/safetensors/safetensors.js';
import type { Module } from '../nn/module.js';

const configName = 'config.yaml';
const weightsName = 'model.safetensors';

/** The folder of a training, and the files in it. */
export class Run {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  get config(): string {
    return join(this.folder, configName);
  }

  get weights(): string {
    return join(this.folder, weightsName);
  }

  get log(): string {
    return join(this.folder, 'log.jsonl');
  }

  get metrics(): string {
    return join(this.folder, 'metrics.json');
  }

  get checkpoints(): string {
    return join(this.folder, 'checkpoints');
  }

  /** Whether a path is the folder of a run. */
  static isRun(path: string): boolean {
    return existsSync(join(path, configName));
  }

  /** @throws CorpusError for what is none */
  static open(path: string): Run {
    if (Run.isRun(path)) return new Run(path);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new CorpusError(`${path} is not there; give the folder of a run, such as runs/NAME`);
    const why = stat.isDirectory() ? `it has no ${configName}` : 'it is a file';
    throw new CorpusError(`${path} is no folder of a run: ${why}. lutra train writes them into runs/`);
  }

  /** The folder that a user named. @throws OptionError where a run is in it, unless it is to be overwritten */
  static named(folder: string, overwrite: boolean): Run {
    const run = new Run(folder);
    const taken = [run.config, run.weights, join(folder, 'training.json')].find((file) => existsSync(file));
    if (taken !== undefined && !overwrite) {
      throw new OptionError(`${taken} is there from an earlier run; name another --output, or add --overwrite`);
    }
    makeFolders(folder);
    for (const file of [run.weights, run.metrics, run.log]) rmSync(file, { force: true });
    rmSync(run.checkpoints, { recursive: true, force: true });
    return run;
  }

  /** A folder of this name that nothing is in yet: NAME, NAME-2, NAME-3 … */
  static next(folder: string): Run {
    makeFolders(dirname(folder));
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? folder : `${folder}-${number}`;
      if (claims(candidate)) return new Run(candidate);
    }
  }

  read(name: string): string {
    const path = join(this.folder, name);
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new CorpusError(`${path} can't be read: ${(error as Error).message}`, { cause: error });
    }
  }

  write(name: string, content: string): void {
    writeFileAtomically(join(this.folder, name), content);
  }

  saveWeights(model: Module, notes: Record<string, string>): void {
    saveSafetensors(this.weights, model.stateDict(), { metadata: notes });
  }

  /** @throws CorpusError where there are none, or those of another model */
  loadWeights(model: Module, task: string): void {
    if (!existsSync(this.weights)) {
      throw new CorpusError(
        `${this.weights} is not there: the training was stopped before it was written; go on with lutra resume ${this.folder}`,
      );
    }
    let content: ReturnType<typeof loadSafetensors>;
    try {
      content = loadSafetensors(this.weights);
    } catch (error) {
      if (!(error instanceof FileFormatError)) throw error;
      throw new CorpusError(`${this.weights} is damaged: ${error.message}`, { cause: error });
    }
    const kind = content.metadata.format;
    if (kind !== undefined && kind !== `lutra.${task}`) {
      throw new CorpusError(`${this.weights} holds the weights of ${kind}, but ${this.config} is of a ${task}`);
    }
    try {
      model.loadStateDict(content.tensors);
    } catch (error) {
      throw new CorpusError(
        `${this.weights} is of another model than ${this.config} describes: ${(error as Error).message}`,
        { cause: error },
      );
    }
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
