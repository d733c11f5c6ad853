import { LogFile } from './log_file.js';
import { checkLogged } from './logged_values.js';
import type { TrainingLogger } from './logger.js';

/** Writes what a training measures as a table: a column for each value, empty where a line has none. */
export class CsvLogger implements TrainingLogger {
  readonly #file: LogFile;
  #columns: string[] = ['step', 'time'];

  /** @param path its folder is made where it is missing; a training that begins replaces the file */
  constructor(path: string) {
    this.#file = new LogFile('CsvLogger', path);
  }

  /** Keeps the lines up to `step`; none for a training that begins. */
  open(step: number): void {
    const [head, ...rows] = step === 0 ? [] : this.#file.lines();
    if (head !== undefined) this.#columns = cellsOf(head);
    this.#file.replace([lineOf(this.#columns), ...rows.filter((row) => Number(cellsOf(row)[0]) <= step)]);
  }

  log(values: Readonly<Record<string, number>>, step: number): void {
    checkLogged('CsvLogger.log', values, step);
    const fresh = Object.keys(values).filter((name) => !this.#columns.includes(name));
    if (fresh.length > 0) this.#widen(fresh);
    const row: Record<string, number> = { ...values, step, time: Date.now() / 1000 };
    this.#file.add(lineOf(this.#columns.map((name) => (Object.hasOwn(row, name) ? String(row[name]) : ''))));
  }

  /** A value that comes for the first time gets a column; the lines before have nothing there. */
  #widen(fresh: readonly string[]): void {
    const [, ...rows] = this.#file.lines();
    this.#columns = [...this.#columns, ...fresh];
    this.#file.replace([lineOf(this.#columns), ...rows.map((row) => row + ','.repeat(fresh.length))]);
  }

  flush(): void {
    this.#file.flush();
  }
}

function lineOf(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}

/** The cells of a line that `lineOf` made. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}
