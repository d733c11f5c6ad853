import { ArgumentError, describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { asTensor } from '../ops/creation.js';
import { indexSelect } from '../ops/indexing.js';
import { select } from '../ops/view.js';
import { isIterable } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';
import { isIterableSource } from './iterable_dataset.js';

/** Samples by number: what a DataLoader draws batches from. A plain array is one too, see {@link DataSource}. */
export interface Dataset<Sample> {
  /** How many samples there are. */
  readonly length: number;
  /** The sample at an index from 0 to `length - 1`. */
  get(index: number): Sample;
  /**
   * All samples of a batch at once, collated, where the dataset knows a faster way than sample by sample. A loader with
   * a `collate` of its own does not use it.
   */
  getBatch?: ((indices: readonly number[]) => unknown) | undefined;
}

/** What takes the place of a dataset: one, or a plain array of samples. */
export type DataSource<Sample> = Dataset<Sample> | readonly Sample[];

/** Samples held in an array. */
export class ArrayDataset<Sample> implements Dataset<Sample> {
  readonly items: readonly Sample[];

  /** @throws ArgumentError unless `items` is an array */
  constructor(items: readonly Sample[]) {
    if (!Array.isArray(items)) throw new ArgumentError(`ArrayDataset: items must be an array, got ${describe(items)}`);
    this.items = items;
  }

  get length(): number {
    return this.items.length;
  }

  get(index: number): Sample {
    return this.items[checkSampleIndex('ArrayDataset.get', index, this.items.length)];
  }
}

/** Sample i is the i-th slice along the first dimension of every tensor: `new TensorDataset(inputs, targets)`. */
export class TensorDataset implements Dataset<Tensor[]> {
  readonly tensors: readonly Tensor[];
  readonly length: number;

  /** @throws ShapeError unless all tensors have the same first size */
  constructor(...tensors: Tensor[]) {
    if (tensors.length === 0) throw new ArgumentError('TensorDataset: needs at least one tensor');
    for (const [i, tensor] of tensors.entries()) {
      if (checkTensor('TensorDataset', `tensor ${i}`, tensor).ndim === 0) {
        throw new ShapeError(`TensorDataset: tensor ${i} has no dimension to take samples from`);
      }
      if (tensor.shape[0] !== tensors[0].shape[0]) {
        throw new ShapeError(
          `TensorDataset: tensor ${i} of shape ${formatShape(tensor.shape)} must hold ${tensors[0].shape[0]} samples like the first`,
        );
      }
    }
    this.tensors = tensors;
    this.length = tensors[0].shape[0];
  }

  get(index: number): Tensor[] {
    const k = checkSampleIndex('TensorDataset.get', index, this.length);
    return this.tensors.map((tensor) => select(tensor, 0, k));
  }

  getBatch(indices: readonly number[]): Tensor[] {
    const op = 'TensorDataset.getBatch';
    checkIndexList(op, indices);
    const rows = asTensor(Int32Array.from(indices, (index) => checkSampleIndex(op, index, this.length)));
    return this.tensors.map((tensor) => indexSelect(tensor, 0, rows));
  }
}

/** Some of the samples of another dataset. */
export class Subset<Sample> implements Dataset<Sample> {
  readonly dataset: Dataset<Sample>;
  readonly indices: readonly number[];

  /** @throws IndexError for an index that the dataset doesn't have */
  constructor(source: DataSource<Sample>, indices: Iterable<number>) {
    this.dataset = asDataset('Subset', source);
    checkIndexList('Subset', indices);
    this.indices = Array.from(indices, (index) => checkSampleIndex('Subset', index, this.dataset.length));
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): Sample {
    return this.dataset.get(this.indices[checkSampleIndex('Subset.get', index, this.indices.length)]);
  }

  get getBatch(): ((indices: readonly number[]) => unknown) | undefined {
    const { dataset } = this;
    if (dataset.getBatch === undefined) return undefined;
    const op = 'Subset.getBatch';
    return (indices) => {
      checkIndexList(op, indices);
      return dataset.getBatch!(Array.from(indices, (i) => this.indices[checkSampleIndex(op, i, this.indices.length)]));
    };
  }
}

/** A dataset as it is, an array as one. @throws ArgumentError for anything else */
export function asDataset<Sample>(op: string, source: DataSource<Sample>): Dataset<Sample> {
  if (Array.isArray(source)) return new ArrayDataset<Sample>(source);
  const dataset = source as Dataset<Sample>;
  if (source instanceof Tensor) {
    throw new ArgumentError(`${op}: the dataset must hold samples, got a Tensor; give new TensorDataset(tensor)`);
  }
  if (isIterableSource(source)) {
    throw new ArgumentError(`${op}: the dataset can only be iterated; samples by number need an array, or get(index)`);
  }
  if (typeof dataset !== 'object' || dataset === null || typeof dataset.get !== 'function') {
    throw new ArgumentError(
      `${op}: the dataset must be an array or have length and get(index), got ${describe(source)}`,
    );
  }
  if (!Number.isSafeInteger(dataset.length) || dataset.length < 0) {
    throw new ValueError(`${op}: the dataset's length must be a non-negative integer, got ${describe(dataset.length)}`);
  }
  return dataset;
}

function checkIndexList(op: string, indices: unknown): void {
  if (isIterable(indices)) return;
  throw new ArgumentError(`${op}: indices must be a list of numbers, got ${describe(indices)}`);
}

function checkSampleIndex(op: string, index: unknown, length: number): number {
  if (typeof index !== 'number') throw new ArgumentError(`${op}: an index must be a number, got ${describe(index)}`);
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new IndexError(`${op}: index ${index} is outside the ${length} samples`, index, length);
  }
  return index;
}
