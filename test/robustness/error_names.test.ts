import { describe, expect, it } from 'vitest';
import * as lutra from '../../lib/index.js';
import { smallRandom } from '../io/files_of_bytes.js';

const { nn, randn, tensor, zeros, Tensor } = lutra;

// biome-ignore lint/suspicious/noExplicitAny: everything is called with anything.
type Anything = any;

const junk: readonly unknown[] = [
  ...[undefined, null, Number.NaN, -1, 1.5, 2 ** 40, Number.POSITIVE_INFINITY, 'x', true, {}, { foo: 1 }, [], 10n],
  ...[[[1], [1, 2]], [undefined], [null], () => 1, Symbol('s'), new Float32Array(2), new Int32Array([0, 1])],
  ...[0, 1, 2, [0, 1], ':', new nn.Linear(2, 2)],
];

/** Tensors of all kinds, anew: some calls write into them. */
const tensors = () => [
  zeros([0]),
  zeros([2]),
  randn([2, 3]),
  tensor([[5, -7]], { dtype: 'int32' }),
  tensor([true, false]),
  randn([2, 2]).half(),
  tensor(1),
  randn([2, 2, 2], { dtype: 'float64' }),
  randn([3, 2]).t(),
  zeros([1]).expand(3),
  tensor([3, 4], { dtype: 'uint8' }),
  randn([2, 3], { requiresGrad: true }),
  randn([2, 2], { requiresGrad: true }).mul(2),
];

type Random = ReturnType<typeof smallRandom>;

/** Numbers that depend on the name alone: what is added elsewhere does not change them. */
const randomFor = (name: string): Random =>
  smallRandom([...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 65521, 7));
const oneOf = <T>(random: Random, list: readonly T[]): T => list[random(list.length)];
const typed = new Set(Object.keys(lutra).filter((name) => name.endsWith('Error')));

/** Functions that are described by another name on purpose, or that run what the user gave them. */
const otherName: { readonly [called: string]: readonly string[] } = {
  // `var` can't be a function's name.
  variance: ['var'],
  setRngState: ['setState'],
  requiresGrad_: ['requiresGrad'],
  asTensor: ['tensor'],
  randLike: ['rand'],
  randnLike: ['randn'],
  normal: ['normal_'],
};
/** What is wrong with an error: it is of no class of the library's, or speaks in the name of something else. */
function complaintOf(name: string, error: unknown): string | null {
  const { name: kind, message, stack } = error as Error;
  if (!typed.has(kind)) return `${name}: ${stack}`;
  const said = /^([\w.]+): /.exec(message)?.[1];
  if (message.startsWith('out of memory') || said === name) return null;
  return otherName[name]?.includes(String(said)) ? null : `${name} says: ${message}`;
}

/** The same of the error that a call throws, or that its promise is rejected with. */
async function complaint(name: string, call: () => unknown): Promise<string | null> {
  try {
    const result = call();
    if (result instanceof Promise) await result;
    return null;
  } catch (error) {
    return complaintOf(name, error);
  }
}

const rounds = 40;

describe('an error speaks in the name of what was called', () => {
  it('by every method of a tensor', async () => {
    const found = new Set<string | null>();
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))) {
      if (typeof value !== 'function' || ['constructor', 'toString'].includes(name)) continue;
      const random = randomFor(name);
      for (let i = 0; i < rounds; i++) {
        const self = oneOf(random, tensors()) as Anything;
        const args = Array.from({ length: random(4) }, () =>
          random(3) ? oneOf(random, junk) : oneOf(random, tensors()),
        );
        found.add(await complaint(name, () => self[name](...args)));
      }
    }
    found.delete(null);
    expect([...found]).toEqual([]);
  });

  it('by every function', async () => {
    const found = new Set<string | null>();
    const { emitWarning } = process;
    process.emitWarning = () => {};
    const spaces = [lutra, nn.functional, nn.init, nn.utils, nn.utils.rnn];
    const files = /^(load|save)|^setNumThreads$/;
    for (const [name, call] of spaces.flatMap((space) => Object.entries(space as Anything))) {
      if (typeof call !== 'function' || /^[A-Z]/.test(name) || files.test(name)) continue;
      const random = randomFor(name);
      for (let i = 0; i < rounds; i++) {
        const args = Array.from({ length: random(5) }, () =>
          random(2) ? oneOf(random, junk) : oneOf(random, tensors()),
        );
        found.add(await complaint(name, () => (call as Anything)(...args)));
      }
    }
    process.emitWarning = emitWarning;
    found.delete(null);
    expect([...found]).toEqual([]);
  });
});
