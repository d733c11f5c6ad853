import { describe, FileFormatError } from '../../errors.js';
import { formatShape } from '../../tensor/shape.js';
import type { Budget } from '../budget.js';
import { elementTypes } from '../element_types.js';
import {
  KnownGlobal,
  PickledComplex,
  PickledDict,
  PickledSet,
  PickledSparse,
  PickledTensor,
  PickledTuple,
  Unreadable,
} from './pickled.js';
import { PickledStorage } from './storages.js';
import { dtypeBytes, remedyFor, storageDtypes, torchTypes } from './torch_types.js';

/** Copies cost about so much an entry. */
const entryCost = 100;

const mostDimensions = 64;

/** PyTorch's names for how numbers are quantized. */
const schemes = [
  'per_tensor_affine',
  'per_tensor_symmetric',
  'per_channel_affine',
  'per_channel_symmetric',
  'per_channel_affine_float_qparams',
];

/** What a pickle may refer to, by 'module name': all that PyTorch's own safe mode allows, and what becomes of it. */
export function knownGlobals(source: string, budget: Budget): Map<string, unknown> {
  return new Rebuilder(source, budget).globals();
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

class Rebuilder {
  private readonly source: string;
  private readonly budget: Budget;

  constructor(source: string, budget: Budget) {
    this.source = source;
    this.budget = budget;
  }

  globals(): Map<string, unknown> {
    const known = new Map<string, unknown>();
    const add = (name: string, call: KnownGlobal['call'] = null) => known.set(name, new KnownGlobal(name, call));
    for (const kind of Object.keys(storageDtypes)) add(`torch ${kind}`);
    add('torch.storage UntypedStorage');
    for (const dtype of Object.keys(torchTypes)) known.set(`torch ${dtype}`, dtype);
    for (const scheme of schemes) known.set(`torch ${scheme}`, scheme);
    for (const name of ['torch Tensor', 'torch.nn.parameter Parameter', 'torch.nn.parameter Buffer']) add(name);
    add('collections OrderedDict', (args) => this.dict(args));
    add('collections Counter', (args) => this.dict(args));
    add('torch Size', ([items]) => (items instanceof PickledTuple ? items : this.fail('torch.Size takes a tuple')));
    add('torch device', (args) => this.device(args));
    add('torch.serialization _get_layout', ([name]) => String(name).replace(/^torch\./, ''));
    add('_codecs encode', (args) => this.bytes(args));
    add('builtins bytes', (args) => this.bytes(args));
    add('builtins bytearray', (args) => this.bytes(args));
    add('builtins set', (args) => this.set(args));
    add('builtins frozenset', (args) => this.set(args));
    add('builtins complex', (args) => this.complex(args));
    this.addTensors(add);
    return known;
  }

  private addTensors(add: (name: string, call: KnownGlobal['call']) => void): void {
    const utils = (name: string, call: KnownGlobal['call']) => add(`torch._utils ${name}`, call);
    utils('_rebuild_tensor', ([storage, offset, size, stride]) => this.tensor([storage, offset, size, stride, false]));
    utils('_rebuild_tensor_v2', ([storage, offset, size, stride, requiresGrad, , metadata]) =>
      this.tensor([storage, offset, size, stride, requiresGrad, null, metadata]),
    );
    utils('_rebuild_tensor_v3', ([storage, offset, size, stride, requiresGrad, , dtype, metadata]) =>
      this.tensor([storage, offset, size, stride, requiresGrad, dtype, metadata]),
    );
    utils('_rebuild_parameter', (args) => this.parameter(args));
    utils('_rebuild_parameter_with_state', (args) => this.parameter(args));
    utils('_rebuild_sparse_tensor', (args) => this.sparse(args));
    utils('_rebuild_device_tensor_from_cpu_tensor', ([data, , , requiresGrad]) => this.parameter([data, requiresGrad]));
    const kinds: Record<string, [kind: string, remedy: string]> = {
      _rebuild_qtensor: ['a quantized tensor', 'save its dequantize()'],
      _rebuild_nested_tensor: ['a nested tensor', 'save what its unbind() gives'],
      _rebuild_meta_tensor_no_storage: ['a tensor on the meta device, without values', 'save it from another device'],
      _rebuild_wrapper_subclass: ['a tensor of a class of its own', 'save a plain tensor'],
      _rebuild_device_tensor_from_numpy: ['a tensor held as a NumPy array', 'save its cpu()'],
    };
    for (const [name, [kind, remedy]] of Object.entries(kinds)) {
      utils(name, (args) => unrepresentable(name === '_rebuild_qtensor' ? quantizedKind(args, kind) : kind, remedy));
    }
    add('torch._tensor _rebuild_from_type_v2', ([func, , args]) => {
      if (!(func instanceof KnownGlobal) || func.call === null || !(args instanceof PickledTuple)) {
        return this.fail('the pickle describes a tensor in a way that is not understood');
      }
      return args.items.find((item) => item instanceof Unreadable) ?? func.call(args.items);
    });
  }

  private fail(what: string): never {
    throw new FileFormatError(`${this.source}: ${what}`);
  }

  private dict(args: readonly unknown[]): PickledDict {
    const dict = new PickledDict();
    const [content] = args;
    if (content instanceof PickledDict) {
      this.budget.spend(entryCost * content.size);
      for (const [i, key] of content.keys.entries()) dict.add(key, content.values[i]);
    } else if (args.length > 0 && !Array.isArray(content)) {
      this.fail('a dictionary is made from what is no list of pairs');
    }
    const pairs = Array.isArray(content) ? content : [];
    this.budget.spend(entryCost * pairs.length);
    for (const pair of pairs) {
      const items = pair instanceof PickledTuple ? pair.items : pair;
      if (!Array.isArray(items) || items.length !== 2) this.fail('a dictionary is made from what is no list of pairs');
      dict.add(items[0], items[1]);
    }
    return dict;
  }

  private set([content = []]: readonly unknown[]): PickledSet {
    const items = content instanceof PickledTuple ? content.items : content;
    if (!Array.isArray(items)) return this.fail('a set is made from what is no list');
    const set = new PickledSet();
    this.budget.spend(entryCost * items.length);
    for (const item of items) set.items.push(item);
    return set;
  }

  /** Protocol 2 writes bytes as the string of their values, and what encodes it. */
  private bytes([content, encoding]: readonly unknown[]): Uint8Array | Unreadable {
    if (content === undefined) return new Uint8Array(0);
    if (content instanceof Uint8Array) {
      this.budget.spend(content.byteLength);
      return Uint8Array.from(content);
    }
    const isLatin1 = typeof encoding === 'string' && /^(latin[-_]?1|iso-?8859-1)$/i.test(encoding);
    if (typeof content !== 'string') return this.fail('bytes are made from what is no string');
    if (!isLatin1) return unrepresentable(`bytes in the encoding ${describe(encoding)}`, 'save a string');
    this.budget.spend(content.length);
    for (let i = 0; i < content.length; i++) if (content.charCodeAt(i) > 255) this.fail('a byte is beyond 255');
    return Uint8Array.from(Buffer.from(content, 'latin1'));
  }

  private device(args: readonly unknown[]): string {
    const parts = args.filter((part) => part !== null);
    const understood = parts.every((part) => typeof part === 'string' || typeof part === 'number');
    return understood ? parts.join(':') : this.fail('a device is made from what is no name');
  }

  private complex([real, imag]: readonly unknown[]): PickledComplex {
    if (typeof real !== 'number' || typeof imag !== 'number')
      return this.fail('a complex number is made from no numbers');
    return new PickledComplex(real, imag);
  }

  /** @param args storage, offset, size, stride, whether it requires a gradient, dtype unless the storage has one, flags */
  private tensor(args: readonly unknown[]): PickledTensor | Unreadable {
    const [pickled, first, size, stride, requiresGrad, own, flags] = args;
    const shape = size instanceof PickledTuple ? size.items : null;
    const steps = stride instanceof PickledTuple ? stride.items : null;
    const understood =
      pickled instanceof PickledStorage && isCount(first) && shape?.every(isCount) && steps?.every(isCount);
    if (!understood || shape.length !== steps.length || shape.length > mostDimensions) {
      return this.fail('the pickle describes a tensor in a way that is not understood');
    }
    const dtype = typeof own === 'string' ? own : pickled.dtype;
    const type = dtype === null || !Object.hasOwn(torchTypes, dtype) ? undefined : torchTypes[dtype];
    if (dtype === null || type === undefined) return this.fail('the pickle has a tensor without a dtype');
    if (type === null)
      return unrepresentable(`a ${dtype} tensor of shape ${formatShape(shape as number[])}`, remedyFor(dtype));
    const flag = flags instanceof PickledDict ? flags.keys[flags.values.indexOf(true)] : undefined;
    if (flag !== undefined) {
      return unrepresentable(
        `a lazily ${flag === 'neg' ? 'negated' : 'conjugated'} view`,
        'save its resolve_neg() or resolve_conj()',
      );
    }
    const shapes = { shape: shape as number[], strides: steps as number[] };
    return this.window(pickled, type, first, shapes, requiresGrad === true);
  }

  private window(
    storage: PickledStorage,
    type: string,
    offset: number,
    { shape, strides }: { shape: number[]; strides: number[] },
    requiresGrad: boolean,
  ): PickledTensor {
    const width = elementTypes[type].bits / 8;
    const own = dtypeBytes(storage.dtype);
    const elements = Math.floor((storage.count * own) / width);
    const last = shape.includes(0) ? offset - 1 : shape.reduce((at, n, dim) => at + (n - 1) * strides[dim], offset);
    const size = shape.reduce((n, s) => n * Math.max(s, 1), 1);
    if (!(last < elements && offset <= elements) || !Number.isSafeInteger(size)) {
      this.fail(
        `a tensor of shape ${formatShape(shape)} with strides ${formatShape(strides)} from element ${offset} on does not fit its storage of ${elements}`,
      );
    }
    const inWhole = (storage.offset * own) / width;
    if (!Number.isInteger(inWhole)) this.fail('the pickle describes a tensor in a way that is not understood');
    const window = { storage, type, offset: inWhole + offset, shape: shape.slice(), strides: strides.slice() };
    return new PickledTensor(window, requiresGrad);
  }

  private parameter([data, requiresGrad]: readonly unknown[]): unknown {
    if (data instanceof PickledSparse) return data;
    if (!(data instanceof PickledTensor)) return this.fail('a parameter is made from what is no tensor');
    return new PickledTensor(data.window, requiresGrad === true);
  }

  private sparse([layout, data]: readonly unknown[]): PickledSparse | Unreadable {
    const [indices, values, size, coalesced] = data instanceof PickledTuple ? data.items : [];
    const parts = data instanceof PickledTuple ? data.items : [];
    const unreadable = parts.find((part) => part instanceof Unreadable);
    if (unreadable instanceof Unreadable) return unreadable;
    const kind = `a sparse tensor of layout ${typeof layout === 'string' ? layout.slice(0, 40) : 'unknown'}`;
    if (layout !== 'sparse_coo') return unrepresentable(kind, 'save its to_dense()');
    const shape = size instanceof PickledTuple ? size.items : null;
    if (!(indices instanceof PickledTensor) || !(values instanceof PickledTensor) || !shape?.every(isCount)) {
      return this.fail('the pickle describes a sparse tensor in a way that is not understood');
    }
    const { window } = values;
    const byRows = indices.window.shape.length === 2 && indices.window.shape[0] === 1;
    if (!byRows || (window.type !== 'F32' && window.type !== 'F64')) {
      return unrepresentable(`${kind}, sparse in other than its rows or not float32 or float64`, 'save its to_dense()');
    }
    return new PickledSparse(indices, values, shape as number[], coalesced === true);
  }
}

function unrepresentable(kind: string, remedy: string): Unreadable {
  return new Unreadable(`is ${kind}, which can't be represented here`, remedy);
}

function quantizedKind([storage, , size]: readonly unknown[], kind: string): string {
  const dtype = storage instanceof PickledStorage ? storage.dtype : null;
  const shape =
    size instanceof PickledTuple && size.items.every(isCount) ? ` of shape ${formatShape(size.items as number[])}` : '';
  return `${kind}${dtype === null ? '' : ` (${dtype})`}${shape}`;
}
