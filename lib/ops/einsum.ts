import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { formatShape, numelOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { mul } from './arithmetic.js';
import { type Equation, equationOfLists, parseEquation, type Subscripts, withNumbers } from './einsum_equation.js';
import { matmul } from './matmul.js';
import { checkDense, toComputing } from './operands.js';
import { sum } from './reduction.js';
import { reshape } from './reshape.js';
import { diagonal, permute, squeeze, unsqueeze } from './view.js';

/** A tensor with a label for each dimension, all different. */
interface Term {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** Labels that a tensor repeats become one dimension, their diagonal. */
function withoutRepeats(tensor: Tensor, labels: readonly string[], k: number): Term {
  let x = tensor;
  const names = labels.slice();
  for (;;) {
    const second = names.findIndex((label, i) => names.indexOf(label) !== i);
    if (second < 0) return { tensor: x, labels: names };
    const first = names.indexOf(names[second]);
    if (x.shape[first] !== x.shape[second]) {
      throw new ShapeError(
        `einsum: '${names[first]}' is repeated for operand ${k} of shape ${formatShape(tensor.shape)}, whose sizes ${x.shape[first]} and ${x.shape[second]} differ`,
      );
    }
    const rest = names.map((_, i) => i).filter((i) => i !== first && i !== second);
    const label = names[first];
    x = diagonal(permute(x, [first, second, ...rest]));
    names.splice(0, names.length, ...rest.map((i) => names[i]), label);
  }
}

/** The size of each label. @throws ShapeError where two operands give it different sizes, neither of them 1. */
function sizesOf(terms: readonly Term[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [k, { tensor, labels }] of terms.entries()) {
    for (const [i, label] of labels.entries()) {
      const size = tensor.shape[i];
      const known = sizes.get(label);
      if (known !== undefined && known !== size && known !== 1 && size !== 1) {
        const name = label.startsWith('.') ? 'a dimension of the ellipsis' : `'${label}'`;
        throw new ShapeError(`einsum: ${name} has size ${size} in operand ${k} and ${known} in an operand before it`);
      }
      if (known === undefined || known === 1) sizes.set(label, size);
    }
  }
  return sizes;
}

/** Drops dimensions of size 1 that broadcast: what lacks a label is repeated along it anyway. */
function withoutBroadcast({ tensor, labels }: Term, sizes: Map<string, number>): Term {
  let x = tensor;
  const names = labels.slice();
  for (let i = names.length - 1; i >= 0; i--) {
    if (x.shape[i] !== 1 || sizes.get(names[i]) === 1) continue;
    x = squeeze(x, i);
    names.splice(i, 1);
  }
  return { tensor: x, labels: names };
}

/** Sums over the labels that nobody else has. */
function summed({ tensor, labels }: Term, wanted: ReadonlySet<string>): Term {
  const dims = labels.map((_, i) => i).filter((i) => !wanted.has(labels[i]));
  if (dims.length === 0) return { tensor, labels };
  return { tensor: sum(tensor, dims), labels: labels.filter((label) => wanted.has(label)) };
}

/** The tensor with its dimensions in the order of `labels`; of size 1 where it has none. */
function arranged({ tensor, labels: own }: Term, labels: readonly string[]): Tensor {
  const order = labels.filter((label) => own.includes(label)).map((label) => own.indexOf(label));
  let x = order.every((from, to) => from === to) ? tensor : permute(tensor, order);
  for (const [i, label] of labels.entries()) if (!own.includes(label)) x = unsqueeze(x, i);
  return x;
}

/** The product of two terms, summed over the labels that both have and nobody else wants. */
function contracted(a: Term, b: Term, wanted: ReadonlySet<string>, sizes: Map<string, number>): Term {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => wanted.has(label));
  const inner = shared.filter((label) => !wanted.has(label));
  const left = a.labels.filter((label) => !shared.includes(label));
  const right = b.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...left, ...right];
  if (inner.length === 0) return { tensor: mul(arranged(a, labels), arranged(b, labels)), labels };
  if (a.tensor.dtype === 'bool') throw new DTypeError('einsum: sums of products are not defined for bool tensors');
  const sizesOfAll = (names: readonly string[]) => names.map((label) => sizes.get(label) as number);
  const stacks = batch.length === 0 ? [] : [numelOf(sizesOfAll(batch))];
  const [M, K, N] = [left, inner, right].map((names) => numelOf(sizesOfAll(names)));
  const rows = reshape(arranged(a, [...batch, ...left, ...inner]), [...stacks, M, K]);
  const columns = reshape(arranged(b, [...batch, ...inner, ...right]), [...stacks, K, N]);
  return { tensor: reshape(matmul(rows, columns), sizesOfAll(labels)), labels };
}

/** Which two terms to multiply next: those whose product is smallest beside what it replaces. */
function nextPair(terms: readonly Term[], output: readonly string[], sizes: Map<string, number>): [number, number] {
  let best: [number, number] = [0, 1];
  let least = Number.POSITIVE_INFINITY;
  if (terms.length === 2) return best;
  for (let i = 0; i < terms.length; i++) {
    for (let j = i + 1; j < terms.length; j++) {
      const wanted = wantedBy(terms, output, i, j);
      const labels = new Set([...terms[i].labels, ...terms[j].labels]);
      const kept = [...labels].filter((label) => wanted.has(label));
      const growth = numelOf(kept.map((label) => sizes.get(label) as number));
      const cost = growth - terms[i].tensor.numel - terms[j].tensor.numel;
      if (cost < least) [best, least] = [[i, j], cost];
    }
  }
  return best;
}

/** The labels of the output and of all terms but two. */
function wantedBy(terms: readonly Term[], output: readonly string[], i: number, j: number): Set<string> {
  const wanted = new Set(output);
  for (const [k, { labels }] of terms.entries()) {
    if (k !== i && k !== j) for (const label of labels) wanted.add(label);
  }
  return wanted;
}

/**
 * Sums of products by Einstein's convention, as `torch.einsum`: `einsum('bij,bjk->bik', a, b)`.
 *
 * A letter names a dimension; operands are separated by commas. Dimensions of one letter are multiplied with each other;
 * letters that the output lacks are summed over. A letter twice in one operand takes the diagonal; `...` stands for the
 * dimensions that no letter names, which broadcast. Without `->` the output has the ellipsis first, then the letters that
 * occur once, in alphabetical order, capitals first. Sizes of 1 broadcast. Products with sums are matrix products; of more
 * than two operands those are multiplied first whose product is smallest.
 *
 * Instead of an equation each operand may be followed by a list of numbers from 0 to 51 (and '...'), and the last by a list for
 * the output: `einsum(a, [0, 1], b, [1, 2], [0, 2])`.
 *
 * @throws ArgumentError for an equation that does not parse or fit; ShapeError for sizes that differ; DTypeError unless all
 * operands have one dtype.
 */
export function einsum(equation: string, ...operands: (Tensor | readonly Tensor[])[]): Tensor;
export function einsum(operand: Tensor, subscripts: Subscripts, ...more: (Tensor | Subscripts)[]): Tensor;
export function einsum(equation: string | Tensor, ...operands: (Tensor | readonly Tensor[] | Subscripts)[]): Tensor {
  if (equation instanceof Tensor) {
    const { text, tensors } = equationOfLists([equation, ...operands]);
    return withNumbers(() => einsum(text, ...(tensors as Tensor[])));
  }
  if (typeof equation !== 'string') {
    throw new ArgumentError(`einsum: equation must be a string, got ${describe(equation)}`);
  }
  const list = (operands.length === 1 && Array.isArray(operands[0]) ? operands[0] : operands) as readonly unknown[];
  if (list.length === 0) throw new ArgumentError('einsum: needs at least one operand');
  const tensors = list.map((operand, k) => toComputing(checkDense('einsum', `operand ${k}`, operand)));
  for (const [k, x] of tensors.entries()) {
    if (x.dtype === tensors[0].dtype) continue;
    throw new DTypeError(`einsum: operand ${k} must be ${tensors[0].dtype} like the first, got ${x.dtype}`);
  }
  const { inputs, output }: Equation = parseEquation(
    equation,
    tensors.map((x) => x.shape),
  );
  const found = tensors.map((x, k) => withoutRepeats(x, inputs[k], k));
  const sizes = sizesOf(found);
  const broadcast = found.map((term) => withoutBroadcast(term, sizes));
  let terms = broadcast.map((term, k) => summed(term, wantedBy(broadcast, output, k, k)));
  while (terms.length > 1) {
    const [i, j] = nextPair(terms, output, sizes);
    const product = contracted(terms[i], terms[j], wantedBy(terms, output, i, j), sizes);
    terms = [product, ...terms.filter((_, k) => k !== i && k !== j)];
  }
  return arranged(terms[0], output);
}
