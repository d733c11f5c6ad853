// A word language model with the trainer: an LSTM reads on from batch to batch, whose state the step carries along, and
// perplexity is measured on text that it has not seen, beside a model that only counts words. Started by mpirun, each rank reads a part of
// the texts that are read side by side.
//
//     npm run example -- word_lm
//     mpirun -np 2 --bind-to none node build/examples/word_lm.js
import { manualSeed, metrics, nn, noGrad, optim, sampleTokens, type Tensor, Trainer, tensor, Vocabulary } from 'lutra';
import { DistributedDataParallel, getRank, getWorldSize, initProcessGroup } from 'lutra/distributed';
import { brownFiles } from './corpora/brown.js';

initProcessGroup();
const print = getRank() === 0 ? console.log : () => {};

// A fiftieth of the corpus shows how it works in seconds; a tenth takes minutes.
const isQuick = process.env.LUTRA_QUICK === '1';
const files = brownFiles(isQuick ? 50 : 10);
manualSeed(0);

const texts = files.map(({ sentences }) =>
  sentences.flatMap((s) => [...s.map(({ word }) => word.toLowerCase()), '<eos>']),
);
const held = texts.filter((_, k) => k % 10 === 9).flat();
const training = texts.filter((_, k) => k % 10 !== 9).flat();
const vocabulary = Vocabulary.fromTokens(training, { specials: ['<unk>'], unknownToken: '<unk>', minFrequency: 3 });

/** A text as some parts that are read side by side, cut into pieces of 32 words: what is read, and what comes next. Each rank has its parts. */
function pieces(words: string[], parts: number): { ids: Tensor; next: Tensor }[] {
  const length = Math.floor((words.length - 1) / parts);
  const ids = tensor(vocabulary.encode(words), { dtype: 'int32' });
  const own = parts / getWorldSize();
  const rows = (from: number) => ids.narrow(0, from, parts * length).reshape([parts, length]);
  const [read, next] = [0, 1].map((from) => rows(from).narrow(0, getRank() * own, own));
  return Array.from({ length: Math.ceil(length / 32) }, (_, k) => {
    const size = Math.min(32, length - 32 * k);
    return { ids: read.narrow(1, 32 * k, size).contiguous(), next: next.narrow(1, 32 * k, size).contiguous() };
  });
}

type State = [Tensor, Tensor];

class LanguageModel extends nn.Module {
  embedding = new nn.Embedding(vocabulary.size, 96);
  dropout = new nn.Dropout(0.3);
  lstm = new nn.LSTM(96, 128, { batchFirst: true });
  head = new nn.Linear(128, vocabulary.size);

  /** ids [parts, words]; scores of the words that may come next, [parts, words, vocabulary], and the state. */
  forward(ids: Tensor, state?: State): [Tensor, State] {
    const [output, next] = this.lstm.forward(this.dropout.forward(this.embedding.forward(ids)), state);
    return [this.head.forward(this.dropout.forward(output)), next];
  }
}

const model = new DistributedDataParallel(new LanguageModel());
const trainer = new Trainer<{ ids: Tensor; next: Tensor }>({
  model,
  optimizer: new optim.AdamW(model.parameters(), { lr: 5e-3 }),
  metrics: { perplexity: new metrics.Perplexity() },
  clipGradNorm: 1,
  step: ({ batch: { ids, next }, carry }) => {
    const [logits, [h, c]] = model.forward(ids, carry as State | undefined);
    const loss = nn.functional.crossEntropy(logits.reshape([-1, vocabulary.size]), next.reshape([-1]));
    return { loss, weight: next.numel, carry: [h.detach(), c.detach()] };
  },
});
const history = await trainer.fit(pieces(training, 20), {
  epochs: isQuick ? 3 : 6,
  validation: pieces(held, 10),
  keepBest: true,
  progress: false,
});
for (const { epoch, validation } of history.epochs) {
  print(`epoch ${epoch}  perplexity ${validation!.perplexity.toFixed(1)}`);
}

// What counting alone gives: the probability of each word wherever it stands.
const counts = new Float64Array(vocabulary.size).fill(1);
for (const id of vocabulary.encode(training)) counts[id]++;
const total = counts.reduce((a, b) => a + b, 0);
const ids = [...vocabulary.encode(held)];
const counted = Math.exp(-ids.reduce((sum, id) => sum + Math.log(counts[id] / total), 0) / ids.length);
print(`counting words: perplexity ${counted.toFixed(1)}`);

// Goes on, word by word, from the state that it has.
model.eval();
const words = noGrad(() => {
  let [id, state]: [number, State | undefined] = [vocabulary.lookupIndex('the'), undefined];
  return Array.from({ length: 15 }, () => {
    const [logits, next] = model.forward(tensor([[id]], { dtype: 'int32' }), state);
    state = next;
    id = sampleTokens(logits.reshape([1, -1]), { temperature: 0.7, topK: 20 }).item();
    return vocabulary.lookupToken(id);
  });
});
print(`the ${words.join(' ')}`);
