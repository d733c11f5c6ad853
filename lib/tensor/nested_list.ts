import { ValueError } from '../errors.js';
import { checkHeap, longestList } from './heap.js';
import type { Shape } from './shape.js';

/** Nested arrays of numbers (or booleans), as `tolist` gives them. */
export type NestedList = number | boolean | NestedList[];

/**
 * The elements in row-major order as nested lists of a shape; for no dimensions the element itself.
 * @throws ValueError when lists of this size would not fit into V8's heap.
 */
export function nestedList(op: string, shape: Shape, numel: number, at: (i: number) => number | boolean): NestedList {
  let lists = 1;
  let rows = 1;
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] > longestList) {
      throw new ValueError(`${op}: a list of ${shape[i]} is longer than the ${longestList} that are safe; use data`);
    }
    lists += rows;
    rows *= shape[i];
  }
  checkHeap(op, numel, lists);
  let next = 0;
  const build = (dim: number): NestedList => {
    if (dim === shape.length) return at(next++);
    const list: NestedList[] = [];
    for (let i = 0; i < shape[dim]; i++) list.push(build(dim + 1));
    return list;
  };
  return build(0);
}
