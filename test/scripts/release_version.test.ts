import { describe, expect, it } from 'vitest';
import { checkVersion, closeChangelog, notesOf } from '../../scripts/release/version.mjs';

const open = '# Changelog\n\n## 0.2.0 (unreleased)\n\n- New.\n\n## 0.1.0 (2026-01-01)\n\n- First.\n';
const closed = '# Changelog\n\n## 0.1.0 (2026-01-01)\n\n- First.\n';

describe('the version of a release', () => {
  it.each([
    ['0.2.0', '0.1.0', closed],
    ['1.0.0', '0.9.9', closed],
    ['0.1.1', '0.1.0', closed],
    ['0.2.0', '0.2.0', open],
  ])('%s may follow %s', (next, present, changelog) => {
    expect(() => checkVersion(next, present, changelog)).not.toThrow();
  });

  it.each([
    ['0.1.0', '0.1.0', closed, 'must be later than 0.1.0, got 0.1.0'],
    ['0.9.0', '1.0.0', closed, 'must be later than 1.0.0, got 0.9.0'],
    ['1.0', '0.1.0', closed, 'must be three numbers such as 1.2.3, got 1.0'],
    [undefined, '0.1.0', closed, 'got nothing'],
  ])('%s may not follow %s', (next, present, changelog, problem) => {
    expect(() => checkVersion(next, present, changelog)).toThrow(problem);
  });
});

describe('the changelog', () => {
  it('closes its open section', () => {
    expect(closeChangelog(open, '0.3.0', '2026-02-03')).toBe(open.replace('0.2.0 (unreleased)', '0.3.0 (2026-02-03)'));
  });

  it('refuses one without an open section, or without an entry in it', () => {
    expect(() => closeChangelog(closed, '0.2.0', '2026-02-03')).toThrow('no section');
    expect(() => closeChangelog(open.replace('- New.', ''), '0.2.0', '2026-02-03')).toThrow('is empty');
  });

  it('gives the notes of one version', () => {
    expect(notesOf(open, '0.2.0')).toBe('- New.');
    expect(notesOf(open, '0.1.0')).toBe('- First.');
    expect(() => notesOf(open, '0.3.0')).toThrow('no section of 0.3.0');
  });
});
