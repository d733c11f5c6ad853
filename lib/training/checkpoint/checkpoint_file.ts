import { describe, FileFormatError } from '../../errors.js';
import { writePartsInBackground } from '../../io/atomic_file.js';
import {
  loadSafetensors,
  loadSafetensorsInBackground,
  type SafetensorsContent,
  saveSafetensors,
  serialize,
} from '../../io/safetensors/safetensors.js';
import { savedBytes } from '../../io/tensor_bytes.js';
import { crc32 } from '../../io/zip/zlib.js';
import type { StateDict } from '../../nn/state_dict.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atOnce, inTurns, type Steps } from '../../text/corpus/turns.js';
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
export function writeCheckpoint(path: string, content: CheckpointContent): void {
  const { tensors, json } = flattened(content);
  const sum = atOnce(checksum(json, tensors));
  saveSafetensors(path, tensors, { metadata: metadataOf(json, sum) });
}

/** The same while the event loop goes on; the tensors must not be written to until it is done. */
export async function writeCheckpointInBackground(path: string, content: CheckpointContent): Promise<void> {
  const { tensors, json } = flattened(content);
  const sum = await inTurns(checksum(json, tensors));
  await writePartsInBackground(path, serialize('checkpoint', tensors, { metadata: metadataOf(json, sum) }));
}

function flattened({ model, state }: CheckpointContent): { tensors: Record<string, Tensor>; json: string } {
  const packed = packTree('checkpoint', state);
  const tensors: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(model)) tensors[`model.${name}`] = tensor;
  for (const [name, tensor] of packed.tensors) tensors[`state.${name}`] = tensor;
  return { tensors, json: packed.json };
}

function metadataOf(json: string, sum: string): Record<string, string> {
  return { format, version: String(version), crc32: sum, state: json };
}

/**
 * Reads a checkpoint.
 * @throws FileFormatError for what is none, is damaged, or was written by a later version; the file system's own error
 */
export function readCheckpoint(path: string): CheckpointContent {
  const content = loadSafetensors(path);
  checkVersion(path, content);
  return contentOf(path, content, atOnce(checksum(content.metadata.state ?? '', content.tensors)));
}

/** The same while the event loop goes on. */
export async function readCheckpointInBackground(path: string): Promise<CheckpointContent> {
  const content = await loadSafetensorsInBackground('loadSafetensors', path);
  checkVersion(path, content);
  return contentOf(path, content, await inTurns(checksum(content.metadata.state ?? '', content.tensors)));
}

function checkVersion(path: string, { metadata }: SafetensorsContent): void {
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
}

function contentOf(path: string, { tensors, metadata }: SafetensorsContent, found: string): CheckpointContent {
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

/** The CRC-32 of names, shapes, types and contents, in an order that does not depend on that of the file, some megabytes a step. */
function* checksum(json: string, tensors: Readonly<Record<string, Tensor>>): Steps<string> {
  let sum = crc32(Buffer.from(json, 'utf8'));
  for (const name of Object.keys(tensors).sort()) {
    const tensor = tensors[name];
    sum = crc32(Buffer.from(`${name}\n${tensor.dtype}\n${tensor.shape.join()}\n`, 'utf8'), sum);
    const bytes = savedBytes(tensor);
    for (let at = 0; at < bytes.length; at += bytesOfStep) {
      sum = crc32(bytes.subarray(at, at + bytesOfStep), sum);
      yield;
    }
  }
  return sum.toString(16).padStart(8, '0');
}

const bytesOfStep = 1 << 20;
