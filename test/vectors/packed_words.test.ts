import { expect, test } from 'vitest';
import { PackedWords } from '../../lib/vectors/packed_words.js';

test('packed words are what a list and a Map of them are', () => {
  const words = new PackedWords();
  const places = new Map<string, number>();
  let state = 1;
  const draw = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  const letters = ['a', 'b', 'ß', 'é', '水', '👩‍🌾', '\ufeff', '\u0000', ' ', '\n'];
  for (let k = 0; k < 20_000; k++) {
    const word = Array.from({ length: draw(8) }, () => letters[draw(letters.length)]).join('');
    const isNew = !places.has(word);
    if (isNew) places.set(word, places.size);
    expect(words.addText(word)).toBe(isNew ? places.size - 1 : -1);
  }
  expect(words.length).toBe(places.size);
  expect(words.words()).toEqual([...places.keys()]);
  for (const [word, place] of places) {
    expect(words.get(word)).toBe(place);
    expect(words.word(place)).toBe(word);
  }
  for (const other of ['c', 'ac', '水c', 'x'.repeat(10_000)]) expect(words.get(other)).toBeUndefined();
  const long = 'é'.repeat(5000);
  expect(words.get(long)).toBeUndefined();
  expect(words.addText(long)).toBe(places.size);
  expect(words.get(long)).toBe(places.size);
});

test('half of a surrogate pair is no U+FFFD', () => {
  const words = new PackedWords();
  words.addText('\ufffd');
  expect(words.has('\ufffd')).toBe(true);
  expect(words.has('\ud83d')).toBe(false);
});
