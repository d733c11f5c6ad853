// A service: a trained model is saved, loaded by a server as another program would, and asked over HTTP; what was not a
// question gets an answer that says why. The time of an answer is measured from outside.
//
//     npm run example -- http_service
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loadSafetensors,
  manualSeed,
  nn,
  noGrad,
  optim,
  saveSafetensors,
  type Tensor,
  tensor,
  Vocabulary,
} from 'lutra';

const folder = mkdtempSync(join(tmpdir(), 'lutra-service-'));
const labels = ['bad', 'good'];

class Sentiment extends nn.Module {
  bag: nn.EmbeddingBag;
  head = new nn.Linear(16, 2);
  constructor(size: number) {
    super();
    this.bag = new nn.EmbeddingBag(size, 16, { mode: 'mean' });
  }
  /** ids [words] of one text; probabilities [2]. */
  forward(ids: Tensor): Tensor {
    return this.head
      .forward(this.bag.forward(ids.unsqueeze(0)))
      .softmax(1)
      .squeeze(0);
  }
}

/** Trains on a few reviews and writes what a server needs. */
function train(): void {
  manualSeed(0);
  const reviews: [string, number][] = [
    ['i love this film it is wonderful', 1],
    ['a beautiful story and great acting', 1],
    ['a great movie', 1],
    ['this was a terrible boring film', 0],
    ['awful acting and a bad story', 0],
    ['a boring movie', 0],
  ];
  const words = reviews.map(([text]) => text.split(' '));
  const vocabulary = Vocabulary.fromTokens(words, { specials: ['<unk>'], unknownToken: '<unk>' });
  const model = new Sentiment(vocabulary.size);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
  for (let epoch = 0; epoch < 40; epoch++) {
    for (const [i, [, label]] of reviews.entries()) {
      optimizer.zeroGrad();
      model
        .forward(tensor(vocabulary.encode(words[i]), { dtype: 'int32' }))
        .select(0, label)
        .log()
        .neg()
        .backward();
      optimizer.step();
    }
  }
  saveSafetensors(join(folder, 'model.safetensors'), model.stateDict());
  vocabulary.save(join(folder, 'vocabulary.json'));
}

async function bodyOf(request: IncomingMessage, most = 10_000): Promise<string> {
  let text = '';
  for await (const part of request) {
    text += part;
    if (text.length > most) throw new RangeError(`a question has at most ${most} letters`);
  }
  return text;
}

/** Answers `POST /classify` with `{"text": "…"}`. */
function serve() {
  const vocabulary = Vocabulary.load(join(folder, 'vocabulary.json'));
  const model = new Sentiment(vocabulary.size);
  model.loadStateDict(loadSafetensors(join(folder, 'model.safetensors')).tensors);
  model.eval();

  const classify = (text: string) => {
    const ids = vocabulary.encode(text.toLowerCase().match(/[a-z]+/g) ?? ['']);
    const probabilities = noGrad(() => model.forward(tensor(ids, { dtype: 'int32' })).tolist()) as number[];
    return Object.fromEntries(labels.map((label, i) => [label, Number(probabilities[i].toFixed(4))]));
  };

  return createServer(async (request, response) => {
    const answer = (status: number, content: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(content));
    };
    if (request.method !== 'POST' || request.url !== '/classify') return answer(404, { error: 'ask POST /classify' });
    try {
      const { text } = JSON.parse(await bodyOf(request)) as { text?: unknown };
      if (typeof text !== 'string') return answer(400, { error: 'text must be a string' });
      answer(200, classify(text));
    } catch (error) {
      answer(400, { error: (error as Error).message });
    }
  });
}

train();
const server = serve();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/classify`;

async function ask(body: string): Promise<string> {
  const response = await fetch(address, { method: 'POST', body });
  return `${response.status} ${await response.text()}`;
}

for (const text of ['a wonderful film', 'boring and bad'])
  console.log(`${text}: ${await ask(JSON.stringify({ text }))}`);
console.log(`no JSON: ${(await ask('hello')).slice(0, 3)}; no text: ${await ask('{}')}`);

const times: number[] = [];
for (let k = 0; k < 300; k++) {
  const start = performance.now();
  await ask(JSON.stringify({ text: 'i love this story' }));
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
const at = (share: number) => times[Math.floor(share * (times.length - 1))].toFixed(2);
console.log(`${times.length} questions, one after the other: median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms`);
server.close();
rmSync(folder, { recursive: true });
