import { ArgumentError, describe, FileFormatError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';

/** Values without their tensors, which lie beside them by name. */
export interface PackedTree {
  readonly json: string;
  readonly tensors: Map<string, Tensor>;
}

/** Typed arrays that a tensor can hold as they are. */
const arrayKinds = { Float32Array, Float64Array, Int32Array, Uint8Array } as const;
type ArrayKind = keyof typeof arrayKinds;

/**
 * Packs plain values (objects, lists, Maps, Sets, strings, numbers of every kind, bigints, typed arrays, tensors) so that
 * `unpackTree` gives back the same: what JSON can't say is written as an object with the key `$`.
 *
 * @param what names the value in messages
 * @throws ArgumentError naming the place of what can't be packed: functions, objects of classes
 */
export function packTree(what: string, value: unknown): PackedTree {
  const tensors = new Map<string, Tensor>();
  const place = (path: string, tensor: Tensor): string => {
    let name = path === '' ? 'value' : path;
    while (tensors.has(name)) name = `${name}_`;
    tensors.set(name, tensor);
    return name;
  };
  const json = JSON.stringify(pack(what, '', value, place));
  return { json, tensors };
}

type Place = (path: string, tensor: Tensor) => string;

function pack(what: string, path: string, value: unknown, place: Place): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: 'number', is: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { $: 'bigint', is: String(value) };
    case 'undefined':
      return { $: 'undefined' };
    case 'object':
      if (value !== null) return packObject(what, path, value, place);
      return null;
    default:
      throw new ArgumentError(`${what}: ${path || 'the value'} is ${describe(value)}, which can't be stored`);
  }
}

function packObject(what: string, path: string, value: object, place: Place): unknown {
  const inside = (key: string | number, item: unknown) =>
    pack(what, path === '' ? String(key) : `${path}.${key}`, item, place);
  if (value instanceof Tensor) {
    if (value.isSparse) throw new ArgumentError(`${what}: ${path} is a row-sparse gradient, which can't be stored`);
    return { $: 'tensor', at: place(path, value.detach()) };
  }
  if (ArrayBuffer.isView(value)) {
    const kind = value.constructor.name as ArrayKind;
    if (!Object.hasOwn(arrayKinds, kind)) {
      throw new ArgumentError(`${what}: ${path || 'the value'} is ${describe(value)}, which can't be stored`);
    }
    const { length } = value as Float32Array;
    // A copy, since a tensor begins where its buffer does.
    return { $: kind, at: place(path, Tensor.wrap((value as Float32Array).slice(), [length], dtypeOf[kind])) };
  }
  if (Array.isArray(value)) return value.map((item, i) => inside(i, item));
  if (value instanceof Map) {
    return { $: 'map', is: [...value].map(([key, item], i) => [inside(`${i}.key`, key), inside(i, item)]) };
  }
  if (value instanceof Set) return { $: 'set', is: [...value].map((item, i) => inside(i, item)) };
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new ArgumentError(`${what}: ${path || 'the value'} is ${describe(value)}, which can't be stored`);
  }
  const entries = Object.entries(value).map(([key, item]) => [key, inside(key, item)] as const);
  return Object.hasOwn(value, '$') || Object.hasOwn(value, '__proto__')
    ? { $: 'object', is: entries }
    : Object.fromEntries(entries);
}

const dtypeOf = { Float32Array: 'float32', Float64Array: 'float64', Int32Array: 'int32', Uint8Array: 'uint8' } as const;

/** @throws FileFormatError where it is nothing that `packTree` made */
export function unpackTree(source: string, { json, tensors }: PackedTree): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new FileFormatError(`${source}: its state is no JSON: ${(error as Error).message}`, { cause: error });
  }
  return unpack(source, parsed, tensors);
}

function unpack(source: string, value: unknown, tensors: ReadonlyMap<string, Tensor>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const inside = (item: unknown) => unpack(source, item, tensors);
  if (Array.isArray(value)) return value.map(inside);
  if (!Object.hasOwn(value, '$')) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item)]));
  }
  const { $: kind, is, at } = value as { $: unknown; is?: unknown; at?: unknown };
  const list = Array.isArray(is) ? is : null;
  if (kind === 'tensor' || Object.hasOwn(arrayKinds, String(kind))) {
    const tensor = tensors.get(String(at));
    if (tensor === undefined) throw new FileFormatError(`${source}: its state names a tensor ${at}, which it lacks`);
    return kind === 'tensor' ? tensor : tensor.data;
  }
  if (kind === 'undefined') return undefined;
  if (kind === 'number') return Number(is);
  if (kind === 'bigint' && /^-?\d+$/.test(String(is))) return BigInt(String(is));
  if (kind === 'map' && list !== null) return new Map(list.map(([key, item]) => [inside(key), inside(item)]));
  if (kind === 'set' && list !== null) return new Set(list.map(inside));
  if (kind === 'object' && list !== null) return Object.fromEntries(list.map(([key, item]) => [key, inside(item)]));
  throw new FileFormatError(`${source}: its state holds ${describe(kind)}, which this version does not know`);
}
