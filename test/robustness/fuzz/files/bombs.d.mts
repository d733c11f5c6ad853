import type { ZipFile } from '../../../../lib/io/zip/writer.js';

type Zip = (files: ZipFile[], compress: boolean) => Buffer;

export const bombs: Record<string, [reader: string, make: (zip: Zip) => Buffer, options?: { names: string }]>;
