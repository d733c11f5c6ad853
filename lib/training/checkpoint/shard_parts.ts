import { basename } from 'node:path';
import { StateDictError } from '../../errors.js';
import type { StateDict } from '../../nn/state_dict.js';
import type { Optimizer } from '../../optim/optimizer.js';
import { contiguousStrides } from '../../tensor/shape.js';
import { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import type { ShardedParameter } from '../ranks.js';
import { type CheckpointContent, readCheckpoint } from './checkpoint_file.js';

/** What a checkpoint says of its parts. */
export interface PartFacts {
  /** How many ranks have written one. */
  readonly size: number;
  /** Which the parts have too: one that another training left under the same name is not taken for this one's. */
  readonly id: number;
}

/** Tensors by where they belong in a checkpoint: `model`, `average`, `best`, and the states of the optimizer's parameters by their numbers. */
type Groups = { [group: string]: { [name: string]: Tensor } };

/** The file of a rank's part of a checkpoint. */
export function partPath(path: string, rank: number, size: number): string {
  return path.replace(/\.safetensors$/, `.part-${rank + 1}-of-${size}.safetensors`);
}

interface Content {
  model: StateDict;
  state: {
    average: StateDict | null;
    best: StateDict | null;
    optimizer: { state: { state: { [parameter: string]: { [name: string]: unknown } } } };
    parts?: PartFacts;
  };
}

/** A place of a checkpoint where rows of a sharded table are. */
interface Place {
  readonly group: string;
  readonly name: string;
  readonly holder: { [name: string]: unknown };
  readonly shard: ShardedParameter;
}

/** @param rowsOf how many rows what belongs to a table has there */
function placesOf(
  { model, state }: Content,
  shards: readonly ShardedParameter[],
  optimizer: Optimizer,
  rowsOf: (shard: ShardedParameter) => number,
): Place[] {
  const numbers = parametersOf(optimizer);
  const groups = Object.entries({ model, average: state.average, best: state.best });
  return shards.flatMap((shard) => {
    const isOfRows = (value: unknown) => value instanceof Tensor && value.ndim > 0 && value.shape[0] === rowsOf(shard);
    const { name } = shard;
    const named = groups.flatMap(([group, holder]) =>
      holder !== null && isOfRows(holder[name]) ? [{ group, name, holder, shard }] : [],
    );
    const number = String(numbers.indexOf(shard.weight));
    const holder = state.optimizer.state.state[number] ?? {};
    const rows = Object.keys(holder).filter((entry) => isOfRows(holder[entry]));
    return [...named, ...rows.map((entry) => ({ group: `optimizer.${number}`, name: entry, holder, shard }))];
  });
}

const parametersOf = (optimizer: Optimizer): Tensor[] => optimizer.paramGroups.flatMap(({ params }) => params);

/** A copy of a checkpoint's content as far as `placesOf` goes into it. */
function opened({ model, state }: CheckpointContent): Content {
  const { average, best, optimizer, ...rest } = state as unknown as Content['state'];
  const states = Object.entries(optimizer.state.state).map(([number, own]) => [number, { ...own }]);
  return {
    model: { ...model },
    state: {
      ...rest,
      average: average === null ? null : { ...average },
      best: best === null ? null : { ...best },
      optimizer: { ...optimizer, state: { ...optimizer.state, state: Object.fromEntries(states) } },
    },
  };
}

/** Takes a rank's rows of sharded tables, and what the optimizer has of each, out of a checkpoint's content. */
export function splitParts(
  content: CheckpointContent,
  shards: readonly ShardedParameter[],
  optimizer: Optimizer,
  facts: PartFacts,
): { main: CheckpointContent; part: CheckpointContent } {
  const groups: Groups = {};
  const main = opened(content);
  main.state.parts = facts;
  for (const { group, name, holder } of placesOf(main, shards, optimizer, ({ weight }) => weight.shape[0])) {
    groups[group] ??= {};
    groups[group][name] = holder[name] as Tensor;
    delete holder[name];
  }
  const part = { model: {}, state: { id: facts.id, groups } };
  return { main: main as unknown as CheckpointContent, part };
}

/**
 * Gives a checkpoint's content this rank's rows of sharded tables, from the parts of as many ranks as there were, or from what one rank
 * alone had.
 * @throws StateDictError where a part is missing or another checkpoint's
 */
export function joinParts(
  path: string,
  content: CheckpointContent,
  optimizer: Optimizer,
  { shards, rank, size }: { shards: readonly ShardedParameter[]; rank: number; size: number },
): CheckpointContent {
  if (shards.length === 0) return content;
  const whole = opened(content);
  const { parts } = whole.state;
  if (parts === undefined && size === 1) return content;
  if (parts === undefined) {
    for (const { name, holder, shard } of placesOf(whole, shards, optimizer, ({ rows }) => rows)) {
      const all = holder[name] as Tensor;
      const own = ownRows(all, shard.weight);
      shard.takeRows(own, all, 0, 1);
      holder[name] = own;
    }
    return whole as unknown as CheckpointContent;
  }
  // As many ranks as before have what they had.
  const from = parts.size === size ? [rank] : Array.from({ length: parts.size }, (_, r) => r);
  for (const r of from) {
    const file = partPath(path, r, parts.size);
    const part = readCheckpoint(file).state as unknown as { id: number; groups: Groups };
    if (part.id !== parts.id) throw new StateDictError(`${basename(file)} is a part of another checkpoint`);
    takePart(whole, part.groups, optimizer, shards, r, parts.size);
  }
  return whole as unknown as CheckpointContent;
}

function takePart(
  { model, state }: Content,
  groups: Groups,
  optimizer: Optimizer,
  shards: readonly ShardedParameter[],
  rank: number,
  size: number,
): void {
  const numbers = parametersOf(optimizer);
  for (const [group, tensors] of Object.entries(groups)) {
    const number = /^optimizer\.(\d+)$/.exec(group)?.[1];
    const named: { [group: string]: { [name: string]: unknown } | null } = {
      model,
      average: state.average,
      best: state.best,
    };
    const holder = number === undefined ? named[group] : state.optimizer.state.state[number];
    for (const [name, tensor] of Object.entries(tensors)) {
      const shard = shards.find((each) =>
        number === undefined ? each.name === name : each.weight === numbers[Number(number)],
      );
      if (shard === undefined) throw new StateDictError(`it is of another model: it has a part of '${name}'`);
      if (!holder) continue;
      holder[name] ??= ownRows(tensor, shard.weight);
      shard.takeRows(holder[name] as Tensor, tensor, rank, size);
    }
  }
}

/** Room for this rank's rows of what others have rows of. */
function ownRows({ dtype, shape }: Tensor, weight: Tensor): Tensor {
  const own = [weight.shape[0], ...shape.slice(1)];
  const count = own.reduce((a, b) => a * b, 1);
  return new Tensor(Storage.lasting(dtype, count), own, contiguousStrides(own), 0);
}
