import type { Turns } from './turns.js';

/** Items that are sorted before the event loop may have its turn. */
const run = 1 << 13;

/** The items in order, equals as they came; the event loop has its turns meanwhile. May change the list that is given. */
export async function sortedInTurns<T>(items: T[], compare: (a: T, b: T) => number, turns: Turns): Promise<T[]> {
  if (items.length <= run) return items.sort(compare);
  let from: T[] = [];
  for (let begin = 0; begin < items.length; begin += run) {
    for (const item of items.slice(begin, begin + run).sort(compare)) from.push(item);
    await turns.next();
  }
  let to = items;
  for (let width = run; width < items.length; width *= 2) {
    for (let begin = 0; begin < items.length; begin += 2 * width) {
      const [middle, end] = [Math.min(begin + width, items.length), Math.min(begin + 2 * width, items.length)];
      let [left, right] = [begin, middle];
      for (let at = begin; at < end; at++) {
        const takesLeft = right === end || (left < middle && compare(from[left], from[right]) <= 0);
        to[at] = takesLeft ? from[left++] : from[right++];
        if (at % run === 0) await turns.next();
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
