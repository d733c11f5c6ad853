import { KeyedVectors, tensor } from '../../lib/index.js';

const names = ['river', 'street', 'apple', 'monday'];

/** Words in four groups, a corner of space for each: `river0`, `street0`, `apple0`, `monday0`, `river1`, … */
export function groupedVectors(count: number, dim = 8): KeyedVectors {
  const words = Array.from({ length: count }, (_, k) => `${names[k % 4]}${Math.floor(k / 4)}`);
  // A generator of its own: the picture is the same each time.
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const rows = words.map((_, k) => Array.from({ length: dim }, (_, j) => (j === k % 4 ? 3 : 0) + random()));
  return new KeyedVectors(words, tensor(rows));
}
