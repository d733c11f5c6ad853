import { describe, FileFormatError, ValueError } from '../../errors.js';
import { readMappedTablesBy } from '../../nn/embedding.js';
import { formatShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type MappedEntry, MappedFile } from './mapped_file.js';

/** Rows of numbers as they lie in a file. */
export interface MappedTable {
  readonly file: MappedFile;
  /** [rows, dim]: floats of 16, 32 or 64 bits, or the bytes of int8. */
  readonly weight: Tensor;
  /** float32 [rows]: what each row of int8 is multiplied by; null for floats. */
  readonly scale: Tensor | null;
}

/** Names that tables go by, the likeliest first. */
const usualNames = ['vectors', 'weight', 'embedding.weight', 'embeddings', 'array'];
const floats = ['F32', 'F16', 'BF16', 'F64'];
const bytes = ['I8', 'U8'];

/** Maps the table of a file: the tensor of that name, or the one that can be meant. */
export function openMappedTable(op: string, path: string, name?: string): MappedTable {
  const file = new MappedFile(op, path);
  const entry = name === undefined ? likeliest(file) : file.entries.get(name);
  if (entry === undefined) file.tensor(name as string);
  const { name: found, dtype, shape } = entry as MappedEntry;
  if (shape.length !== 2) {
    throw new FileFormatError(
      `${file.name}: tensor ${describe(found)} must have two dimensions, got shape ${formatShape(shape.slice())}`,
    );
  }
  if (floats.includes(dtype)) return { file, weight: file.tensor(found), scale: null };
  if (!bytes.includes(dtype)) {
    throw new FileFormatError(`${file.name}: tensor ${describe(found)} must be of floats or int8, got ${dtype}`);
  }
  const scaleName = found.includes('weight') ? found.replace('weight', 'scale') : 'scale';
  const scale = file.entries.get(scaleName);
  if (scale?.dtype !== 'F32' || scale.shape.length !== 1 || scale.shape[0] !== shape[0]) {
    throw new FileFormatError(
      `${file.name}: tensor ${describe(found)} of ${dtype} needs a tensor ${describe(scaleName)} beside it, F32 of shape [${shape[0]}], a factor for each row`,
    );
  }
  return { file, weight: file.tensor(found), scale: file.tensor(scaleName) };
}

function likeliest(file: MappedFile): MappedEntry {
  for (const name of usualNames) {
    const entry = file.entries.get(name);
    if (entry?.shape.length === 2) return entry;
  }
  const tables = [...file.entries.values()].filter(({ shape, dtype }) => shape.length === 2 && floats.includes(dtype));
  if (tables.length === 1) return tables[0];
  const names = tables.map(({ name }) => describe(name)).slice(0, 8);
  const which = tables.length === 0 ? 'holds no table of two dimensions' : `holds the tables ${names.join(', ')}`;
  throw new ValueError(`${file.name}: ${which}; say which one by the option tensor`);
}

readMappedTablesBy(openMappedTable);
