import { Generator } from '../calls/generator.js';
import { CorpusError } from '../errors.js';
import { randperm } from '../ops/random.js';

/** Which samples are for training, and which for validation. */
export interface Parts {
  readonly training: number[];
  readonly validation: number[];
}

/**
 * Keeps a share of the samples of each group for validation, drawn by a seed; of every group at least one stays in training.
 * @param groups the group of each sample, such as its label
 * @throws CorpusError where nothing is left for one of them
 */
export function splitByGroup(name: string, groups: readonly string[], share: number, seed: number): Parts {
  const byGroup = new Map<string, number[]>();
  for (const [k, group] of groups.entries()) {
    const own = byGroup.get(group);
    if (own === undefined) byGroup.set(group, [k]);
    else own.push(k);
  }
  const generator = new Generator(seed);
  const isHeld = new Uint8Array(groups.length);
  let owed = 0;
  for (const own of byGroup.values()) {
    // What rounding takes from one group the next one gets.
    owed += share * own.length;
    const count = Math.min(Math.round(owed), own.length - 1);
    owed -= count;
    for (const place of shuffled(own.length, generator).slice(0, count)) isHeld[own[place]] = 1;
  }
  const training: number[] = [];
  const validation: number[] = [];
  for (let k = 0; k < groups.length; k++) (isHeld[k] === 1 ? validation : training).push(k);
  if (training.length === 0 || validation.length === 0) {
    throw new CorpusError(
      `${name} is too small to keep ${(100 * share).toFixed(0)} % of it for validation: it has ${groups.length} samples; give more data, or a file by --validation`,
    );
  }
  return { training, validation };
}

function shuffled(count: number, generator: Generator): number[] {
  const order = randperm(count, { generator });
  return Array.from({ length: count }, (_, k) => Number(order.storage.array[order.offset + k]));
}
