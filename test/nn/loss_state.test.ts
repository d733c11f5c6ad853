import { expect, it } from 'vitest';
import { nn, tensor } from '../../lib/index.js';

it('the weight of positives is kept under its name in PyTorch', () => {
  const loss = new nn.BCEWithLogitsLoss({ posWeight: tensor([1, 2.5]) });
  expect(Object.keys(loss.stateDict())).toEqual(['pos_weight']);
  const other = new nn.BCEWithLogitsLoss({ posWeight: tensor([1, 1.5]) });
  other.loadStateDict(loss.stateDict());
  expect(other.posWeight!.tolist()).toEqual([1, 2.5]);
});
