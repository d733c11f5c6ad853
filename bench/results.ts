import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';

/** Tries to open a file for writing before hours of measuring, and leaves all as it was. @throws Error that names the option. */
export function checkWritable(option: string, file: string | undefined): void {
  if (file === undefined) return;
  try {
    const existed = existsSync(file);
    closeSync(openSync(file, 'a'));
    if (!existed) rmSync(file);
  } catch (error) {
    throw new Error(`${option}: '${file}' cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Writes a results file as it is now; called after every workload, so that an interrupted run leaves what it has. */
export function save(file: string | undefined, text: () => string): void {
  if (file !== undefined) writeFileSync(file, text());
}
