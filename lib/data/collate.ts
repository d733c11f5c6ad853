import { types } from 'node:util';
import { ArgumentError, describe, ShapeError, withArticle } from '../errors.js';
import { tensor } from '../ops/creation.js';
import { stack } from '../ops/joining.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

type Stackable = Tensor | number | bigint | boolean | ArrayBufferView;

/** What {@link defaultCollate} makes of samples of a type. */
export type Collated<Sample> = Sample extends Stackable
  ? Tensor
  : Sample extends string
    ? string[]
    : Sample extends readonly unknown[]
      ? { -readonly [Place in keyof Sample]: Collated<Sample[Place]> }
      : Sample extends object
        ? { [Key in keyof Sample]: Collated<Sample[Key]> }
        : never;

export interface CollateOptions {
  /**
   * The dtype that plain numbers get; float32 unless set, as everywhere. Class labels that are plain numbers want
   * `'int32'`. (What a batch happens to hold never decides: a batch of 1, 2, 3 is no other type than one of 1, 2, 2.5.)
   */
  numberDType?: DType;
}

/**
 * Makes one batch of a list of samples, as PyTorch's `default_collate` does: numbers, booleans, typed arrays of one
 * length and tensors of one shape are stacked along a new first dimension; strings become a list; arrays and objects
 * keep their form, with the batch inside: `[[x0, y0], [x1, y1]]` gives `[stack of x, stack of y]`.
 *
 * @throws ArgumentError or ShapeError naming the place in the sample and the sample that differs from the first
 */
export function defaultCollate<Sample>(samples: readonly Sample[], options?: CollateOptions): Collated<Sample> {
  const op = 'defaultCollate';
  const { numberDType = 'float32' } = checkOptions(op, options, ['numberDType']);
  checkDType(op, numberDType);
  if (!Array.isArray(samples)) throw new ArgumentError(`${op}: samples must be an array, got ${describe(samples)}`);
  if (samples.length === 0) throw new ArgumentError(`${op}: a batch needs at least one sample`);
  return collate('', samples, numberDType) as Collated<Sample>;
}

/** @param path where in the samples the values lie, such as `[1].label` */
function collate(path: string, values: readonly unknown[], numberDType: DType): unknown {
  const kind = kindOf(values[0]);
  const differs = values.findIndex((value) => kindOf(value) !== kind);
  if (differs >= 0) {
    const got = describe(values[differs]);
    throw new ArgumentError(`${sampleName(differs, path)} must be ${withArticle(kind)} like sample 0, got ${got}`);
  }
  switch (kind) {
    case 'string':
      return [...values];
    case 'number':
      return tensor(values as number[], { dtype: numberDType });
    case 'bigint':
      return tensor((values as bigint[]).map(Number), { dtype: 'int32' });
    case 'boolean':
      return tensor(values as boolean[]);
    case 'typed array':
      return stackAlike(
        path,
        values.map((value) => tensor(value as ArrayBufferView)),
      );
    case 'tensor':
      return stackAlike(path, values as Tensor[]);
    case 'array':
      return collateArrays(path, values as unknown[][], numberDType);
    case 'object':
      return collateObjects(path, values as Record<string, unknown>[], numberDType);
    default:
      throw new ArgumentError(
        `${sampleName(0, path)} must be made of numbers, booleans, strings, typed arrays, tensors, arrays and objects, got ${describe(values[0])}; give the loader a collate function`,
      );
  }
}

function sampleName(index: number, path: string): string {
  return `defaultCollate: sample ${index}${path}`;
}

type Kind = 'tensor' | 'typed array' | 'array' | 'object' | 'number' | 'bigint' | 'boolean' | 'string' | 'other';

function kindOf(value: unknown): Kind {
  if (value instanceof Tensor) return 'tensor';
  if (ArrayBuffer.isView(value) && !types.isDataView(value)) return 'typed array';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object' && value !== null) return isPlain(value) ? 'object' : 'other';
  const type = typeof value;
  return type === 'number' || type === 'bigint' || type === 'boolean' || type === 'string' ? type : 'other';
}

/** A Map or a Date has no keys to go by; objects of one's own classes do. */
function isPlain(value: object): boolean {
  return !(Symbol.iterator in value) && Object.keys(value).length > 0;
}

function stackAlike(path: string, tensors: readonly Tensor[]): Tensor {
  const [{ shape }] = tensors;
  const differs = tensors.findIndex((t) => formatShape(t.shape) !== formatShape(shape));
  if (differs >= 0) {
    throw new ShapeError(
      `${sampleName(differs, path)} must have shape ${formatShape(shape)} like sample 0, got ${formatShape(tensors[differs].shape)}; pad them in a collate function`,
    );
  }
  return stack(tensors);
}

function collateArrays(path: string, arrays: readonly unknown[][], numberDType: DType): unknown[] {
  const { length } = arrays[0];
  const differs = arrays.findIndex((array) => array.length !== length);
  if (differs >= 0) {
    throw new ArgumentError(
      `${sampleName(differs, path)} must be an array of ${length} like sample 0, got one of ${arrays[differs].length}; pad them in a collate function`,
    );
  }
  return Array.from({ length }, (_, i) =>
    collate(
      `${path}[${i}]`,
      arrays.map((array) => array[i]),
      numberDType,
    ),
  );
}

function collateObjects(path: string, objects: readonly Record<string, unknown>[], numberDType: DType): unknown {
  const keys = Object.keys(objects[0]);
  for (const [i, object] of objects.entries()) {
    const own = Object.keys(object);
    if (own.length === keys.length && keys.every((key) => Object.hasOwn(object, key))) continue;
    throw new ArgumentError(
      `${sampleName(i, path)} must have the keys ${keys.join(', ')} like sample 0, got ${own.join(', ') || 'none'}`,
    );
  }
  return Object.fromEntries(
    keys.map((key) => [
      key,
      collate(
        `${path}.${key}`,
        objects.map((object) => object[key]),
        numberDType,
      ),
    ]),
  );
}
