// Contextual embeddings: a small Transformer encoder learns to guess a hidden word from the words around it. Afterwards
// "bank" has one vector in the table, but a vector of its own in every sentence.
import { manualSeed, nn, noGrad, optim, type Tensor, tensor, Vocabulary } from 'lutra';

manualSeed(0);
const sentences = [
  'the otter sat on the bank of the river',
  'the otter swam to the bank of the lake',
  'a fish hid near the bank of the river',
  'she put money in the bank in the town',
  'he took money from the bank in the town',
  'the clerk counted money at the bank in town',
].map((sentence) => sentence.split(' '));
const length = Math.max(...sentences.map((words) => words.length));
const vocabulary = Vocabulary.fromTokens(sentences, { specials: ['<pad>', '<mask>'], sort: 'insertion' });
const pad = vocabulary.lookupIndex('<pad>');
const mask = vocabulary.lookupIndex('<mask>');
const rows = sentences.map((words) => {
  const ids = [...vocabulary.encode(words)];
  return [...ids, ...new Array<number>(length - ids.length).fill(pad)];
});

class ContextualEncoder extends nn.Module {
  embedding = new nn.Embedding(vocabulary.size, 32, { paddingIdx: pad });
  positions = new nn.PositionalEncoding(32, { maxLen: length, batchFirst: true });
  encoder = new nn.TransformerEncoder(
    new nn.TransformerEncoderLayer(32, 4, { dimFeedforward: 64, batchFirst: true, activation: 'gelu' }),
    2,
  );
  head = new nn.Linear(32, vocabulary.size);

  /** ids: (batch, length); returns the words' vectors in their sentence, (batch, length, 32). */
  forward(ids: Tensor): Tensor {
    const x = this.positions.forward(this.embedding.forward(ids));
    return this.encoder.forward(x, { srcKeyPaddingMask: ids.eq(pad) });
  }
}

const model = new ContextualEncoder();
const optimizer = new optim.Adam(model.parameters(), { lr: 3e-3 });
const criterion = new nn.CrossEntropyLoss({ ignoreIndex: pad });

// Each step hides one place of every sentence and asks for the word there.
for (let step = 0; step < 300; step++) {
  const hidden = step % length;
  const shown = rows.map((row) => row.map((id, place) => (place === hidden && id !== pad ? mask : id)));
  const goal = rows.map((row) => row[hidden]);
  optimizer.zeroGrad();
  const vectors = model.forward(tensor(shown, { dtype: 'int32' }));
  const loss = criterion.forward(model.head.forward(vectors.select(1, hidden)), tensor(goal, { dtype: 'int32' }));
  loss.backward();
  optimizer.step();
  if ((step + 1) % 60 === 0) console.log(`step ${step + 1}  loss ${loss.item().toFixed(4)}`);
}

model.eval();
noGrad(() => {
  const vectors = model.forward(tensor(rows, { dtype: 'int32' }));
  const banks = sentences.map((words, i) => vectors.select(0, i).select(0, words.indexOf('bank')));
  const cosine = (a: Tensor, b: Tensor) =>
    a.mul(b).sum().item() / Math.sqrt(a.square().sum().item() * b.square().sum().item());
  console.log('\nhow alike the vectors of "bank" are, sentence by sentence:');
  for (const [i, a] of banks.entries()) {
    const row = banks.map((b) => cosine(a, b).toFixed(2).padStart(6)).join('');
    console.log(`${row}   ${sentences[i].join(' ')}`);
  }
});
