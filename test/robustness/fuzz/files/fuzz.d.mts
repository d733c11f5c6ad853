import type { ZipFile } from '../../../../lib/io/zip/writer.js';

export interface FuzzOptions {
  count: number;
  seed: number;
  onProgress?: (done: number, summary: string) => void;
  onStart?: (number: number) => void;
}

export function fuzz(built: URL, options: FuzzOptions): Promise<string>;

export function fuzzFiles(
  library: object,
  zipParts: (files: readonly ZipFile[], compress: boolean) => Uint8Array[],
  options: FuzzOptions,
): Promise<string>;
