import { ArgumentError, describe, StateDictError } from '../errors.js';
import { Module } from '../nn/module.js';
import type { StateDict } from '../nn/state_dict.js';
import { broadcast } from './collectives.js';
import { DistributedDataParallel } from './data_parallel.js';
import { getRank } from './process_group.js';
import type { ShardedTable } from './sharded_embedding.js';
import { gatherState, shardedTables } from './whole_state.js';

/** The model itself, and its sharded tables by the names of their weights. */
function partsOf(op: string, module: unknown): { model: Module; tables: Map<string, ShardedTable> } {
  if (!(module instanceof Module)) throw new ArgumentError(`${op}: module must be a Module, got ${describe(module)}`);
  const model: Module = module instanceof DistributedDataParallel ? module.module : module;
  return { model, tables: shardedTables(model) };
}

/**
 * The state dict of the same model with ordinary tables in place of the sharded ones, on rank 0; null on the others. Every rank calls
 * it. What it gives can be loaded without `lutra/distributed`, and by any number of ranks.
 */
export function fullStateDict(module: Module): StateDict | null {
  return gatherState(partsOf('fullStateDict', module).model);
}

/**
 * Loads what `fullStateDict` gave, or an ordinary model's state dict, that rank 0 has; what the other ranks give is not looked at. Every rank
 * calls it.
 * @throws StateDictError on rank 0, which ends the job, for a state that does not fit
 */
export function loadFullStateDict(module: Module, state: Readonly<StateDict> | null): void {
  const op = 'loadFullStateDict';
  const { model, tables } = partsOf(op, module);
  const own = model.stateDict();
  if (getRank() === 0) {
    if (typeof state !== 'object' || state === null) {
      throw new ArgumentError(`${op}: rank 0 must give a state dict, got ${describe(state)}`);
    }
    const missing = [...tables.keys()].filter((name) => !Object.hasOwn(state, name));
    if (missing.length > 0) throw new StateDictError(`${op}: the state dict lacks ${missing.join(', ')}`);
    const rest = Object.entries(state).filter(([name]) => !tables.has(name));
    const kept = [...tables.keys()].map((name) => [name, own[name]]);
    model.loadStateDict(Object.fromEntries([...rest, ...kept]));
  }
  for (const [name, table] of tables) table.loadTable(state?.[name] ?? null);
  for (const [name, tensor] of Object.entries(own)) if (!tables.has(name)) broadcast(tensor);
}
