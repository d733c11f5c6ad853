import type { Setting } from './setting.js';

const group = 'Model:';

/**
 * How large a network is: what every task asks, with its own words and what is usual for it. A task without `hiddenDim` or `heads` has
 * no such setting.
 */
export function networkSettings(
  usual: { embeddingDim: number; hiddenDim?: number; heads?: number; dropout: number },
  help: { embeddingDim: string; hiddenDim?: string; layers: string },
): Setting[] {
  const size = (name: string, value: number, text: string): Setting => ({
    name,
    kind: { type: 'integer', least: 1 },
    help: text,
    usual: value,
    group,
  });
  return [
    size('embeddingDim', usual.embeddingDim, help.embeddingDim),
    ...(usual.hiddenDim === undefined ? [] : [size('hiddenDim', usual.hiddenDim, help.hiddenDim ?? '')]),
    { name: 'layers', kind: { type: 'integer', least: 1, most: 64 }, help: help.layers, usual: 1, group },
    ...(usual.heads === undefined ? [] : [heads(usual.heads)]),
    {
      name: 'dropout',
      kind: { type: 'number', least: 0, below: 1 },
      help: 'probability that an element is zeroed in training',
      usual: usual.dropout,
      group,
    },
  ];
}

function heads(usual: number): Setting {
  return {
    name: 'heads',
    kind: { type: 'integer', least: 1, most: 256 },
    help: 'heads of a transformer',
    usual,
    group,
  };
}
