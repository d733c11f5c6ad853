import type { Setting } from './setting.js';

const training = 'Training:';
const data = 'Data:';

/** How a training goes, and what it is validated on: settings that every task has. A task says what is usual for it. */
export function trainingSettings(
  usual: { epochs: number; batchSize: number; lr: number; optimizer?: string },
  seen: { many: string },
): Setting[] {
  return [
    {
      name: 'validation',
      kind: { type: 'text', placeholder: 'file' },
      help: `${seen.many} to validate on`,
      usualSaid: 'a part of DATA',
      group: data,
    },
    {
      name: 'validationSplit',
      kind: { type: 'number', above: 0, below: 1 },
      help: 'the part of DATA that is kept for validation where no file is given',
      usual: 0.1,
      group: data,
    },
    {
      name: 'epochs',
      kind: { type: 'integer', least: 1 },
      help: 'passes over the data at most',
      usual: usual.epochs,
      group: training,
    },
    {
      name: 'batchSize',
      kind: { type: 'integer', least: 1 },
      help: `${seen.many} a step`,
      usual: usual.batchSize,
      group: training,
    },
    {
      name: 'optimizer',
      kind: { type: 'choice', of: ['adam', 'adamw', 'sgd'] },
      help: 'how weights are updated',
      usual: usual.optimizer ?? 'adam',
      group: training,
    },
    {
      name: 'lr',
      kind: { type: 'number', above: 0 },
      help: 'learning rate at its highest',
      usual: usual.lr,
      group: training,
    },
    {
      name: 'schedule',
      kind: { type: 'choice', of: ['linear', 'constant'] },
      help: 'linear: up in a twentieth of the steps, then down to a twentieth of the rate',
      usual: 'linear',
      group: training,
    },
    {
      name: 'weightDecay',
      kind: { type: 'number', least: 0 },
      help: "the optimizer's weight decay",
      usual: 0,
      group: training,
    },
    {
      name: 'maxGradNorm',
      kind: { type: 'number', above: 0 },
      help: 'longer gradients are shortened to this',
      usual: 1,
      group: training,
    },
    {
      name: 'patience',
      kind: { type: 'integer', least: 1 },
      help: 'stop after so many passes without a better validation',
      usual: 3,
      group: training,
    },
    {
      name: 'seed',
      kind: { type: 'integer', least: 0, most: 2 ** 32 - 1 },
      help: 'the same seed gives the same numbers',
      usual: 1,
      group: training,
    },
    {
      name: 'threads',
      kind: { type: 'integer', least: 1, most: 1024 },
      help: 'threads; results do not depend on it',
      usualSaid: 'one for each core',
      group: training,
    },
  ];
}
