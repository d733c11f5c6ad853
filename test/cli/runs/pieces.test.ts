import { expect, test } from 'vitest';
import { learnPieces, piecesOf } from '../../../lib/tasks/classifier/pieces.js';

const words = new Map([
  ['low', 5],
  ['lower', 2],
  ['newest', 6],
  ['widest', 3],
]);

test('the most frequent pairs become pieces, as Sennrich et al. 2016 show it', () => {
  const pieces = learnPieces(words, 100, 1);
  // e s, es t, then o w, l ow; equals by their text.
  const made = [...pieces].filter(([piece]) => piece.replace('##', '').length > 1);
  expect(made.slice(0, 4)).toEqual([
    ['##es', 9],
    ['##est', 9],
    ['##ow', 7],
    ['low', 7],
  ]);
  expect(pieces.get('newest')).toBe(6);
  expect(learnPieces(words, pieces.size - 2, 1).size).toBe(pieces.size - 2);
  expect([...learnPieces(words, 100, 7).values()].every((count) => count >= 7)).toBe(true);
});

test('a word is the longest pieces from its beginning', () => {
  const pieces = learnPieces(words, 100, 5);
  const isPiece = (piece: string) => pieces.has(piece);
  expect(piecesOf('lowest', isPiece)).toEqual(['low', '##est']);
  expect(piecesOf('zoo', isPiece)).toBeNull();
  expect(piecesOf('l'.repeat(100), isPiece)).toBeNull();
});

test('pieces are put together to the words they came of', () => {
  const some = new Map(['banana', 'bananas', 'aaaa', 'aaaaa', 'naïve', '👩‍🌾 x'].map((word, k) => [word, k + 2]));
  const pieces = learnPieces(some, 1000, 1);
  for (const word of some.keys()) {
    const found = piecesOf(word, (piece) => pieces.has(piece));
    expect(found?.map((piece, k) => (k === 0 ? piece : piece.slice(2))).join('')).toBe(word);
  }
});
