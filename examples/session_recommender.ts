// What will be looked at next? A GRU reads what a session has looked at so far. It is compared with what needs no learning:
// the most popular items, and those that most often came after the last one.
//
//     npm run example -- session_recommender
import { DataLoader, Generator, manualSeed, metrics, nn, optim, rand, type Tensor, Trainer, tensor } from 'lutra';

const isQuick = process.env.LUTRA_QUICK === '1';
manualSeed(0);

// Sessions are made up, of what real ones are made of: people work on projects that need items in an order; the same item
// belongs to several projects, so that the last one alone says little; some are popular; and people look at other things.
const [items, projects, count] = isQuick ? [200, 60, 2000] : [500, 150, 12_000];
const generator = new Generator(7);
const random = () => rand([1], { generator }).item();
/** Small numbers are more likely: popular items. */
const popular = () => Math.floor(items * random() ** 2);
const plans = Array.from({ length: projects }, () => Array.from({ length: 10 }, popular));

function makeSession(): number[] {
  const plan = plans[Math.floor(projects * random())];
  const from = Math.floor(4 * random());
  return plan.slice(from, from + 6 + Math.floor(5 * random())).map((item) => (random() < 0.15 ? popular() : item));
}

const sessions = Array.from({ length: count }, makeSession);
const test = sessions.splice(0, Math.floor(count / 10));

class Recommender extends nn.Module {
  items = new nn.Embedding(items, 64);
  dropout = new nn.Dropout(0.2);
  gru = new nn.GRU(64, 96);
  head = new nn.Linear(96, items);

  /** Scores of all items for each place of the packed sessions. */
  forward(sessions: nn.utils.rnn.PackedSequence): Tensor {
    const x = this.dropout.forward(this.items.forward(sessions.data));
    const [output] = this.gru.forward(sessions.withData(x));
    return this.head.forward(this.dropout.forward(output.data));
  }
}

/** Sessions without their last item, and at each place the item that came next. */
function collate(batch: number[][]): [nn.utils.rnn.PackedSequence, Tensor] {
  const pack = (lists: number[][]) =>
    nn.utils.rnn.packSequence(
      lists.map((list) => tensor(list, { dtype: 'int32' })),
      { enforceSorted: false },
    );
  return [pack(batch.map((session) => session.slice(0, -1))), pack(batch.map((session) => session.slice(1))).data];
}

const ranking = () => ({
  recall: new metrics.RecallAtK({ k: 10 }),
  ndcg: new metrics.Ndcg({ k: 10 }),
  mrr: new metrics.Mrr(),
});
const model = new Recommender();
const trainer = new Trainer({
  model,
  loss: new nn.CrossEntropyLoss(),
  optimizer: new optim.Adam(model.parameters(), { lr: 3e-3 }),
  metrics: ranking(),
});
await trainer.fit(new DataLoader(sessions, { batchSize: 64, shuffle: true, seed: 0, collate }), {
  epochs: isQuick ? 8 : 10,
  progress: false,
});
const learned = await trainer.evaluate(new DataLoader(test, { batchSize: 128, collate }));

// The same measures for scores that are only counted.
const [popularity, after] = [new Float32Array(items), Array.from({ length: items }, () => new Float32Array(items))];
for (const session of sessions) {
  for (const [i, item] of session.entries()) {
    popularity[item]++;
    if (i > 0) after[session[i - 1]][item]++;
  }
}

function measure(scoresAfter: (item: number) => Float32Array): Record<string, number> {
  const measures = ranking();
  for (const session of test) {
    const rows = session.slice(0, -1).map((item) => [...scoresAfter(item)]);
    const batch = { output: tensor(rows), target: tensor(session.slice(1), { dtype: 'int32' }), loss: 0, weight: 1 };
    for (const metric of Object.values(measures)) metric.update(batch);
  }
  return Object.fromEntries(Object.entries(measures).map(([name, metric]) => [name, metric.compute()]));
}

const line = (name: string, { recall, ndcg, mrr }: Record<string, number>) =>
  `${name.padEnd(16)} recall@10 ${recall.toFixed(3)}   NDCG@10 ${ndcg.toFixed(3)}   MRR ${mrr.toFixed(3)}`;
console.log(`${sessions.length} sessions over ${items} items, ${test.length} for the test`);
console.log(
  line(
    'popularity',
    measure(() => popularity),
  ),
);
console.log(
  line(
    'item to item',
    measure((item) => after[item].map((n, i) => n + popularity[i] / 1e6)),
  ),
);
console.log(line('GRU', learned));
