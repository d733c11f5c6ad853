// The exchange of a table of 10⁹ rows among 64 ranks, or of another one: npx tsc -p tsconfig.bench.json && node
// build/bench/distributed/simulate_exchange.js [--rows N] [--dim N] [--ranks N] [--ids N] [--exponent X] [--replicated N] [--seed N].
import { parseArgs } from 'node:util';
import { exchangeSize, type Spread } from './exchange_size.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000000' },
    dim: { type: 'string', default: '128' },
    ranks: { type: 'string', default: '64' },
    ids: { type: 'string', default: '204800' },
    exponent: { type: 'string', default: '1.05' },
    replicated: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});
const [rows, dim, ranks, ids, replicated, seed] = (['rows', 'dim', 'ranks', 'ids', 'replicated', 'seed'] as const).map(
  (name) => Number(values[name]),
);
const exponent = Number(values.exponent);

type ShardsModule = {
  Shards: new (op: string, rows: number, size: number, sharding: string) => { owner(row: number): number };
};
const { Shards } = (await import(new URL('../../lib/distributed/shards.js', import.meta.url).href)) as ShardsModule;

const million = (x: number) => (x / 1e6).toFixed(2);
const thousand = (x: number) => (x / 1e3).toFixed(1);
const cells = ({ mean, max, imbalance }: Spread, show: (x: number) => string) =>
  `${show(mean).padStart(9)} ${show(max).padStart(9)} ${imbalance.toFixed(2).padStart(6)}`;
const print = (line: string) => process.stdout.write(`${line}\n`);

print(
  `${rows} rows × ${dim}, ${ranks} ranks, ${ids} ids a rank and step, exponent ${exponent}, ${replicated} rows replicated`,
);
print(`${''.padEnd(32)}      mean       max  max/mean`);
for (const sharding of ['hashed', 'ranges']) {
  const owners = new Shards('simulate', rows, ranks, sharding);
  const size = exchangeSize({ rows, dim, ranks, ids, exponent, replicated, seed, owners });
  print(`${sharding}: distinct rows (thousands)`.padEnd(32) + cells(size.distinct, thousand));
  print(`${sharding}: asked for (thousands)`.padEnd(32) + cells(size.asked, thousand));
  print(`${sharding}: sent (MB)`.padEnd(32) + cells(size.sent, million));
  print(`${sharding}: received (MB)`.padEnd(32) + cells(size.received, million));
  print(`${sharding}: rows updated, all ranks (thousands) ${thousand(size.updated)}`);
}
