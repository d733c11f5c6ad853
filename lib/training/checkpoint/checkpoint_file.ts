import { describe, FileFormatError } from '../../errors.js';
import { loadSafetensors, saveSafetensors } from '../../io/safetensors/safetensors.js';
import { savedBytes } from '../../io/tensor_bytes.js';
import { crc32 } from '../../io/zip/zlib.js';
import type { StateDict } from '../../nn/state_dict.js';
import type { Tensor } from '../../tensor/tensor.js';
import { packTree, unpackTree } from '../state_tree.js';

/** Of the layout of a training's state; a file of a later one is refused. */
const version = 1;

const format = 'lutra-checkpoint';

/** What a checkpoint holds. */
export interface CheckpointContent {
  /** The model's weights: in the file by their names behind `model.`, for whoever wants nothing else. */
  readonly model: StateDict;
  /** Everything else, plain values and tensors. */
  readonly state: Record<string, unknown>;
}

/**
 * Writes a checkpoint, in one step that a crash can't cut in two: a safetensors file, with what is no tensor among its
 * notes, and a checksum over all of it.
 */
export function writeCheckpoint(path: string, { model, state }: CheckpointContent): void {
  const packed = packTree('checkpoint', state);
  const tensors: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(model)) tensors[`model.${name}`] = tensor;
  for (const [name, tensor] of packed.tensors) tensors[`state.${name}`] = tensor;
  const sum = checksum(packed.json, tensors);
  saveSafetensors(path, tensors, {
    metadata: { format, version: String(version), crc32: sum, state: packed.json },
  });
}

/**
 * Reads a checkpoint.
 * @throws FileFormatError for what is none, is damaged, or was written by a later version; the file system's own error
 */
export function readCheckpoint(path: string): CheckpointContent {
  const { tensors, metadata } = loadSafetensors(path);
  if (metadata.format !== format) {
    throw new FileFormatError(`${path}: is a safetensors file, but no checkpoint of a training`);
  }
  const written = Number(metadata.version);
  if (!(written >= 1)) throw new FileFormatError(`${path}: its version is ${describe(metadata.version)}`);
  if (written > version) {
    throw new FileFormatError(
      `${path}: was written by a later Lutra, in version ${written} of the format; this one reads up to ${version}`,
    );
  }
  const found = checksum(metadata.state ?? '', tensors);
  if (found !== metadata.crc32) {
    throw new FileFormatError(`${path}: is damaged: its checksum is ${found}, but should be ${metadata.crc32}`);
  }
  const model: StateDict = {};
  const rest = new Map<string, Tensor>();
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name.startsWith('model.')) model[name.slice('model.'.length)] = tensor;
    else rest.set(name.slice('state.'.length), tensor);
  }
  const state = unpackTree(path, { json: metadata.state, tensors: rest }) as Record<string, unknown>;
  return { model, state };
}

/** The CRC-32 of names, shapes, types and contents, in an order that does not depend on that of the file. */
function checksum(json: string, tensors: Readonly<Record<string, Tensor>>): string {
  let sum = crc32(Buffer.from(json, 'utf8'));
  for (const name of Object.keys(tensors).sort()) {
    const tensor = tensors[name];
    sum = crc32(Buffer.from(`${name}\n${tensor.dtype}\n${tensor.shape.join()}\n`, 'utf8'), sum);
    sum = crc32(savedBytes(tensor), sum);
  }
  return sum.toString(16).padStart(8, '0');
}
