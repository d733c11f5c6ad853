// What a table of embeddings looks like: its first hundred rows as a heat map with a bar of colours, as image and page.
//
//     npm run example -- embedding_heat_map
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed, nn, plots } from 'lutra';

manualSeed(0);
const embedding = new nn.Embedding(10_000, 100);
const figure = plots.heatMap(embedding.weight.narrow(0, 0, 100), {
  title: 'The first 100 rows of Embedding(10000, 100)',
  xLabel: 'dimension',
  yLabel: 'row',
  colorLabel: 'weight',
});
console.log(figure.toText({ columns: 72 }));

const folder = mkdtempSync(join(tmpdir(), 'lutra-pictures-'));
for (const name of ['rows.png', 'rows.html']) {
  await figure.save(join(folder, name));
  console.log(`${join(folder, name)}: ${Math.round(statSync(join(folder, name)).size / 1000)} kB`);
}
