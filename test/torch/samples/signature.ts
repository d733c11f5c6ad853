import type { Value } from './read.js';

/**
 * How a call of PyTorch's is written here. `input.sum(dim, {keepdim, dtype})` reads: PyTorch's parameters are input,
 * dim, keepdim and dtype, in this order; here it is a method of the first, with dim by position and the others in one
 * trailing object, in camelCase. `...shape` spreads a list and `[tensors]` collects one; `{unbiased: correction}` gives an option another name;
 * `{*}` takes every keyword; `low=0` says what PyTorch fills in; `F.` is nn.functional.
 */
export interface Signature {
  /** The name in the package. */
  name: string;
  space: 'method' | 'function' | 'functional';
  /** By position: the parameter's name in PyTorch. */
  positional: { parameter: string; spread: boolean; collect: boolean; filledIn?: number }[];
  /** By name: the option's name here, the parameter's in PyTorch. */
  options: { name: string; parameter: string }[];
  /** Every other keyword is an option, too. */
  open: boolean;
  /** PyTorch's parameters by position. */
  order: string[];
  /** The same for calls with exactly so many. */
  shorter?: string[];
}

export function camelCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function words(list: string | undefined): string[] {
  return (list ?? '').split(',').flatMap((word) => word.trim() || []);
}

/**
 * @param order PyTorch's parameters by position, where they are not in the order of the text.
 * @param shorter The same for calls with as many arguments as it names.
 */
export function parseSignature(text: string, order?: string, shorter?: string): Signature {
  const match = /^(input\.|F\.)?(\w+)\(([^{]*?),?\s*(?:\{(.*)\})?\)$/.exec(text);
  if (!match) throw new Error(`no signature: ${text}`);
  const [, prefix, name, before, braces] = match;
  const positional: Signature['positional'] = words(before).map((word) => {
    const [parameter, filledIn] = word.replace(/^\.\.\.|[[\]]/g, '').split('=');
    const [spread, collect] = [word.startsWith('...'), word.startsWith('[')];
    return { parameter, spread, collect, filledIn: filledIn ? Number(filledIn) : undefined };
  });
  const options = words(braces)
    .filter((word) => word !== '*')
    .map((word) => {
      const [first, second] = word.split(/:\s*/);
      return { name: camelCase(first), parameter: second ?? first };
    });
  if (prefix === 'input.') positional.unshift({ parameter: 'input', spread: false, collect: false });
  return {
    name,
    space: prefix === 'input.' ? 'method' : prefix === 'F.' ? 'functional' : 'function',
    positional,
    options,
    open: words(braces).includes('*'),
    order: order?.split(' ') ?? [...positional, ...options].map(({ parameter }) => parameter),
    shorter: shorter?.split(' '),
  };
}

/** PyTorch's arguments by the names of its parameters; null when there are more than the signature has. */
function byName(signature: Signature, args: Value[], kwargs: Record<string, Value>): Map<string, Value> | null {
  const { positional, shorter } = signature;
  const order = args.length === shorter?.length ? shorter : signature.order;
  const given = new Map<string, Value>();
  const last = positional.at(-1);
  for (const [i, value] of args.entries()) {
    if (last?.collect && i >= order.indexOf(last.parameter)) {
      given.set(last.parameter, [...((given.get(last.parameter) as Value[] | undefined) ?? []), value]);
    } else if (i < order.length) given.set(order[i], value);
    else if (last?.spread && order.at(-1) === last.parameter) {
      const list = given.get(last.parameter)!;
      given.set(last.parameter, i === order.length ? [list, value] : [...(list as Value[]), value]);
    } else return null;
  }
  for (const [name, value] of Object.entries(kwargs)) given.set(name, value);
  return given;
}

/** The arguments of Lutra's call; null where the signature has no place for one of PyTorch's. */
export function argumentsFor(signature: Signature, args: Value[], kwargs: Record<string, Value>): unknown[] | null {
  const given = byName(signature, args, kwargs);
  if (given === null) return null;
  const take = (parameter: string) => {
    const value = given.get(parameter);
    given.delete(parameter);
    return value;
  };
  const list: unknown[] = [];
  for (const { parameter, spread, filledIn } of signature.positional) {
    const value = take(parameter);
    if (!spread) list.push(value ?? filledIn);
    else if (value !== undefined) list.push(...(Array.isArray(value) ? value : [value]));
  }
  const options: Record<string, unknown> = {};
  const more = signature.open ? [...given.keys()].map((name) => ({ name: camelCase(name), parameter: name })) : [];
  for (const { name, parameter } of [...signature.options, ...more]) {
    const value = take(parameter);
    if (value !== undefined && value !== null) options[name] = value;
  }
  if ([...given.values()].some((value) => value !== null)) return null;
  if (Object.keys(options).length > 0) return [...list, options];
  while (list.length > 0 && list.at(-1) === undefined) list.pop();
  return list;
}
