import { closeSync, openSync, readSync } from 'node:fs';

/** The dynamic linker that this program names for itself, near the beginning of its ELF file; null where none is found. */
function linkerOf(program: string): string | null {
  const head = Buffer.alloc(4096);
  let file: number | null = null;
  try {
    file = openSync(program, 'r');
    const length = readSync(file, head, 0, head.length, 0);
    return /\/[\w/.-]*\/ld-[\w.-]+/.exec(head.toString('latin1', 0, length))?.[0] ?? null;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Whether Node's diagnostic report names a version of glibc. It takes 10 ms and more. */
function reportsGlibc(): boolean {
  const { report } = process;
  if (!report) return true;
  // Without this, the report looks up the names of open connections, which may take seconds.
  const settings = report as { excludeNetwork?: boolean };
  const { excludeNetwork } = settings;
  settings.excludeNetwork = true;
  try {
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime !== undefined;
  } finally {
    settings.excludeNetwork = excludeNetwork;
  }
}

/** Whether this Linux process runs on glibc; else on musl. Binaries differ between the two. */
export function hasGlibc(program = process.execPath): boolean {
  const linker = linkerOf(program);
  if (linker?.includes('/ld-linux')) return true;
  return linker?.includes('/ld-musl') ? false : reportsGlibc();
}
