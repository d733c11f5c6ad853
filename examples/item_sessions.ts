// Items that are bought together: sessions are sentences, items words. Neighbours say what goes with an item.
import { Word2Vec } from 'lutra';

// A shop with departments. Most visits are to one of them; what everybody buys, bags, says nothing about the rest.
const departments = {
  camping: ['tent', 'stove', 'lantern', 'sleeping bag', 'mattress', 'rucksack', 'compass', 'boots'],
  kitchen: ['pan', 'knife', 'whisk', 'oven dish', 'apron', 'scales', 'kettle', 'board'],
  garden: ['spade', 'rake', 'hose', 'seeds', 'gloves', 'pot', 'shears', 'compost'],
  desk: ['pen', 'notebook', 'lamp', 'stapler', 'folder', 'ruler', 'ink', 'calendar'],
};
const names = Object.keys(departments) as (keyof typeof departments)[];

let state = 2024;
const draw = (n: number) => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >> 8) % n;
};

/** What one customer put into the basket. A session is a list of items, so that names may have spaces. */
function session(): string[] {
  const items = departments[names[draw(names.length)]];
  const basket = Array.from({ length: 3 + draw(5) }, () => items[draw(items.length)]);
  if (draw(5) === 0) basket.push(departments[names[draw(names.length)]][draw(8)]);
  if (draw(2) === 0) basket.push('bag');
  return basket;
}

// A window as long as a session: all of its items belong together. An exponent below 0 draws rare items as negatives, too, which suits
// items (Caselles-Dupré et al. 2018, "Word2vec applied to Recommendation").
const model = await Word2Vec.train(Array.from({ length: 5000 }, session), {
  sg: true,
  vectorSize: 24,
  window: 10,
  minCount: 5,
  sample: 1e-2,
  nsExponent: -0.5,
  alpha: 0.05,
  epochs: 10,
  deterministic: true,
});

const { wv } = model;
console.log(`${wv.size} items, vectors of ${wv.vectorSize} numbers`);
for (const item of ['tent', 'whisk', 'spade']) {
  const near = wv.mostSimilar(item, { topn: 4 }).map(({ key, similarity }) => `${key} ${similarity.toFixed(2)}`);
  console.log(`with ${item.padEnd(6)} go ${near.join(', ')}`);
}

// What goes with all that is in a basket: the neighbours of its mean.
const basket = ['tent', 'boots', 'pan'];
const next = wv.mostSimilar(basket, { topn: 3 }).map(({ key }) => key);
console.log(`to ${basket.join(', ')} one might add ${next.join(', ')}`);

// A new season brings items that nobody had bought before; the others keep their vectors.
const before = wv.vector('whisk');
const camper = () => ['hammock', ...Array.from({ length: 4 }, () => departments.camping[draw(8)])];
const fresh = Array.from({ length: 2000 }, (_, k) => (k % 4 === 0 ? camper() : session()));
await model.continueTraining(fresh, { epochs: 10, alpha: 0.025 });
const season = model.wv.mostSimilar('hammock', { topn: 3 }).map(({ key }) => key);
console.log(`with hammock, which is new, go ${season.join(', ')}`);
console.log(`whisk is still near itself: ${model.wv.similarity('whisk', before).toFixed(2)}`);
