// Trainers of vectors beside fastText, word2vec.c, gensim and GloVe: work a second, and how good what they learn is.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Cooccurrences, setNumThreads } from 'lutra';
import type { Options } from '../options.js';
import { checkWritable, save } from '../results.js';
import { type Case, cases, leastCount, type Measured, trainByLutra, unitOf } from './cases.js';
import { brown, type Corpus, spam } from './corpora.js';
import { findPeers, type Peer, writePairs } from './peers.js';

interface Results {
  /** Words or pairs of an epoch. */
  readonly work: number;
  /** Of every round. */
  readonly rounds: ReadonlyMap<string, readonly Measured[]>;
}

/** Everybody by turns, round by round, each round with a seed of its own. */
async function measureRounds(
  measured: Case,
  corpus: Corpus,
  pairs: Cooccurrences | null,
  threads: number,
  peers: readonly Peer[],
  count: number,
): Promise<Results> {
  const rounds = new Map<string, Measured[]>();
  const note = (name: string, found: Measured) => rounds.set(name, [...(rounds.get(name) ?? []), found]);
  let work = 0;
  for (let round = 0; round < count; round++) {
    const seed = round + 1;
    const ours = await trainByLutra(measured, corpus, pairs, seed);
    work = ours.work;
    note('lutra', ours);
    for (const peer of peers) note(peer.name, await peer.run({ measured, corpus, threads, seed }));
  }
  return { work, rounds };
}

/** The shortest time of all rounds, since others use the machine too, and what was learned in each. */
function summary(rounds: readonly Measured[]): { seconds: number; quality: string } {
  const seconds = Math.min(...rounds.map((round) => round.seconds));
  const qualities = rounds.map(({ quality }) => quality).filter(Boolean);
  const [name] = qualities[0]?.split(' ') ?? [''];
  return {
    seconds,
    quality: qualities.length === 0 ? '' : `${name} ${qualities.map((q) => q.split(' ')[1]).join(' ')}`,
  };
}

/** Measures the cases and prints a line each. @throws Error before anything is measured where a file can't be written */
export async function runVectors(options: Options): Promise<void> {
  checkWritable('--json', options.json);
  const chosen = cases.filter(({ name }) => options.filter === undefined || name.includes(options.filter));
  if (chosen.length === 0) throw new Error(`--filter: no workload's name contains '${options.filter}'`);
  const peers = options.peers ? findPeers() : [];
  const corpora = new Map<string, Corpus>();
  let pairs: Cooccurrences | null = null;
  const rows: object[] = [];
  try {
    for (const measured of chosen) {
      if (!corpora.has(measured.corpus)) corpora.set(measured.corpus, measured.corpus === 'brown' ? brown() : spam());
      const corpus = corpora.get(measured.corpus)!;
      if (measured.kind.of === 'pairs') {
        pairs = await Cooccurrences.count(corpus.train, { minCount: leastCount });
        await writePairs(corpus, pairs);
      }
      const beside = peers.filter((peer) => peer.trains(measured));
      for (const threads of options.threads) {
        setNumThreads(threads);
        const { work, rounds } = await measureRounds(measured, corpus, pairs, threads, beside, options.rounds);
        const own = summary(rounds.get('lutra')!);
        for (const [peer, all] of rounds) {
          const { seconds, quality } = summary(all);
          const ratio = seconds / own.seconds;
          rows.push({
            workload: measured.name,
            threads,
            peer,
            unit: unitOf(measured),
            rate: work / seconds,
            ratio,
            quality,
          });
          const original = beside.some(({ name, original }) => name === peer && original);
          const compared =
            peer === 'lutra' ? '' : `   ratio ${ratio.toFixed(2)}${original ? ` (goal ${measured.goal})` : ''}`;
          const name =
            peer === 'lutra' ? `${measured.name}, ${threads} thread${threads > 1 ? 's' : ''}` : `    ${peer}`;
          const rate = `${(work / seconds / 1e6).toFixed(3).padStart(8)} M ${unitOf(measured)}/s`;
          console.log(`${name}: ${rate}${compared}   ${quality}`);
        }
        save(options.json, () => `${JSON.stringify(rows, null, 1)}\n`);
      }
    }
  } finally {
    await (pairs as Cooccurrences | null)?.close();
    for (const { train } of corpora.values()) rmSync(dirname(train), { recursive: true });
  }
}
