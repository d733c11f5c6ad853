import { dirname, resolve } from 'node:path';
import { CheckpointError, describe } from '../../errors.js';
import { crc32 } from '../../io/zip/zlib.js';
import { Tensor } from '../../tensor/tensor.js';
import type { CheckpointContent } from '../../training/checkpoint/checkpoint_file.js';
import { CheckpointFolder, resumeInBackground } from '../../training/checkpoint/checkpoint_folder.js';
import type { SlicesState } from './slices.js';
import type { TrainingControl } from './train_options.js';
import { type StopSignal, Turns } from './turns.js';

/** Of what a checkpoint holds beside the tables; a later one is refused. */
const layout = 1;

/** Numbers and checksums that tell one data set from another, by what they are of. */
export type DataFacts = Readonly<Record<string, number | string>>;

/** What of a training is written, and what it must be given again to go on. */
export interface KeptParts {
  /** The name of the class. */
  readonly trainer: string;
  /** What decides about the result. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly data: DataFacts;
  /** The numbers that are trained, in place. */
  readonly tables: Readonly<Record<string, Float32Array>>;
}

/** Where a training stands. */
export interface Position {
  readonly slices: SlicesState;
  /** Whether it has ended, by its last pass or before. */
  readonly finished: boolean;
}

interface Kept {
  readonly layout: number;
  readonly trainer: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly data: DataFacts;
  readonly position: Position;
  readonly earlyStopping: { best: number | null; since: number } | null;
}

/** Of a table, that are copied before the event loop has its turn. */
const numbersAtOnce = 1 << 19;

const signals = ['SIGINT', 'SIGTERM'] as const;

/** The checkpoints of one training of vectors: written between slices, and gone on from. */
export class KeptTraining {
  #folder: CheckpointFolder | null = null;
  #written = performance.now();
  #received: NodeJS.Signals | null = null;
  readonly #listener = (name: NodeJS.Signals) => {
    this.#received = name;
  };
  /** Where the training goes on from; null for one that begins. */
  resumed: Position | null = null;

  private constructor(
    private readonly op: string,
    private readonly parts: KeptParts,
    private readonly control: TrainingControl,
  ) {}

  /** Takes the newest checkpoint over where the training is to go on. @throws CheckpointError where none of those there fits */
  static async begin(op: string, parts: KeptParts, control: TrainingControl): Promise<KeptTraining> {
    const kept = new KeptTraining(op, parts, control);
    await kept.#begin();
    return kept;
  }

  async #begin(): Promise<void> {
    const { op } = this;
    const { resume, checkpoints } = this.control;
    const from = resume === true ? checkpoints!.folder : resume;
    let path: string | null = null;
    if (from !== false) {
      path = await resumeInBackground(op, from, async (content) => {
        this.resumed = await this.#take(content);
      });
      if (path === null && resume !== true) {
        throw new CheckpointError(`${op}: ${from}: there is no checkpoint to go on from`);
      }
    }
    const isOfFolder = path !== null && checkpoints !== null && dirname(resolve(path)) === resolve(checkpoints.folder);
    this.#folder = checkpoints === null ? null : new CheckpointFolder(op, checkpoints, isOfFolder);
    if (checkpoints?.onSignals) for (const name of signals) process.on(name, this.#listener);
  }

  /** Signals mean what they meant before; one that came after the last slice has its effect now. */
  close(): void {
    for (const name of signals) process.off(name, this.#listener);
    if (this.#received !== null) this.#passOn(this.#received);
  }

  /** Called between two slices: writes where it is time, or where the process is to end. */
  async between(step: number, position: () => Position): Promise<void> {
    if (this.#folder === null) return;
    if (this.#received !== null || this.#isDue) await this.#write(step, position());
    // Also one that came while the checkpoint was written, which is of this moment.
    if (this.#received !== null) this.#passOn(this.#received);
  }

  get #isDue(): boolean {
    const { everyMinutes } = this.control.checkpoints!;
    return everyMinutes > 0 && performance.now() - this.#written >= everyMinutes * 60_000;
  }

  /** Called when the training fails: writes where its signal is why. What the caller gets to know is the signal's reason. */
  async stopped(step: number, position: Position): Promise<void> {
    if (this.#folder === null || !isAborted(this.control.signal)) return;
    try {
      await this.#write(step, position);
    } catch (error) {
      process.emitWarning((error as Error).message);
    }
  }

  /** Called after every pass. */
  async afterEpoch(step: number, position: Position): Promise<void> {
    if (this.#folder === null) return;
    const { everyEpochs } = this.control.checkpoints!;
    if (position.finished || (everyEpochs > 0 && position.slices.epoch % everyEpochs === 0)) {
      await this.#write(step, position);
    }
  }

  /** Ends the process as the signal does by itself, unless others listen to it: they decide. */
  #passOn(name: NodeJS.Signals): void {
    this.#received = null;
    if (process.listeners(name).some((listener) => listener !== this.#listener)) return;
    this.close();
    process.kill(process.pid, name);
  }

  async #write(step: number, position: Position): Promise<void> {
    const { trainer, settings, data, tables } = this.parts;
    const earlyStopping = this.control.earlyStopping?.stateDict() ?? null;
    const kept: Kept = { layout, trainer, settings: plain(settings), data, position, earlyStopping };
    const model = Object.fromEntries(
      Object.entries(tables).map(([name, table]) => [name, Tensor.wrap(table, [table.length], 'float32')]),
    );
    await this.#folder!.writeInBackground(this.op, step, { model, state: { vectors: kept } });
    this.#written = performance.now();
  }

  /** Checks everything first, so that a checkpoint that doesn't fit leaves all as it was. */
  async #take({ model, state }: CheckpointContent): Promise<Position> {
    const kept = state.vectors as Kept | undefined;
    const { trainer, settings, data, tables } = this.parts;
    if (kept === undefined) throw new CheckpointError('is of another kind of training, not of one of vectors');
    if (kept.layout > layout) throw new CheckpointError('was written by a later version of Lutra');
    if (kept.trainer !== trainer) throw new CheckpointError(`is of a training of ${kept.trainer}, not of ${trainer}`);
    checkSame('was trained with', kept.settings, plain(settings));
    checkSame('is of other data, with', kept.data, data);
    for (const [name, table] of Object.entries(tables)) {
      if (model[name]?.numel === table.length && model[name].dtype === 'float32') continue;
      throw new CheckpointError(`its table ${name} must be ${table.length} numbers, it is ${describe(model[name])}`);
    }
    const turns = new Turns();
    for (const [name, table] of Object.entries(tables)) {
      const { storage, offset } = model[name];
      const kept = (storage.array as Float32Array).subarray(offset, offset + table.length);
      for (let at = 0; at < table.length; at += numbersAtOnce) {
        table.set(kept.subarray(at, at + numbersAtOnce), at);
        await turns.next();
      }
    }
    const { earlyStopping } = this.control;
    if (kept.earlyStopping !== null) earlyStopping?.loadStateDict(kept.earlyStopping);
    return kept.position;
  }
}

function isAborted(signal: StopSignal | undefined): boolean {
  try {
    signal?.throwIfAborted();
    return false;
  } catch {
    return true;
  }
}

/** Settings as a file can hold them. */
function plain(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => typeof value !== 'function'));
}

function checkSame(
  what: string,
  then: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): void {
  for (const name of new Set([...Object.keys(now), ...Object.keys(then)])) {
    if (then[name] === now[name]) continue;
    throw new CheckpointError(`${what} ${name} ${describe(then[name])}, not ${describe(now[name])}`);
  }
}

/** Bytes, and words, whose checksum is taken before the event loop has its turn. */
const checkedAtOnce = 1 << 20;
const wordsAtOnce = 1 << 13;

function* piecesOf(array: Int32Array | Float32Array): Generator<Uint8Array> {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (let at = 0; at < bytes.length; at += checkedAtOnce) yield bytes.subarray(at, at + checkedAtOnce);
}

/** The bytes of a list, a newline between two of it. */
function* linesOf(list: readonly (string | number)[]): Generator<Uint8Array> {
  for (let at = 0; at < list.length; at += wordsAtOnce) {
    yield Buffer.from(`${at > 0 ? '\n' : ''}${list.slice(at, at + wordsAtOnce).join('\n')}`, 'utf8');
  }
}

/** The CRC-32 of arrays and lists of words, in order. */
export async function checksum(
  parts: readonly (Int32Array | Float32Array | readonly (string | number)[])[],
  signal: StopSignal | undefined,
): Promise<string> {
  const turns = new Turns(signal);
  let sum = 0;
  for (const part of parts) {
    for (const bytes of ArrayBuffer.isView(part) ? piecesOf(part) : linesOf(part)) {
      sum = crc32(bytes, sum);
      await turns.next();
    }
  }
  return sum.toString(16).padStart(8, '0');
}
