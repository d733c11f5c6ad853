import { describe, expect, test } from 'vitest';
import { tensor } from '../../lib/index.js';
import { generate, sample } from '../../lib/language_model/generate.js';
import { makeModel } from './small_language.js';

describe('generation', () => {
  test('takes the likeliest word each time at temperature 0', () => {
    const model = makeModel();
    const made = generate(model, { prompt: [2, 5], length: 6, temperature: 0, excluded: [], random: () => 0.5 });
    model.eval();
    const expected = [2, 5];
    for (let i = 0; i < 6; i++) {
      const [logits] = model.forward(tensor(Int32Array.from(expected), { shape: [expected.length, 1] }));
      const last = [...logits.select(0, -1).select(0, 0).detach().contiguous().data];
      expected.push(last.indexOf(Math.max(...last)));
    }
    expect(made).toEqual(expected.slice(2));
  });

  test('never gives what is excluded', () => {
    const excluded = [0, 1, 3];
    let k = 0;
    const random = () => (k = (k + 0.618034) % 1);
    const made = generate(makeModel(), { prompt: [2], length: 200, temperature: 5, excluded, random });
    expect(made).toHaveLength(200);
    expect(made.filter((id) => excluded.includes(id))).toEqual([]);
    expect(new Set(made).size).toBeGreaterThan(5);
  });

  test('draws by the probabilities that the temperature gives', () => {
    const logits = Float64Array.of(Math.log(1), Math.log(2), Number.NEGATIVE_INFINITY, Math.log(5));
    const counts = (temperature: number) => {
      const drawn = [0, 0, 0, 0];
      for (let i = 0; i < 800; i++) drawn[sample(logits, temperature, () => (i + 0.5) / 800)]++;
      return drawn;
    };
    expect(counts(1)).toEqual([100, 200, 0, 500]);
    expect(counts(0)).toEqual([0, 0, 0, 800]);
    const [a, b, none, c] = counts(0.5);
    expect([none, Math.round(b / a), Math.round(c / a)]).toEqual([0, 4, 25]);
  });
});
