import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { withFile } from '../../io/byte_source.js';
import { readEntries } from '../../io/safetensors/safetensors.js';
import { Vocabulary } from '../../text/vocabulary.js';
import { KeyedVectors } from '../../vectors/keyed_vectors.js';

/** A file of weights of a run. */
export interface WeightsFile {
  readonly path: string;
  /** Its path in the run's folder. */
  readonly name: string;
  /** When it was written, in milliseconds since 1970. */
  readonly time: number;
  /** Changes when the file is another one. */
  readonly stamp: string;
}

const weights = /^(model|best|interrupted|checkpoint-\d+)\.safetensors$/;
const vectors = /^vectors\.(bin|vec|safetensors)$/;

/** Whether a folder looks like that of a run: one that was finished, or has just begun. */
export function looksLikeRun(folder: string): boolean {
  const marks = ['config.yaml', 'vocabulary.json', 'log.jsonl', 'metrics.json', 'training.json', 'checkpoints'];
  return marks.some((name) => existsSync(join(folder, name))) || newestWeights(folder) !== null;
}

/** The weights of a run that were written last: of its best pass, of a checkpoint, or vectors. */
export function newestWeights(folder: string): WeightsFile | null {
  let newest: WeightsFile | null = null;
  // Checkpoints of a training of vectors hold its tables as they lie in memory; beside them are vectors to look at.
  const isOfVectors = existsSync(join(folder, 'training.json'));
  for (const place of [folder, join(folder, 'checkpoints')]) {
    for (const file of filesOf(place)) {
      if (!vectors.test(file) && (isOfVectors || !weights.test(file))) continue;
      const path = join(place, file);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat === undefined || (newest !== null && stat.mtimeMs <= newest.time)) continue;
      const stamp = `${path} ${stat.ino} ${stat.size} ${stat.mtimeMs}`;
      newest = { path, name: relative(folder, path), time: stat.mtimeMs, stamp };
    }
  }
  return newest;
}

/** The vectors that a run has learned: the rows of its embedding under its words, or under their numbers where it names none. */
export async function vectorsOfWeights(folder: string, path: string, limit: number | undefined): Promise<KeyedVectors> {
  const some = limit === undefined ? {} : { limit };
  if (!path.endsWith('.safetensors')) return KeyedVectors.load(path, some);
  const { entries } = withFile('view', path, readEntries);
  const words = wordsOf(folder);
  const tables = entries.filter(({ name, shape }) => shape.length === 2 && !name.startsWith('state.'));
  const ofWords = tables.filter(({ shape }) => words === null || shape[0] === words.length);
  const embeddings = ofWords.filter(({ name }) => /embed|vectors/i.test(name));
  const [table] = embeddings.length > 0 ? embeddings : ofWords;
  if (table === undefined) {
    const what = words === null ? '' : ` with a row for each of the ${words.length} words of vocabulary.json`;
    throw new Error(`${path} holds no table${what}`);
  }
  const keys = words ?? Array.from({ length: table.shape[0] }, (_, k) => String(k));
  return KeyedVectors.load(path, { ...some, words: keys, tensor: table.name });
}

/** What the rows of a run's table are called: words, a recommender's items, or a tagger's features. */
function wordsOf(folder: string): string[] | null {
  const file = ['vocabulary.json', 'items.json', 'features.json'].find((name) => existsSync(join(folder, name)));
  if (file === undefined) return null;
  const tokens = Vocabulary.fromJSON(JSON.parse(readFileSync(join(folder, file), 'utf8'))).tokens();
  // A feature that is a whole word stands behind "w ": the others have a space in them, which no word has.
  return file === 'features.json' ? tokens.map((token) => token.replace(/^w (?=[^ ]+$)/, '')) : tokens;
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
