import { ArgumentError, describe } from '../errors.js';
import { formatShape, type Shape } from '../tensor/shape.js';

/** An equation of `einsum`: a label for each dimension. Those of the ellipsis are '.0', '.1', … from the left. */
export interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

const ELLIPSIS = '...';

/** Letters and the ellipsis of one operand or of the output. */
function tokensOf(text: string, where: string): string[] {
  const tokens: string[] = [];
  for (let i = 0; i < text.length; ) {
    if (text.startsWith(ELLIPSIS, i)) {
      if (tokens.includes(ELLIPSIS)) throw new ArgumentError(`einsum: ${where} has two ellipses`);
      tokens.push(ELLIPSIS);
      i += ELLIPSIS.length;
    } else if (/[A-Za-z]/.test(text[i])) {
      tokens.push(text[i++]);
    } else {
      throw new ArgumentError(
        `einsum: ${where} holds ${JSON.stringify(text[i])}; an equation has letters, '...', ',' and '->'`,
      );
    }
  }
  return tokens;
}

/** A sort order in which capitals come before small letters. */
const byCode = (a: string, b: string) => (a < b ? -1 : 1);

/** @throws ArgumentError when the equation is malformed or does not fit the operands. */
export function parseEquation(equation: string, shapes: readonly Shape[]): Equation {
  const text = equation.replaceAll(/\s/g, '');
  const sides = text.split('->');
  if (sides.length > 2) throw new ArgumentError(`einsum: the equation has more than one '->'`);
  const parts = sides[0].split(',');
  if (parts.length !== shapes.length) {
    throw new ArgumentError(`einsum: the equation is for ${parts.length} operands, got ${shapes.length}`);
  }
  const tokens = parts.map((part, k) => tokensOf(part, `operand ${k}`));
  const spare = tokens.map((list, k) => spareDims(list, shapes[k], k));
  const most = Math.max(...spare);
  const ellipsis = (count: number) => Array.from({ length: count }, (_, i) => `.${most - count + i}`);
  const labelsOf = (list: readonly string[], count: number) =>
    list.flatMap((token) => (token === ELLIPSIS ? ellipsis(count) : [token]));
  const inputs = tokens.map((list, k) => labelsOf(list, spare[k]));
  if (sides.length === 1) {
    const all = inputs.flat().filter((label) => !label.startsWith('.'));
    const once = [...new Set(all)].filter((label) => all.indexOf(label) === all.lastIndexOf(label));
    return { inputs, output: [...ellipsis(most), ...once.sort(byCode)] };
  }
  return { inputs, output: checkOutput(tokensOf(sides[1], 'the output'), inputs, (list) => labelsOf(list, most)) };
}

/** How many dimensions the ellipsis stands for. */
function spareDims(tokens: readonly string[], shape: Shape, k: number): number {
  const hasEllipsis = tokens.includes(ELLIPSIS);
  const letters = tokens.length - (hasEllipsis ? 1 : 0);
  if (hasEllipsis ? shape.length >= letters : shape.length === letters) return shape.length - letters;
  throw new ArgumentError(
    `einsum: operand ${k} of shape ${formatShape(shape)} has ${shape.length} dimensions, the equation names ${hasEllipsis ? 'at least ' : ''}${letters}`,
  );
}

function checkOutput(
  tokens: readonly string[],
  inputs: readonly (readonly string[])[],
  expand: (tokens: readonly string[]) => string[],
): string[] {
  for (const [i, token] of tokens.entries()) {
    if (tokens.indexOf(token) !== i) throw new ArgumentError(`einsum: the output names '${token}' twice`);
    if (token !== ELLIPSIS && !inputs.some((labels) => labels.includes(token))) {
      throw new ArgumentError(`einsum: the output's '${token}' is in no operand`);
    }
  }
  return expand(tokens);
}

/** The dimensions of an operand, or of the output, as numbers; '...' stands for those that have none. */
export type Subscripts = readonly (number | '...')[];

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function lettersOf(list: unknown, where: string): string {
  if (!Array.isArray(list)) {
    throw new ArgumentError(`einsum: ${where} must be a list of numbers from 0 to 51 and '...', got ${describe(list)}`);
  }
  return list
    .map((entry: unknown) => {
      if (entry === ELLIPSIS) return ELLIPSIS;
      if (Number.isInteger(entry) && (entry as number) >= 0 && (entry as number) < letters.length) {
        return letters[entry as number];
      }
      throw new ArgumentError(`einsum: ${where} must hold numbers from 0 to 51 and '...', got ${describe(entry)}`);
    })
    .join('');
}

/** The equation that operands and their lists, one after the other, stand for; the last list may be the output's. */
export function equationOfLists(given: readonly unknown[]): { text: string; tensors: unknown[] } {
  const count = Math.floor(given.length / 2);
  const tensors = Array.from({ length: count }, (_, k) => given[2 * k]);
  const inputs = tensors.map((_, k) => lettersOf(given[2 * k + 1], `what follows operand ${k}`));
  if (count === 0) throw new ArgumentError('einsum: operand 0 must be followed by the list of its dimensions');
  const output = given.length % 2 === 1 ? `->${lettersOf(given[given.length - 1], 'the output')}` : '';
  return { text: inputs.join(',') + output, tensors };
}

/** Runs `einsum` so that its errors name dimensions by their numbers. */
export function withNumbers<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error) {
      error.message = error.message.replaceAll(/'([A-Za-z])'/g, (_, letter) => String(letters.indexOf(letter)));
    }
    throw error;
  }
}
