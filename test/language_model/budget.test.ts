import { expect, test } from 'vitest';
import { planTraining } from '../../lib/language_model/budget.js';

test('passes and batches suit the length of the text', () => {
  expect(planTraining(1_097_087)).toEqual({ epochs: 2, batchSize: 32 });
  expect(planTraining(100_000)).toEqual({ epochs: 20, batchSize: 4 });
  expect(planTraining(300_000)).toEqual({ epochs: 7, batchSize: 16 });
  expect(planTraining(200)).toEqual({ epochs: 20, batchSize: 4 });
  expect(planTraining(50_000_000)).toEqual({ epochs: 1, batchSize: 32 });
});
