import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { DType } from '../../lib/tensor/dtype.js';
import { formatExponential, formatFixed } from '../../lib/tensor/format_number.js';
import { formatSparseTensor, formatTensor, type PrintSettings } from '../../lib/tensor/print.js';
import {
  getPrintOptions,
  type PrintOptions,
  setPrintOptions,
  withPrintOptions,
} from '../../lib/tensor/print_options.js';

interface ArrayFixture {
  shape: number[];
  dtype: string;
  data?: (number | boolean | string)[];
  lcg?: { seed: number; scale: number; shift: number; low?: number; high?: number };
}

interface PrintCase {
  name: string;
  options?: Partial<Omit<PrintOptions, 'threshold'>> & {
    threshold?: number | 'inf';
    profile?: 'default' | 'short' | 'full';
  };
  tensor?: ArrayFixture;
  shape?: number[];
  indices?: ArrayFixture;
  values?: ArrayFixture;
  gradFn?: string;
  requiresGrad?: boolean;
  parameter?: boolean;
  printed: string;
}

const fixture = JSON.parse(readFileSync(new URL('../torch/fixtures/print.json', import.meta.url), 'utf8')) as {
  cases: PrintCase[];
  /** [value, digits, Python's fixed notation (its first 60 characters), Python's exponential notation] */
  numbers: [number, number, string, string][];
};

const NON_FINITE: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

function ruleValues(count: number, rule: NonNullable<ArrayFixture['lcg']>): number[] {
  let state = Math.imul(rule.seed, 2654435761) >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const top24 = state >>> 8;
    if (rule.low !== undefined) return rule.low + Math.floor((top24 * (rule.high! - rule.low)) / 2 ** 24);
    return rule.shift + rule.scale * (top24 / 2 ** 23 - 1);
  });
}

/** The fixture's array as printing takes it. PyTorch's default integer, int64, is int32 here. */
function printable({ shape, dtype, data, lcg }: ArrayFixture) {
  const count = shape.reduce((product, size) => product * size, 1);
  let values = lcg ? ruleValues(count, lcg) : data!.map((v) => (typeof v === 'string' ? NON_FINITE[v] : Number(v)));
  if (!['float64', 'int64', 'int32'].includes(dtype)) values = values.map(Math.fround);
  return { shape, dtype: (dtype === 'int64' ? 'int32' : dtype) as DType, at: (index: number) => values[index] };
}

/** PyTorch names int32, not its default; the fixtures' int64 stands for Lutra's. */
function settingsFor(array: ArrayFixture): PrintSettings {
  return array.dtype === 'int32' ? { defaultInteger: 'int64' } : {};
}

function print(testCase: PrintCase): string {
  if (testCase.tensor) return formatTensor(printable(testCase.tensor), testCase, settingsFor(testCase.tensor));
  const sparse = {
    shape: testCase.shape!,
    indices: printable(testCase.indices!),
    values: printable(testCase.values!),
  };
  return formatSparseTensor(sparse, testCase, settingsFor(testCase.values!));
}

function vector(values: number[], dtype: DType = 'float32') {
  return { shape: [values.length], dtype, at: (index: number) => values[index] };
}

afterEach(() => setPrintOptions({ profile: 'default' }));

describe('the text that PyTorch prints', () => {
  it('has cases for every dtype', () => {
    const dtypes = new Set(fixture.cases.map((c) => (c.tensor ?? c.values!).dtype));
    expect([...dtypes].sort()).toEqual(
      ['bfloat16', 'bool', 'float16', 'float32', 'float64', 'int32', 'int64', 'uint8'].sort(),
    );
    expect(fixture.cases.length).toBeGreaterThan(300);
  });

  it.each(fixture.cases.map((c) => [c.name, c] as const))('%s', (_name, testCase) => {
    if (testCase.options) {
      const { threshold, ...options } = testCase.options;
      setPrintOptions({
        ...options,
        ...(threshold === undefined ? {} : { threshold: threshold === 'inf' ? Number.POSITIVE_INFINITY : threshold }),
      });
    }
    expect(print(testCase)).toBe(testCase.printed);
  });
});

describe('integers and their suffix', () => {
  it('prints int32, the default integer, without its dtype', () => {
    expect(formatTensor(vector([1, 2], 'int32'))).toBe('tensor([1, 2])');
  });

  it('names int32 where the reader expects 64-bit integers', () => {
    expect(formatTensor(vector([1, 2], 'int32'), {}, { defaultInteger: 'int64' })).toBe(
      'tensor([1, 2], dtype=torch.int32)',
    );
  });

  it('names the dtype of an empty integer tensor, which shows no integers', () => {
    expect(formatTensor(vector([], 'int32'))).toBe('tensor([], dtype=torch.int32)');
  });
});

describe('which elements are read', () => {
  function countingTable(rows: number, columns: number) {
    const read = new Set<number>();
    const table = {
      shape: [rows, columns],
      dtype: 'float32' as const,
      at: (index: number) => {
        read.add(index);
        return (index % 17) / 16;
      },
    };
    return { table, read };
  }

  it('reads only the corners of a summarised table', () => {
    const { table, read } = countingTable(1_000_000, 128);
    formatTensor(table);
    const ends = (size: number) => [0, 1, 2, size - 3, size - 2, size - 1];
    expect([...read]).toEqual(ends(1_000_000).flatMap((row) => ends(128).map((column) => row * 128 + column)));
  });

  it('reads nothing of an empty tensor', () => {
    const { table, read } = countingTable(0, 128);
    expect(formatTensor(table)).toBe('tensor([], size=(0, 128))');
    expect(read.size).toBe(0);
  });
});

describe('print options', () => {
  it('start as PyTorch has them', () => {
    expect(getPrintOptions()).toEqual({ precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sciMode: null });
  });

  it('keep what a call does not name, but reset sciMode', () => {
    setPrintOptions({ precision: 2, sciMode: true });
    setPrintOptions({ linewidth: 100 });
    expect(getPrintOptions()).toEqual({ precision: 2, threshold: 1000, edgeitems: 3, linewidth: 100, sciMode: null });
  });

  it('of one call win over the ones in force and do not stay', () => {
    expect(formatTensor(vector([1.5]), {}, { precision: 1 })).toBe('tensor([1.5])');
    expect(formatTensor(vector([1.5]))).toBe('tensor([1.5000])');
  });

  it('are set back after withPrintOptions, also after a throw', () => {
    setPrintOptions({ precision: 3, sciMode: false });
    const before = getPrintOptions();
    expect(withPrintOptions({ profile: 'short' }, () => formatTensor(vector([1.5])))).toBe('tensor([1.50])');
    expect(() =>
      withPrintOptions({ precision: 9 }, () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(getPrintOptions()).toEqual(before);
  });

  it.each<[object, string, RegExp]>([
    [{ precission: 3 }, 'OptionError', /unknown option 'precission'; did you mean 'precision'/],
    [{ sci_mode: true }, 'OptionError', /did you mean 'sciMode'/],
    [{ precision: -1 }, 'ValueError', /precision must be an integer from 0 to 100, got -1/],
    [{ precision: 101 }, 'ValueError', /from 0 to 100, got 101/],
    [{ precision: 2.5 }, 'ValueError', /got 2.5/],
    [{ precision: '4' }, 'ArgumentError', /precision must be a number, got "4"/],
    [{ threshold: Number.NaN }, 'ValueError', /threshold must be an integer of at least 0, got NaN/],
    [{ edgeitems: Number.POSITIVE_INFINITY }, 'ValueError', /edgeitems must be an integer/],
    [{ linewidth: -80 }, 'ValueError', /linewidth must be/],
    [{ sciMode: 'yes' }, 'ArgumentError', /sciMode must be true, false or null, got "yes"/],
    [{ profile: 'toString' }, 'ValueError', /profile must be 'default', 'short' or 'full', got "toString"/],
  ])('refuse %j', (options, name, message) => {
    const before = getPrintOptions();
    expect(() => setPrintOptions(options)).toThrow(
      expect.objectContaining({ name, message: expect.stringMatching(message) }),
    );
    expect(() => setPrintOptions({ linewidth: 100, ...options })).toThrow();
    expect(getPrintOptions()).toEqual(before);
  });
});

describe('decimal strings', () => {
  it('are the ones that Python writes', () => {
    const written = fixture.numbers.map(([value, digits]) => [
      value,
      digits,
      formatFixed(value, digits).slice(0, 60),
      formatExponential(value, digits),
    ]);
    expect(written).toEqual(fixture.numbers);
  });

  it('include ties that JavaScript rounds the other way', () => {
    const ties = fixture.numbers.filter(([value, digits, fixed]) => value.toFixed(digits).slice(0, 60) !== fixed);
    expect(ties.length).toBeGreaterThan(10);
    expect([formatFixed(0.03125, 4), formatFixed(2.5, 0), formatFixed(-0.5, 0)]).toEqual(['0.0312', '2', '-0']);
    expect([formatExponential(2.5, 0), formatExponential(9.5, 0), formatExponential(1.00005e9, 4)]).toEqual([
      '2e+00',
      '1e+01',
      '1.0000e+09',
    ]);
  });
});
