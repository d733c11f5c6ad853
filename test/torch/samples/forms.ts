import * as lutra from '../../../lib/index.js';
import { Tensor } from '../../../lib/index.js';
import { parseSignature, type Signature } from './signature.js';

/** A row of counterparts.json, the call alone or with what is particular about it. */
export type Row =
  | string
  | {
      call: string;
      /** The function's call, where it is not the method's with the tensor first. */
      function?: string;
      /** PyTorch's parameters by position, where they are not in the call's order. */
      order?: string;
      /** The same for a call with as many arguments as this names, by position. */
      shorter?: string;
      /** The second argument is Python's subscript. */
      subscript?: boolean;
      /** It takes contiguous tensors alone. */
      contiguous?: boolean;
    };

/** A way to call an operation: a method, a function of the package or of nn.functional. */
export interface Form {
  text: string;
  signature: Signature;
  /** Writes into its tensor. */
  inPlace: boolean;
  /** The second argument is Python's subscript. */
  subscript: boolean;
  /** Tensors are laid out with strides; which memory the results lie in is not asked. */
  strided: boolean;
  call(args: unknown[]): unknown;
}

type Functions = Record<string, unknown>;
type Callable = (...args: unknown[]) => unknown;

const functions = lutra as unknown as Functions;
const functional = lutra.nn.functional as unknown as Functions;
const methods = Tensor.prototype as unknown as Functions;

function methodForm(signature: Signature, name: string): Form | null {
  const property = Object.getOwnPropertyDescriptor(Tensor.prototype, name);
  if (property === undefined) return null;
  const { get } = property;
  const call = ([input, ...rest]: unknown[]) =>
    get ? get.call(input) : (methods[name] as Callable).apply(input, rest);
  return { text: `x.${name}`, signature, inPlace: name.endsWith('_'), subscript: false, strided: false, call };
}

/** Exports whose name is by chance that of an operation which the package has as a method alone. */
const others: readonly unknown[] = [lutra.view];

function functionForm(signature: Signature, space: Functions, prefix: string): Form | null {
  const found = space[signature.name];
  if (others.includes(found)) return null;
  if (typeof found !== 'function' || (space === functional && functions[signature.name] === found)) return null;
  return {
    text: prefix + signature.name,
    signature,
    inPlace: false,
    subscript: false,
    strided: false,
    call: (args) => found(...args),
  };
}

/** Every form of a row's call that the package has, and the same with tensors that are not contiguous. */
export function formsOf(row: Row): Form[] {
  const {
    call,
    function: other,
    order,
    shorter,
    subscript = false,
    contiguous = false,
  } = typeof row === 'string' ? { call: row } : row;
  const signature = parseSignature(call, order, shorter);
  const asFunction = other === undefined ? signature : parseSignature(other, order ?? signature.order.join(' '));
  const { name } = signature;
  const takesInput = signature.positional[0]?.parameter === 'input' && !signature.positional[0].spread;
  const forms = [
    takesInput ? methodForm(signature, name) : null,
    takesInput && !name.endsWith('_') ? methodForm(signature, `${name}_`) : null,
    functionForm(asFunction, functions, ''),
    functionForm(asFunction, functional, 'nn.functional.'),
  ].filter((form) => form !== null);
  const strided = contiguous ? [] : forms.map((form) => ({ ...form, text: `${form.text}, strided,`, strided: true }));
  return [...forms, ...strided].map((form) => ({ ...form, subscript }));
}
