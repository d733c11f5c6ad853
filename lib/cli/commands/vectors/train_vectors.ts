import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stdout } from 'node:process';
import { OptionError } from '../../../errors.js';
import { FastText, GloVe, type KeyedVectors, setNumThreads, Word2Vec } from '../../../index.js';
import { writeFileAtomically } from '../../../io/atomic_file.js';
import { Interrupt } from '../../terminal/interrupt.js';

export type VectorTrainer = 'word2vec' | 'fasttext' | 'glove';

/** What `lutra train word2vec|fasttext|glove` was told; the rest are the trainer's own options. */
export interface TrainVectorsSettings {
  output?: string;
  overwrite: boolean;
  threads?: number;
  [option: string]: unknown;
}

interface Epoch {
  readonly epoch: number;
  readonly loss?: number;
  readonly cost?: number;
}

interface Progress {
  readonly progress: number;
  readonly timeLeft: number;
  readonly wordsPerSecond?: number;
  readonly pairsPerSecond?: number;
}

const results = ['vectors.bin', 'vectors.vec', 'training.json'];

function folderFor(trainer: VectorTrainer, data: string, { output, overwrite }: TrainVectorsSettings): string {
  if (output !== undefined) {
    if (!overwrite && results.some((name) => existsSync(join(output, name)))) {
      throw new OptionError(`${output} holds an earlier training; give another --output, or --overwrite`);
    }
    return output;
  }
  const name = join('runs', `${basename(data).replace(/\..*$/, '').replaceAll('*', 'all') || 'vectors'}-${trainer}`);
  for (let k = 1; ; k++) {
    const folder = k === 1 ? name : `${name}-${k}`;
    if (!existsSync(folder)) return folder;
  }
}

/** A line that is written over where there is a terminal; elsewhere one a pass. */
function teller(): { progress: (told: Progress) => void; epoch: (told: Epoch) => void } {
  const over = stdout.isTTY === true;
  return {
    progress({ progress, timeLeft, wordsPerSecond, pairsPerSecond }) {
      if (!over) return;
      const rate = wordsPerSecond ?? pairsPerSecond ?? 0;
      const unit = wordsPerSecond === undefined ? 'pairs' : 'words';
      const line = `${(100 * progress).toFixed(0)} %  ${(rate / 1e6).toFixed(2)} M ${unit}/s  ${timeLeft.toFixed(0)} s left`;
      stdout.write(`\r${line.slice(0, (stdout.columns ?? 80) - 1)}\u001b[K`);
    },
    epoch({ epoch, loss, cost }) {
      stdout.write(`${over ? '\r\u001b[K' : ''}pass ${epoch + 1}  loss ${(loss ?? cost ?? Number.NaN).toFixed(4)}\n`);
    },
  };
}

/** Trains word vectors on a text and writes them; returns the exit code. */
export async function trainVectorsCommand(
  trainer: VectorTrainer,
  data: string,
  settings: TrainVectorsSettings,
): Promise<number> {
  const { output: _output, overwrite: _overwrite, threads, ...options } = settings;
  if (threads !== undefined) setNumThreads(threads);
  const folder = folderFor(trainer, data, settings);
  const controller = new AbortController();
  const interrupt = new Interrupt(() => controller.abort(new Error('interrupted')));
  const tell = teller();
  const epochs: Epoch[] = [];
  const how = {
    ...options,
    signal: controller.signal,
    onProgress: tell.progress,
    onEpoch: (epoch: Epoch) => {
      epochs.push(epoch);
      tell.epoch(epoch);
    },
  };
  let wv: KeyedVectors;
  let model: FastText | null = null;
  try {
    if (trainer === 'fasttext') {
      model = await FastText.train(data, how);
      wv = model.wv;
    } else {
      wv = (await (trainer === 'glove' ? GloVe.train(data, how) : Word2Vec.train(data, how))).wv;
    }
  } catch (error) {
    if (!interrupt.requested) throw error;
    process.stderr.write('stopped; nothing was written\n');
    return interrupt.exitCode;
  }
  mkdirSync(folder, { recursive: true });
  if (model === null) wv.save(join(folder, 'vectors.bin'));
  else model.save(join(folder, 'vectors.bin'));
  wv.save(join(folder, 'vectors.vec'));
  const about = { trainer, data, options, words: wv.size, vectorSize: wv.vectorSize, epochs };
  writeFileAtomically(join(folder, 'training.json'), `${JSON.stringify(about, null, 2)}\n`);
  console.log(
    `${wv.size} words, vectors of ${wv.vectorSize} numbers: ${results.map((name) => join(folder, name)).join(', ')}`,
  );
  return 0;
}
