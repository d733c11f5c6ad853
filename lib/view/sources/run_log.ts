import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Series } from '../protocol.js';

/** Longer curves are thinned: a screen shows no more. */
const mostPoints = 2000;

const readAtOnce = 1 << 20;

/** What a run has measured: the lines of `log.jsonl`, read as they come, or what `metrics.json` tells of each pass. */
export class RunLog {
  readonly #folder: string;
  #file = -1;
  #position = 0;
  #rest = '';
  #series = new Map<string, [number, number][]>();
  #metrics = '';

  constructor(folder: string) {
    this.#folder = folder;
  }

  get series(): Series[] {
    return [...this.#series].map(([name, points]) => ({ name, points: thinned(points) }));
  }

  /** Reads what has come since. Says whether there was anything. */
  update(): boolean {
    return this.#readLog() || (this.#file < 0 && this.#readMetrics());
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
  }

  /** A log that was replaced, as a run that is resumed does it, is read anew. */
  #readLog(): boolean {
    const opened = tryTo(() => openSync(join(this.#folder, 'log.jsonl'), 'r'));
    if (opened === null) return false;
    const now = fstatSync(opened);
    const before = this.#file < 0 ? null : fstatSync(this.#file);
    const isSame = before !== null && before.ino === now.ino && now.size >= this.#position;
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = opened;
    if (!isSame) {
      this.#position = 0;
      this.#rest = '';
      this.#series = new Map();
    }
    if (now.size <= this.#position) return !isSame;
    const buffer = Buffer.allocUnsafe(Math.min(readAtOnce, now.size - this.#position));
    while (this.#position < now.size) {
      const count = readSync(opened, buffer, 0, Math.min(buffer.length, now.size - this.#position), this.#position);
      if (count === 0) break;
      this.#position += count;
      // Names of values are ASCII nearly always; one that is cut in two becomes another series of one point.
      const lines = (this.#rest + buffer.toString('utf8', 0, count)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#add(line);
    }
    return true;
  }

  #add(line: string): void {
    const row = tryTo(() => JSON.parse(line) as unknown);
    if (typeof row !== 'object' || row === null) return;
    const { step, time: _, ...values } = row as Record<string, unknown>;
    if (typeof step !== 'number') return;
    for (const [name, value] of Object.entries(values)) this.#put(name, step, value);
  }

  #put(name: string, step: number, value: unknown): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    const points = this.#series.get(name);
    if (points === undefined) this.#series.set(name, [[step, value]]);
    else points.push([step, value]);
  }

  /** The word language model of `lutra train FILE` writes its passes here, all of them after each. */
  #readMetrics(): boolean {
    const text = tryTo(() => readFileSync(join(this.#folder, 'metrics.json'), 'utf8'));
    if (text === null || text === this.#metrics) return false;
    this.#metrics = text;
    const { history } = (tryTo(() => JSON.parse(text)) ?? {}) as { history?: unknown };
    if (!Array.isArray(history)) return false;
    this.#series = new Map();
    for (const { epoch, trainLoss, validationLoss } of history as Record<string, unknown>[]) {
      if (typeof epoch !== 'number') continue;
      this.#put('train/loss', epoch, trainLoss);
      this.#put('validation/loss', epoch, validationLoss);
    }
    return true;
  }
}

/** Every second point, or every fourth, …, and the last. */
function thinned(points: readonly [number, number][]): [number, number][] {
  const stride = 2 ** Math.max(0, Math.ceil(Math.log2(points.length / mostPoints)));
  return points.filter((_, k) => k % stride === 0 || k === points.length - 1);
}

/** A file that is not there yet, or is being written, is looked at again later. */
function tryTo<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
