import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file that a browser loads. */
export interface PageFile {
  readonly type: string;
  readonly content: Uint8Array;
}

const files = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
} as const;

/** dist/page of this package, which the build makes: beside the bundle, or beside lib/ where its files run as they are. */
function pageFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    for (const candidate of [join(folder, 'page'), join(folder, 'dist', 'page')]) {
      if (existsSync(join(candidate, 'page.js'))) return candidate;
    }
    if (dirname(folder) === folder) throw new Error("lutra: the page's files are missing; npm run build:ts makes them");
  }
}

/** The page's files by their paths. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const folder = pageFolder();
  return new Map(
    Object.entries(files).map(([path, [name, type]]) => [path, { type, content: readFileSync(join(folder, name)) }]),
  );
}
