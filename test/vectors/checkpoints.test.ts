import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  CheckpointError,
  FastText,
  FastTextClassifier,
  GloVe,
  loadSafetensors,
  type Sentences,
  saveSafetensors,
  Word2Vec,
} from '../../lib/index.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-kept-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;
const newFolder = () => join(folder, `run-${made++}`);

function draws(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
}

/** Sentences of two topics. */
function sentences(count: number, seed: number): string[] {
  const next = draws(seed);
  return Array.from({ length: count }, (_, k) => {
    const topic = k % 2 === 0 ? 'sea' : 'town';
    return Array.from({ length: 15 }, () => (next(4) === 0 ? `the${next(3)}` : `${topic}${next(40)}`)).join(' ');
  });
}
const corpus = sentences(4000, 7);
const unseen = sentences(300, 99);
const labelled = (lines: readonly string[]) =>
  lines.map((line) => ({ text: line, labels: line.includes('sea') ? 'sea' : 'town' }));

interface Told {
  epoch: number;
  loss?: number;
  cost?: number;
  heldOutLoss?: number;
  heldOutCost?: number;
}
interface Options {
  onEpoch?: (told: Told) => unknown;
  heldOut?: readonly string[];
  checkpoints?: string | { folder: string; everyEpochs?: number; everyMinutes?: number; overwrite?: boolean };
  resume?: boolean | string;
  signal?: AbortSignal;
  earlyStopping?: number | { stopAt: number };
  alpha?: number;
  epochs?: number;
}
type Train = (options: Options, data?: readonly string[]) => Promise<string>;

const shared = { deterministic: true, vectorSize: 12, epochs: 4 };
/** The bits of a table, in short. */
const numbers = ({ data }: { data: ArrayLike<number> }) =>
  createHash('sha1').update(Float32Array.from(data)).digest('hex');
const small = { ...shared, minCount: 1, sample: 0.01 };
const trainers: Record<string, Train> = {
  'Word2Vec, CBOW': async (options, data = corpus) =>
    numbers((await Word2Vec.train(data, { ...small, ...options })).wv.vectors),
  'Word2Vec, skip-gram, hierarchical softmax': async (options, data = corpus) =>
    numbers((await Word2Vec.train(data, { ...small, sg: true, hs: true, ...options })).wv.vectors),
  FastText: async (options, data = corpus) =>
    numbers((await FastText.train(data, { ...small, bucket: 2000, ...options })).wv.vectors),
  GloVe: async (options, data = corpus) =>
    numbers((await GloVe.train(data, { ...shared, window: 15, ...options })).wv.vectors),
  'GloVe, pairs in files': async (options, data = wide) =>
    numbers((await GloVe.train(data, { ...shared, window: 15, memory: 2 ** 24, ...options })).wv.vectors),
  FastTextClassifier: async ({ heldOut, ...options }, data = corpus) => {
    const how = { ...shared, wordNgrams: 2, bucket: 2000, minN: 2, maxN: 3, ...options };
    const held = heldOut === undefined ? {} : { heldOut: labelled(heldOut) };
    const model = await FastTextClassifier.train(labelled(data), { ...how, ...held });
    return numbers((await model.wordVectors()).vectors);
  },
};
/** So many pairs that they outgrow 16 MiB. */
const wide = Array.from({ length: 2500 }, (_, k) => {
  const next = draws(k);
  return Array.from({ length: 20 }, () => `w${next(4000)}`).join(' ');
});
const lossOf = ({ loss, cost }: Told) => (loss ?? cost) as number;

/** Aborts in the middle of a pass. */
async function interrupted(train: Train, options: Options): Promise<Told[]> {
  const stop = new AbortController();
  const told: Told[] = [];
  const onEpoch = (epoch: Told) => {
    told.push(epoch);
    if (epoch.epoch === 1) stop.abort(new Error('enough'));
  };
  await expect(train({ ...options, onEpoch, signal: stop.signal })).rejects.toThrow('enough');
  return told;
}

describe('checkpoints of trainings of vectors', () => {
  it.each(Object.entries(trainers))(
    'have a stopped training end with the same bits: %s',
    async (_, train) => {
      const told: Told[] = [];
      const whole = await train({ onEpoch: (epoch) => void told.push(epoch) });
      const checkpoints = newFolder();
      const before = await interrupted(train, { checkpoints: { folder: checkpoints, everyEpochs: 0 } });
      expect(before.map(lossOf)).toEqual(told.slice(0, 2).map(lossOf));
      const files = readdirSync(checkpoints);
      expect(files).toHaveLength(1);
      const { metadata } = loadSafetensors(join(checkpoints, files[0]));
      const { position } = JSON.parse(metadata.state).vectors;
      expect([position.slices.epoch, position.finished]).toEqual([2, false]);
      expect(position.slices.done).toBeGreaterThanOrEqual(0);
      const after: Told[] = [];
      const onEpoch = (epoch: Told) => void after.push(epoch);
      expect(await train({ checkpoints, resume: true, onEpoch })).toEqual(whole);
      expect(after.map(({ epoch }) => epoch)).toEqual([2, 3]);
      expect(after.map(lossOf)).toEqual(told.slice(2).map(lossOf));
      // A training that has ended is what it was, at once.
      const again = await train({
        checkpoints,
        resume: true,
        onEpoch: () => expect.fail('nothing is left to train'),
      });
      expect(again).toEqual(whole);
    },
    60_000,
  );

  it('go on for all threads too', async () => {
    const checkpoints = newFolder();
    const options = { vectorSize: 12, epochs: 3, minCount: 1, sample: 0 };
    const stop = new AbortController();
    const training = Word2Vec.train(corpus, {
      ...options,
      checkpoints,
      onEpoch: () => stop.abort(new Error('enough')),
      signal: stop.signal,
    });
    await expect(training).rejects.toThrow('enough');
    const epochs: number[] = [];
    const onEpoch = ({ epoch }: Told) => void epochs.push(epoch);
    const model = await Word2Vec.train(corpus, { ...options, workers: 1, checkpoints, resume: true, onEpoch });
    expect(epochs).toEqual([1, 2]);
    expect(
      model.wv.mostSimilar('sea1', { topn: 20 }).filter(({ key }) => key.startsWith('sea')).length,
    ).toBeGreaterThan(15);
  });

  it('say why they are not gone on from', async () => {
    const train = trainers['Word2Vec, CBOW'];
    const checkpoints = newFolder();
    await interrupted(train, { checkpoints });
    const resumed = (options: Options, data?: readonly string[]) =>
      train({ checkpoints, resume: true, ...options }, data);
    await expect(resumed({ alpha: 0.05 })).rejects.toThrow(/was trained with alpha 0.025, not 0.05/);
    await expect(resumed({ epochs: 9 })).rejects.toThrow(/was trained with epochs 4, not 9/);
    await expect(resumed({}, corpus.slice(1))).rejects.toThrow(/is of other data, with tokens/);
    const swapped = [corpus[1], corpus[0], ...corpus.slice(2)];
    await expect(resumed({}, swapped)).rejects.toThrow(/is of other data, with checksum/);
    await expect(trainers.GloVe({ checkpoints, resume: true })).rejects.toThrow(
      /is of a training of Word2Vec, not of GloVe/,
    );
    await expect(train({ checkpoints })).rejects.toThrow(CheckpointError);
    await expect(train({ checkpoints })).rejects.toThrow(/go on from it with { resume: true }/);
    await expect(train({ resume: true })).rejects.toThrow(
      /resume: true goes on from the folder that checkpoints names/,
    );
    await expect(train({ resume: join(folder, 'nowhere') })).rejects.toThrow(/there is no checkpoint to go on from/);
    await expect(train({ checkpoints: { folder: checkpoints, everySteps: 3 } as never })).rejects.toThrow(/everySteps/);
    await expect(train({ resume: 1 as never })).rejects.toThrow(/resume must be true, false or the name of a file/);
  });

  it('are passed over where they are damaged, of a later version or another kind', async () => {
    const train = trainers['Word2Vec, CBOW'];
    const checkpoints = newFolder();
    await interrupted(train, { checkpoints });
    const [older, newest] = readdirSync(checkpoints).slice(-2);
    const path = join(checkpoints, newest);
    const bytes = readFileSync(path);
    const kept = loadSafetensors(path);
    bytes[bytes.length - 100] ^= 1;
    writeFileSync(path, bytes);
    const warning = once(process, 'warning');
    const epochs: number[] = [];
    const onEpoch = ({ epoch }: Told) => void epochs.push(epoch);
    await train({ checkpoints, resume: true, onEpoch });
    expect(String((await warning)[0])).toMatch(new RegExp(`${older} is used instead of .*${newest}.* is damaged`));
    expect(epochs).toEqual([2, 3]);
    const other = join(folder, 'other.safetensors');
    saveSafetensors(other, kept.tensors, { metadata: { ...kept.metadata, version: '99' } });
    await expect(train({ resume: other })).rejects.toThrow(/was written by a later Lutra/);
    saveSafetensors(other, kept.tensors, { metadata: {} });
    await expect(train({ resume: other })).rejects.toThrow(/no checkpoint of a training/);
    writeFileSync(other, 'nonsense');
    await expect(train({ resume: other })).rejects.toThrow(CheckpointError);
  });

  it('are written when a process is asked to end, which then ends by the signal', async () => {
    const checkpoints = newFolder();
    const text = join(folder, 'text.txt');
    writeFileSync(text, `${corpus.join('\n')}\n`);
    const how = { vectorSize: 12, epochs: 60, minCount: 1, sample: 0.01, deterministic: true };
    const program = `
      const { Word2Vec } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)});
      const [text, folder, how] = JSON.parse(process.argv[1]);
      const onEpoch = ({ epoch }) => process.stdout.write(epoch + ' ');
      await Word2Vec.train(text, { ...how, onEpoch, resume: true, checkpoints: { folder, everyEpochs: 2 } });
      console.log('ended');`;
    const run = async (signal: NodeJS.Signals | null) => {
      const args = ['--input-type=module', '-e', program, JSON.stringify([text, checkpoints, how])];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (some: string) => {
        said += some;
        if (signal !== null && said.includes(' ')) child.kill(signal);
      });
      const [code, by] = await once(child, 'close');
      return { said, code, by };
    };
    for (const signal of ['SIGTERM', 'SIGKILL', 'SIGINT'] as const) {
      const { by, code, said } = await run(signal);
      expect([code, by], said).toEqual([null, signal]);
      expect(readdirSync(checkpoints).every((name) => name.startsWith('checkpoint-'))).toBe(true);
    }
    const { code, said } = await run(null);
    expect(code).toBe(0);
    expect(said).toMatch(/59 ended/);
    const whole = await Word2Vec.train(text as Sentences, how);
    const resumed = await Word2Vec.train(text, { ...how, checkpoints, resume: true });
    expect(numbers(resumed.wv.vectors)).toEqual(numbers(whole.wv.vectors));
  }, 60_000);
});

describe('losses on what is held out', () => {
  const kinds = Object.entries(trainers).filter(([name]) => name !== 'GloVe, pairs in files');

  it.each(kinds)('are told after each pass and fall: %s', async (_, train) => {
    const told: Told[] = [];
    const with_ = await train({ heldOut: unseen, onEpoch: (epoch) => void told.push(epoch) });
    const held = told.map(({ heldOutLoss, heldOutCost }) => heldOutLoss ?? heldOutCost!);
    expect(held).toHaveLength(4);
    expect(held[3]).toBeLessThan(held[0]);
    // They are of the size of the losses of what is trained on, which has the same topics; counts of few pairs scatter.
    expect(held[3]).toBeLessThan(10 * lossOf(told[3]));
    expect(held[3]).toBeGreaterThan(0.5 * lossOf(told[3]));
    // Looking changes nothing.
    expect(with_).toEqual(await train({}));
  });

  it('are refused of what has nothing in common', async () => {
    for (const name of ['Word2Vec, CBOW', 'FastText', 'GloVe']) {
      await expect(trainers[name]({ heldOut: ['neither of these'] })).rejects.toThrow(/heldOut holds no/);
    }
    const options = { heldOut: ['__label__none of these'], epochs: 1 };
    await expect(FastTextClassifier.train(labelled(corpus), options)).rejects.toThrow(/heldOut holds no example/);
  });

  it.each(kinds)('end a training early: %s', async (_, train) => {
    const told: Told[] = [];
    const onEpoch = (epoch: Told) => void told.push(epoch);
    await train({ heldOut: unseen, onEpoch, earlyStopping: { stopAt: 1e9 } });
    expect(told).toHaveLength(1);
    told.length = 0;
    await train({ onEpoch, earlyStopping: 3 });
    expect(told).toHaveLength(4);
    await expect(train({ earlyStopping: { patiense: 1 } as never })).rejects.toThrow(/patience/);
  });
});
