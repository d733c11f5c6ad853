import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentError, CorpusError, describe, ShapeError, ValueError } from '../errors.js';
import { nearest } from '../options.js';
import type { TrainingHistory } from '../training/records.js';

/** Where curves come from: a training's history, the path of its log or folder, or one number after another. */
export type CurveSource = TrainingHistory | string | readonly number[] | Float32Array | Float64Array;

/** Numbers at steps, which need not be finite. */
export interface Curve {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Curves by the name of the metric. */
type Metrics = Map<string, { steps: number[]; values: number[] }>;

export function readCurves(op: string, source: unknown, metrics: unknown): Curve[] {
  if (metrics !== undefined && !(Array.isArray(metrics) && metrics.every((name) => typeof name === 'string'))) {
    throw new ArgumentError(`${op}: metrics must be a list of names, got ${describe(metrics)}`);
  }
  const wanted = metrics as readonly string[] | undefined;
  if (isSource(source)) return chosen(op, 'source', readSource(op, 'source', source), wanted, '');
  if (typeof source !== 'object' || source === null || Object.getPrototypeOf(source) !== Object.prototype) {
    throw new ArgumentError(
      `${op}: source must be a history, the path of a log or run, a list of numbers, or several of them by name, got ${describe(source)}`,
    );
  }
  const entries = Object.entries(source);
  if (entries.length === 0) throw new ShapeError(`${op}: source is empty`);
  return entries.flatMap(([name, part]) => {
    if (!isSource(part)) {
      throw new ArgumentError(
        `${op}: source.${name} must be a history, a path or a list of numbers, got ${describe(part)}`,
      );
    }
    return chosen(op, `source.${name}`, readSource(op, `source.${name}`, part), wanted, name);
  });
}

function isSource(source: unknown): source is CurveSource {
  if (typeof source === 'string' || Array.isArray(source)) return true;
  if (source instanceof Float32Array || source instanceof Float64Array) return true;
  if (typeof source !== 'object' || source === null) return false;
  const { epochs, validations } = source as Partial<TrainingHistory>;
  return Array.isArray(epochs) && Array.isArray(validations);
}

function readSource(op: string, place: string, source: CurveSource): Metrics {
  if (typeof source === 'string') return readPath(op, source);
  const metrics: Metrics = new Map();
  if (Array.isArray(source) || ArrayBuffer.isView(source)) {
    if (source.length === 0) throw new ShapeError(`${op}: ${place} is empty`);
    for (const [i, value] of (source as readonly unknown[]).entries()) {
      if (typeof value !== 'number') {
        throw new ArgumentError(`${op}: ${place}[${i}] must be a number, got ${describe(value)}`);
      }
      add(metrics, 'loss', i + 1, value);
    }
    return metrics;
  }
  const { epochs, validations } = source as TrainingHistory;
  for (const record of [...epochs]) addScores(op, metrics, 'train', record?.step, record?.train, place);
  for (const record of [...validations]) addScores(op, metrics, 'validation', record?.step, record?.scores, place);
  if (metrics.size === 0) throw new ShapeError(`${op}: ${place} has no finished pass and no validation`);
  return metrics;
}

function addScores(op: string, metrics: Metrics, part: string, step: unknown, scores: unknown, place: string): void {
  if (typeof step !== 'number' || typeof scores !== 'object' || scores === null) {
    throw new ArgumentError(`${op}: ${place} is no history of a training: a record has no step and scores`);
  }
  for (const [name, value] of Object.entries(scores)) {
    if (typeof value === 'number') add(metrics, `${part}/${name}`, step, value);
  }
}

function add(metrics: Metrics, name: string, step: number, value: number): void {
  const curve = metrics.get(name) ?? { steps: [], values: [] };
  metrics.set(name, curve);
  curve.steps.push(step);
  curve.values.push(value);
}

/** A log, or a run's folder with one in it. */
function readPath(op: string, path: string): Metrics {
  if (path === '') throw new ArgumentError(`${op}: source must name a file or folder, got an empty string`);
  if (statSync(path).isDirectory()) {
    for (const name of ['log.jsonl', 'metrics.jsonl', 'metrics.json']) {
      const file = join(path, name);
      if (statSync(file, { throwIfNoEntry: false })?.isFile()) return readLog(op, file);
    }
    throw new CorpusError(`${op}: ${path} is no folder of a run: it has neither log.jsonl nor metrics.json`);
  }
  return readLog(op, path);
}

function readLog(op: string, file: string): Metrics {
  const text = readFileSync(file, 'utf8');
  const whole = file.endsWith('.json') ? parsed(text) : undefined;
  const metrics: Metrics = new Map();
  if (whole !== undefined) addHistory(metrics, whole);
  else {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    for (const [i, line] of lines.entries()) {
      const row = parsed(line);
      if (row !== undefined) addRow(metrics, row);
      // A process that was killed leaves half of its last line.
      else if (i < lines.length - 1 || i === 0) {
        throw new CorpusError(`${op}: line ${i + 1} of ${file} is no JSON object; a log has one in each line`);
      }
    }
  }
  if (metrics.size === 0) {
    throw new CorpusError(`${op}: ${file} has no lines with a step and numbers, as JsonLinesLogger writes them`);
  }
  return metrics;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Numbers that JSON does not have are strings in a log. */
const notFinite: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

function addRow(metrics: Metrics, row: Record<string, unknown>): void {
  const { step, time, ...values } = row;
  if (typeof step !== 'number') return;
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number') add(metrics, name, step, value);
    else if (typeof value === 'string' && Object.hasOwn(notFinite, value)) add(metrics, name, step, notFinite[value]);
  }
}

/** The `metrics.json` of a run: a history, or a list of passes. */
function addHistory(metrics: Metrics, { history, epochs }: Record<string, unknown>): void {
  const passes = [history, epochs, (history as { epochs?: unknown } | undefined)?.epochs].find(Array.isArray) ?? [];
  for (const pass of passes as unknown[]) {
    if (typeof pass !== 'object' || pass === null) continue;
    const { epoch, step, ...rest } = pass as Record<string, unknown>;
    const at = typeof step === 'number' ? step : epoch;
    if (typeof at !== 'number') continue;
    for (const [name, value] of Object.entries(rest)) {
      if (typeof value === 'number') add(metrics, name, at, value);
      else if (typeof value === 'object' && value !== null) {
        for (const [inner, score] of Object.entries(value)) {
          if (typeof score === 'number') add(metrics, `${name}/${inner}`, at, score);
        }
      }
    }
  }
}

function chosen(
  op: string,
  place: string,
  metrics: Metrics,
  wanted: readonly string[] | undefined,
  prefix: string,
): Curve[] {
  const names = [...metrics.keys()];
  const losses = names.filter((name) => /loss$/i.test(name));
  const shown = wanted ?? (losses.length > 0 ? losses : names);
  return shown.map((name) => {
    const curve = metrics.get(name);
    if (curve === undefined) {
      const close = nearest(name, names);
      const hint = close === null ? `it has ${names.slice(0, 12).join(', ')}` : `did you mean '${close}'?`;
      throw new ValueError(`${op}: ${place} has no metric ${describe(name)}; ${hint}`);
    }
    const own =
      names.length === 1 && name === 'loss' && prefix !== '' ? prefix : prefix === '' ? name : `${prefix} ${name}`;
    return { name: own, ...curve };
  });
}
