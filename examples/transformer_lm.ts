// A decoder-only Transformer trained on a text, character by character, then asked to continue it.
//
//     npm run example -- transformer_lm [book.txt] [steps]
import { readFileSync } from 'node:fs';
import { arange, continueTokens, manualSeed, nn, optim, randint, type Tensor, tensor, Vocabulary } from 'lutra';

const shortText = `the young otter swims down the cold river. she dives under the ice and comes up with a silver fish.
her cubs wait on the bank and call for her. when the sun goes down the otters sleep in a warm den under old roots.
in the morning the river is quiet. the otter slides over the snow, shakes the water from her fur and looks for crabs
along the shore. people who walk by the river seldom see her: she hears them coming and is gone before they come.
`;

manualSeed(0);
const [book, steps = '300'] = process.argv.slice(2);
const text = book === undefined ? shortText : readFileSync(book, 'utf8');
const vocabulary = Vocabulary.fromTokens([...text], { sort: 'alphabetical' });
const ids = vocabulary.encode([...text]);
const [contextLength, batchSize, modelDim] = [64, 16, 64];

class LanguageModel extends nn.Module {
  embedding: nn.Embedding;
  positions: nn.LearnedPositionalEncoding;
  decoder: nn.TransformerEncoder;
  head: nn.Linear;

  constructor(vocabSize: number) {
    super();
    this.embedding = new nn.Embedding(vocabSize, modelDim);
    this.positions = new nn.LearnedPositionalEncoding(modelDim, { maxLen: contextLength, batchFirst: true });
    const layer = new nn.TransformerEncoderLayer(modelDim, 4, {
      dimFeedforward: 4 * modelDim,
      dropout: 0.1,
      activation: 'gelu',
      batchFirst: true,
      normFirst: true,
    });
    this.decoder = new nn.TransformerEncoder(layer, 2, { norm: new nn.LayerNorm(modelDim) });
    this.head = new nn.Linear(modelDim, vocabSize, { bias: false });
    // One matrix serves both ends: it is trained once and saved under both names.
    this.head.weight = this.embedding.weight;
    nn.init.normal_(this.embedding.weight, 0, 0.1);
    nn.init.normal_(this.positions.weight, 0, 0.1);
  }

  /** tokens: (batch, length); returns (batch, length, vocabulary) scores of each next character. */
  forward(tokens: Tensor): Tensor {
    const causal = nn.Transformer.generateSquareSubsequentMask(tokens.size(1));
    const x = this.positions.forward(this.embedding.forward(tokens));
    return this.head.forward(this.decoder.forward(x, causal, { isCausal: true }));
  }
}

const model = new LanguageModel(vocabulary.size);
const count = model.parameters().reduce((n, parameter) => n + parameter.numel, 0);
console.log(`${ids.length} characters, ${vocabulary.size} different ones; ${count} parameters`);
const optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3 });
const criterion = new nn.CrossEntropyLoss();
// A window of the text: what the model is shown, and one character more.
const windows = arange(contextLength + 1).unsqueeze(0);

for (let step = 1; step <= Number(steps); step++) {
  const starts = randint(0, ids.length - contextLength, [batchSize, 1]);
  const batch = tensor(Int32Array.from(starts.add(windows).data, (place) => ids[place]));
  const tokens = batch.view(batchSize, contextLength + 1);
  const [x, y] = [tokens.narrow(1, 0, contextLength), tokens.narrow(1, 1, contextLength)];
  optimizer.zeroGrad();
  const loss = criterion.forward(model.forward(x).flatten(0, 1), y.flatten());
  loss.backward();
  nn.utils.clipGradNorm_(model.parameters(), 1);
  optimizer.step();
  if (step % 50 === 0) console.log(`step ${step}  loss ${loss.item().toFixed(4)}`);
}

model.eval();
const prompt = text.slice(0, 20);
for (const sampling of [{ temperature: 0 }, { temperature: 0.8, topK: 10 }, { topP: 0.9 }]) {
  const added = continueTokens((tokens) => model.forward(tokens).select(1, -1), vocabulary.encode([...prompt]), {
    maxNewTokens: 120,
    contextLength,
    ...sampling,
  });
  const continuation = vocabulary.decode([...added]).join('');
  console.log(`\n${JSON.stringify(sampling)}\n${prompt}|${continuation.replaceAll('\n', ' ')}`);
}
