import { appendFileSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ArgumentError, describe } from '../../errors.js';
import { writeFileAtomically } from '../../io/atomic_file.js';
import { makeFolders } from '../../io/folders.js';

/** What waits is written when it is this old, in milliseconds. */
const longestWait = 1000;

/** A file to whose end lines are written, some at a time. */
export class LogFile {
  readonly path: string;
  #waiting = '';
  #written = performance.now();

  constructor(op: string, path: unknown) {
    if (typeof path !== 'string' || path === '') {
      throw new ArgumentError(`${op}: path must name a file, got ${describe(path)}`);
    }
    this.path = path;
  }

  /** The lines that are there, without what a killed process left of its last; none where there is no file. */
  lines(): string[] {
    this.flush();
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return text.split('\n').slice(0, -1);
  }

  /** Makes these the only lines. */
  replace(lines: readonly string[]): void {
    this.#waiting = '';
    makeFolders(dirname(this.path));
    writeFileAtomically(this.path, ...lines.map((line) => `${line}\n`));
  }

  add(line: string): void {
    this.#waiting += `${line}\n`;
    if (performance.now() - this.#written > longestWait) this.flush();
  }

  flush(): void {
    this.#written = performance.now();
    if (this.#waiting === '') return;
    const text = this.#waiting;
    this.#waiting = '';
    appendFileSync(this.path, text);
  }
}
