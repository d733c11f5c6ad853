import { describe, expect, it } from 'vitest';

interface Parity {
  makeParity(list?: unknown): { markdown: string; problems: string[] };
  writtenParity(): string;
}

const script = new URL('../../scripts/make_parity.mjs', import.meta.url).href;
const { makeParity, writtenParity } = (await import(script)) as Parity;

function problemsOf(evidence: object, section: object = {}): string[] {
  return makeParity({ sections: [{ title: 'nn.Thing', ...section, arguments: { size: evidence } }] }).problems;
}

describe('the table of parity with PyTorch', () => {
  it('names only tests and cases that exist', () => {
    expect(makeParity().problems).toEqual([]);
  });

  it('is up to date', () => {
    expect(writtenParity() === makeParity().markdown, 'run node scripts/make_parity.mjs').toBe(true);
  });

  it('notices what does not exist', () => {
    expect(problemsOf({ test: 'test/docs/parity.test.ts', name: 'notices what does not' })).toEqual([]);
    expect(problemsOf({ test: 'test/docs/parity.test.ts', name: ['no', 'such title'].join(' ') })).toHaveLength(1);
    expect(problemsOf({ test: 'test/docs/none.test.ts', name: 'x' })).toEqual([
      expect.stringMatching(/does not exist/),
    ]);
    const fixture = { file: 'test/nn/torch_nn.test.ts', fixtures: ['nn_pair_losses'] };
    const section = { class: 'KLDivLoss', fixture };
    expect(problemsOf({ option: 'logTarget' }, section)).toEqual([]);
    expect(problemsOf({ option: 'margin' }, section)).toEqual([expect.stringMatching(/no case of nn_pair_losses/)]);
    expect(problemsOf({ cases: 'Thing' }, section)).toHaveLength(1);
    const unread = { class: 'KLDivLoss', fixture: { ...fixture, file: 'test/ops/view.test.ts' } };
    expect(problemsOf({ option: 'logTarget' }, unread)[0]).toMatch(/does not read nn_pair_losses/);
    expect(problemsOf({ option: 'size' })[0]).toMatch(/names no fixture/);
  });
});
