import { describe, expect, test } from 'vitest';
import {
  DataLoader,
  Generator,
  getRngState,
  IterableDataset,
  manualSeed,
  RandomSampler,
  SequentialSampler,
  StateDictError,
  setRngState,
} from '../../lib/index.js';
import { numbers } from './seeded.js';

/** The batches of two passes, as lists. */
function passes(loader: DataLoader<number>): number[][][] {
  return [0, 1].map(() => [...loader].map((batch) => batch.tolist() as number[]));
}

describe('a loader', () => {
  test.each([1, 3, 4, 5])('goes on after batch %i in another one, with what the global generator gives', (given) => {
    const make = () => new DataLoader(numbers(17), { batchSize: 4, shuffle: true });
    manualSeed(6);
    const expected = passes(make());
    manualSeed(6);
    const first = make();
    const iterator = first[Symbol.iterator]();
    const seen = Array.from({ length: given }, () => iterator.next().value!.tolist());
    const [state, random] = [first.stateDict(), getRngState()];
    manualSeed(99);
    const second = make();
    second.loadStateDict(state);
    setRngState(random);
    // A state that was loaded is the state until the next iteration begins.
    expect(second.stateDict()).toEqual(state);
    const [rest, next] = passes(second);
    expect([...seen, ...rest]).toEqual(expected[0]);
    expect(next).toEqual(expected[1]);
  });

  test('between two passes begins the next', () => {
    const make = () => new DataLoader(numbers(6), { batchSize: 4, shuffle: true, seed: 3 });
    const [, expected] = passes(make());
    const first = make();
    for (const _ of first);
    const second = make();
    second.loadStateDict(first.stateDict());
    expect([...second].map((batch) => batch.tolist())).toEqual(expected);
  });

  test('asks a dataset that can only be iterated where it is, if that can say so', () => {
    let read = 0;
    class Counting extends IterableDataset<number> {
      next = 0;
      *[Symbol.iterator]() {
        for (; this.next < 10; read++) yield this.next++;
        this.next = 0;
      }
      stateDict() {
        return { next: this.next };
      }
      loadStateDict(state: { next?: unknown }) {
        this.next = state.next as number;
      }
    }
    const first = new DataLoader(new Counting(), { batchSize: 4 });
    const iterator = first[Symbol.iterator]();
    iterator.next();
    const second = new DataLoader(new Counting(), { batchSize: 4 });
    second.loadStateDict(first.stateDict());
    read = 0;
    expect([...second].map((batch) => batch.tolist())).toEqual([
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(read).toBe(6);
  });
});

describe('what is no state of theirs', () => {
  test.each([
    ['nothing', undefined, /DataLoader.loadStateDict: state must be an object, as stateDict\(\) gives, got nothing/],
    ['an empty object', {}, /DataLoader.loadStateDict: the state has no 'batches'/],
  ])('%s is refused by loaders', (_, state, message) => {
    expect(() => new DataLoader([1]).loadStateDict(state as never)).toThrow(message);
  });

  test('a state of another kind is refused, and changes nothing', () => {
    const seeded = new DataLoader(numbers(5), { shuffle: true, seed: 1 });
    expect(() => new DataLoader(numbers(5), { shuffle: true }).loadStateDict(seeded.stateDict())).toThrow(
      /the state's loader has a generator of its own, this one has none/,
    );
    const sampler = new RandomSampler(numbers(5), { generator: new Generator(1) });
    expect(() => sampler.loadStateDict({ generator: 5, order: null })).toThrow(StateDictError);
    expect(() => sampler.loadStateDict({ generator: null, order: null })).toThrow(/has none, this one has a generator/);
    expect([...sampler]).toEqual([...new RandomSampler(numbers(5), { generator: new Generator(1) })]);
    expect(() => new SequentialSampler(numbers(5)).loadStateDict({ next: -1 })).toThrow(
      /SequentialSampler.loadStateDict: next must be an integer of at least 0, got -1/,
    );
  });
});
