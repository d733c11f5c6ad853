/** What a piece begins with that continues a word. */
const continued = '##';
/** Words are rarely longer; what is behind so many characters counts as one unknown piece. */
const longestWord = 64;

const charactersOf = (word: string): string[] =>
  Array.from(word).map((character, k) => (k === 0 ? character : continued + character));

const joined = (a: string, b: string): string => a + b.slice(continued.length);

interface Candidate {
  readonly a: string;
  readonly b: string;
  readonly count: number;
}

/** The most frequent first; equals by their text, so that the order of the words doesn't count. */
function isBefore(x: Candidate, y: Candidate): boolean {
  if (x.count !== y.count) return x.count > y.count;
  return x.a === y.a ? x.b < y.b : x.a < y.a;
}

/** A heap of pairs; those whose count has changed are there again with the new one. */
class Candidates {
  readonly #heap: Candidate[] = [];

  push(candidate: Candidate): void {
    const heap = this.#heap;
    let at = heap.push(candidate) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(candidate, heap[parent]); parent = (at - 1) >> 1) {
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = candidate;
  }

  pop(): Candidate | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const keyOf = (a: string, b: string) => `${a} ${b}`;

/**
 * The pieces that words are made of, by byte-pair encoding of their characters (Sennrich et al. 2016): of all pairs the most frequent
 * becomes a piece, again and again. A piece that continues a word begins with `##`, as WordPiece has it.
 *
 * @param words how often each occurs
 * @param most pieces, single characters among them
 * @param least how often a piece must occur
 * @returns pieces and how often each came up, characters first
 */
export function learnPieces(words: ReadonlyMap<string, number>, most: number, least: number): Map<string, number> {
  const parts: string[][] = [];
  const counts: number[] = [];
  const pieces = new Map<string, number>();
  for (const [word, count] of words) {
    const symbols = charactersOf(word);
    if (symbols.length > longestWord) continue;
    parts.push(symbols);
    counts.push(count);
    for (const symbol of symbols) pieces.set(symbol, (pieces.get(symbol) ?? 0) + count);
  }
  for (const [symbol, count] of pieces) if (count < least) pieces.delete(symbol);
  const pairs = new Map<string, { count: number; readonly words: Set<number> }>();
  const candidates = new Candidates();
  const add = (a: string, b: string, k: number, count: number) => {
    const key = keyOf(a, b);
    const pair = pairs.get(key) ?? { count: 0, words: new Set() };
    pairs.set(key, pair);
    pair.count += count;
    if (count > 0) pair.words.add(k);
  };
  for (const [k, symbols] of parts.entries()) {
    for (let i = 1; i < symbols.length; i++) add(symbols[i - 1], symbols[i], k, counts[k]);
  }
  for (const [key, { count }] of pairs) {
    const [a, b] = key.split(' ');
    candidates.push({ a, b, count });
  }
  while (pieces.size < most) {
    const best = candidates.pop();
    if (best === undefined || best.count < least) break;
    const { a, b } = best;
    const pair = pairs.get(keyOf(a, b));
    if (pair?.count !== best.count) continue;
    pairs.delete(keyOf(a, b));
    const made = joined(a, b);
    pieces.set(made, (pieces.get(made) ?? 0) + best.count);
    const changed = new Map<string, [string, string]>();
    for (const k of pair.words) {
      const before = parts[k];
      const after: string[] = [];
      for (let i = 0; i < before.length; i++) {
        const isPair = before[i] === a && before[i + 1] === b;
        after.push(isPair ? made : before[i]);
        if (isPair) i++;
      }
      const count = (symbols: readonly string[], sign: number) => {
        for (let i = 1; i < symbols.length; i++) {
          if (sign < 0 && symbols[i - 1] === a && symbols[i] === b) continue;
          add(symbols[i - 1], symbols[i], k, sign * counts[k]);
          changed.set(keyOf(symbols[i - 1], symbols[i]), [symbols[i - 1], symbols[i]]);
        }
      };
      count(before, -1);
      count(after, 1);
      parts[k] = after;
    }
    for (const [key, [x, y]] of changed) {
      const { count } = pairs.get(key)!;
      if (count > 0) candidates.push({ a: x, b: y, count });
      else pairs.delete(key);
    }
  }
  return pieces;
}

/**
 * A word as pieces, from its beginning the longest that there are; null where a character is no piece.
 * @param isPiece whether there is such a piece
 */
export function piecesOf(word: string, isPiece: (piece: string) => boolean): string[] | null {
  const characters = Array.from(word);
  if (characters.length > longestWord) return null;
  const found: string[] = [];
  for (let begin = 0; begin < characters.length; ) {
    let end = characters.length;
    let piece = '';
    for (; end > begin; end--) {
      piece = (begin === 0 ? '' : continued) + characters.slice(begin, end).join('');
      if (isPiece(piece)) break;
    }
    if (end === begin) return null;
    found.push(piece);
    begin = end;
  }
  return found;
}
