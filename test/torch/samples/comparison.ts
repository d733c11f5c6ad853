import { readFileSync } from 'node:fs';
import { type Disagreement, type Kind, tolerancesWith } from './agreement.js';
import { formsOf, type Row } from './forms.js';
import { compareModule, type ModuleRow, moduleForm } from './modules.js';
import { compareOperation } from './operations.js';
import { compareOptimizer, optimizerForm } from './optimizers.js';
import type { Call, Encoded, SampleFile } from './read.js';

interface Group {
  reason: string;
  names: string[];
}

/** counterparts.json: how PyTorch's calls are written here, and which entries of PyTorch's have nothing here, and why. */
export interface Counterparts {
  operations: Record<string, Row>;
  operationsWithout: Group[];
  modules: Record<string, ModuleRow>;
  modulesWithout: Group[];
  optimizers: Record<string, string>;
}

/** Disagreements that are known: a reason, and what they look like. */
export interface Difference {
  reason: string;
  /** Names of PyTorch's; every one where there are none. */
  names?: string[];
  kinds: Kind[];
  dtypes?: string[];
  /** A part of the disagreement's text, as a regular expression. */
  text?: string;
  /** A part of the sample's call in PyTorch's terms, as a regular expression. */
  sample?: string;
}

/** One disagreement with PyTorch, and where it came up. */
export interface Finding extends Disagreement {
  name: string;
  form: string;
  dtype: string;
  number: number;
  sample: string;
}

/** What came of the samples of one entry of PyTorch's. */
export interface Outcome {
  name: string;
  /** Whether anything here corresponds to it. */
  exists: boolean;
  /** Samples compared. */
  samples: number;
  findings: Finding[];
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T;
}

export const counterparts = readJson<Counterparts>('counterparts.json');
export const differences = readJson<Difference[]>('differences.json');

/** A call in PyTorch's terms, short. */
function shown(file: SampleFile, call: Call): string {
  const value = (item: Encoded): string => {
    if (item === null || typeof item !== 'object') return JSON.stringify(item);
    if (Array.isArray(item)) return `[${item.map(value).join(', ')}]`;
    if ('t' in item) {
      const [dtype, shape, , strides] = file.tensors[item.t];
      return `${dtype}[${shape}]${strides === 0 ? '' : ` strides [${strides}]`}`;
    }
    return JSON.stringify(item);
  };
  const named = Object.entries(call.kwargs ?? {}).map(([name, item]) => `${name}=${value(item)}`);
  const text = [...(call.args ?? []).map(value), ...named].join(', ');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The row of an operation, or that of all its variants. */
export function rowOf(name: string): Row {
  const { operations } = counterparts;
  return operations[name] ?? operations[name.slice(0, name.lastIndexOf('.'))];
}

interface Described extends Call {
  dtype?: string;
  number: number;
  raises?: string;
}

function findingsOf(file: SampleFile, name: string, form: string, sample: Described, found: Disagreement[]): Finding[] {
  const dtype = sample.dtype ?? 'error';
  return found.map((item) => ({ ...item, name, form, dtype, number: sample.number, sample: shown(file, sample) }));
}

/** The comparisons of a file, one for each entry of PyTorch's; each runs when it is called. */
export function comparisonsOf(file: SampleFile): { name: string; run: () => Outcome }[] {
  const operations = (file.operations ?? []).map(({ name, samples, tolerances }) => {
    const run = (): Outcome => {
      const forms = formsOf(rowOf(name));
      const findings = samples.flatMap((sample) =>
        forms.flatMap((form) => {
          if (form.inPlace && !sample.inPlace && !form.signature.name.endsWith('_')) return [];
          if (form.strided && sample.raises !== undefined) return [];
          const found = compareOperation(file, sample, form, tolerancesWith(tolerances));
          return findingsOf(file, name, form.text, sample, found);
        }),
      );
      return { name, exists: forms.length > 0, samples: samples.length, findings };
    };
    return { name, run };
  });
  const modules = (file.modules ?? []).map(({ name, samples }) => {
    const run = (): Outcome => {
      const form = moduleForm(counterparts.modules[name]);
      if (form === null) return { name, exists: false, samples: samples.length, findings: [] };
      const findings = samples.flatMap((sample) => {
        const found = compareModule(file, sample, form, counterparts.modules, tolerancesWith());
        return findingsOf(file, name, name, sample, found);
      });
      return { name, exists: true, samples: samples.length, findings };
    };
    return { name, run };
  });
  const optimizers = (file.optimizers ?? []).map(({ name, samples }) => {
    const run = (): Outcome => {
      const form = optimizerForm(counterparts.optimizers[name]);
      if (form === null) return { name: `optim.${name}`, exists: false, samples: samples.length, findings: [] };
      const findings = samples.flatMap((sample) => {
        const found = compareOptimizer(file, sample, form, tolerancesWith());
        return findingsOf(file, `optim.${name}`, `optim.${name}`, sample, found);
      });
      return { name: `optim.${name}`, exists: true, samples: samples.length, findings };
    };
    return { name: `optim.${name}`, run };
  });
  return [...operations, ...modules, ...optimizers];
}

/** The entry of differences.json that a finding belongs to; undefined where there is none. */
export function explanationOf(finding: Finding): Difference | undefined {
  return differences.find(
    ({ names, kinds, dtypes, text, sample }) =>
      (names === undefined || names.includes(finding.name)) &&
      kinds.includes(finding.kind) &&
      (dtypes === undefined || dtypes.includes(finding.dtype)) &&
      (text === undefined || new RegExp(text).test(finding.text)) &&
      (sample === undefined || new RegExp(sample).test(finding.sample)),
  );
}

interface Counts {
  /** Entries of PyTorch's that were compared, their samples, and how many findings differences.json explains. */
  compared: number;
  samples: number;
  explained: number;
  /** Entries that the table knows and nothing here corresponds to yet. */
  absent: string[];
}

/** What the documents say of a run: operations, modules and optimizers. */
export function countsOf(outcomes: readonly Outcome[]): Record<string, Counts> {
  const counts = (belongs: (name: string) => boolean): Counts => {
    const mine = outcomes.filter(({ name }) => belongs(name));
    const present = mine.filter(({ exists }) => exists);
    return {
      compared: present.length,
      samples: present.reduce((sum, { samples }) => sum + samples, 0),
      explained: present.reduce((sum, { findings }) => sum + findings.length, 0),
      absent: mine.filter(({ exists }) => !exists).map(({ name }) => name),
    };
  };
  const isModule = (name: string) => name in counterparts.modules;
  const isOptimizer = (name: string) => name.startsWith('optim.');
  return {
    operations: counts((name) => !isModule(name) && !isOptimizer(name)),
    modules: counts(isModule),
    optimizers: counts(isOptimizer),
  };
}

/** A finding in a line. */
export function describeFinding({ name, form, dtype, number, kind, text, sample }: Finding): string {
  return `${name} ${dtype} ${number} by ${form}(${sample}): ${kind}: ${text}`;
}
