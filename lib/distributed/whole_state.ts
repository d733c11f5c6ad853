import type { Module } from '../nn/module.js';
import type { StateDict } from '../nn/state_dict.js';
import { getRank } from './process_group.js';
import { ShardedTable } from './sharded_embedding.js';

/** A model's sharded tables by the names of their weights. */
export function shardedTables(model: Module): Map<string, ShardedTable> {
  const tables = new Map<string, ShardedTable>();
  for (const [path, each] of model.namedModules()) {
    if (each instanceof ShardedTable) tables.set(path === '' ? 'weight' : `${path}.weight`, each);
  }
  return tables;
}

/** The model's state with whole tables, on rank 0; null on the others. Every rank calls it. */
export function gatherState(model: Module): StateDict | null {
  const state = model.stateDict();
  for (const [name, table] of shardedTables(model)) {
    const whole = table.gatherTable();
    if (whole !== null) state[name] = whole;
  }
  return getRank() === 0 ? state : null;
}
