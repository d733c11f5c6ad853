import { LogFile } from './log_file.js';
import { checkLogged } from './logged_values.js';
import type { TrainingLogger } from './logger.js';

/** Writes what a training measures as lines of JSON: `{"step":50,"time":…,"train/loss":2.3}`. NaN and Infinity as strings. */
export class JsonLinesLogger implements TrainingLogger {
  readonly #file: LogFile;

  /** @param path its folder is made where it is missing; a training that begins replaces the file */
  constructor(path: string) {
    this.#file = new LogFile('JsonLinesLogger', path);
  }

  /** Keeps the lines up to `step`; none for a training that begins. */
  open(step: number): void {
    this.#file.replace(step === 0 ? [] : this.#file.lines().filter((line) => stepOf(line) <= step));
  }

  log(values: Readonly<Record<string, number>>, step: number): void {
    checkLogged('JsonLinesLogger.log', values, step);
    const row = { step, time: Date.now() / 1000, ...values };
    this.#file.add(
      JSON.stringify(row, (_, value) => (Number.isFinite(value) || typeof value !== 'number' ? value : String(value))),
    );
  }

  flush(): void {
    this.#file.flush();
  }
}

function stepOf(line: string): number {
  try {
    return Number((JSON.parse(line) as { step?: unknown }).step);
  } catch {
    return Number.NaN;
  }
}
