import type cliProgress from 'cli-progress';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import type { TrainingRun } from './callbacks.js';
import type { EpochRecord, Scores } from './records.js';

/** What progress is written to: `process.stderr`, or anything that writes. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Whether it is a terminal, which a bar can be drawn on. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  /** Default `process.stderr`. */
  stream?: ProgressStream;
  /** Seconds between two lines where there is no terminal. Default 10. */
  everySeconds?: number;
}

/** Settled progress options; null for silence. @throws OptionError, ArgumentError, ValueError */
export function checkProgress(op: string, given: boolean | ProgressOptions | undefined): ProgressOptions | null {
  if (given === false) return null;
  if (given === undefined || given === true) return {};
  const options = checkOptions(`${op}: progress`, given, ['stream', 'everySeconds']);
  const { stream, everySeconds = 10 } = options;
  if (stream !== undefined && typeof stream?.write !== 'function') {
    throw new ArgumentError(`${op}: progress.stream must have write(text), got ${describe(stream)}`);
  }
  if (typeof everySeconds !== 'number' || !(everySeconds > 0)) {
    throw new ValueError(`${op}: progress.everySeconds must be a number above 0, got ${describe(everySeconds)}`);
  }
  return options;
}

/** Where a terminal doesn't say how wide it is. */
const usualColumns = 80;
/** How often a line on a terminal is written over, in milliseconds. */
const drawInterval = 200;

interface Layout {
  readonly barSize: number;
  /** What stands around the bar; `{numbers}` is filled in at each drawing. */
  format(name: string): string;
  numbers(run: TrainingRun, rate: number, left: number | null): string;
}

const lossOf = (run: TrainingRun) => `loss ${formatNumber(run.recentLoss)}`;
const rateOf = (rate: number) => `${rate >= 10 ? Math.round(rate).toLocaleString('en-US') : rate.toFixed(1)} steps/s`;
const leftOf = (left: number | null) => (left === null ? '' : ` · ${formatDuration(left)} left`);
const all = (run: TrainingRun, rate: number, left: number | null) => `${lossOf(run)} · ${rateOf(rate)}${leftOf(left)}`;
const some = (run: TrainingRun, _rate: number, left: number | null) => `${lossOf(run)}${leftOf(left)}`;

/** From the widest to the narrowest: what a terminal has no room for is left out, never cut off. */
const layouts: readonly Layout[] = [
  { barSize: 24, format: (name) => `${name} {bar} {percentage}% · {numbers}`, numbers: all },
  { barSize: 10, format: (name) => `${name} {bar} {percentage}% · {numbers}`, numbers: all },
  { barSize: 10, format: (name) => `${name} {bar} {percentage}% · {numbers}`, numbers: some },
  { barSize: 0, format: (name) => `${name} {percentage}% · {numbers}`, numbers: some },
  { barSize: 0, format: (name) => `${name} {percentage}% {numbers}`, numbers: (run) => formatNumber(run.recentLoss) },
  { barSize: 0, format: () => '{percentage}%{numbers}', numbers: () => '' },
];

/** Shows how a training gets on: a bar on a terminal, now and then a line elsewhere. */
export class TrainingProgress {
  readonly #stream: ProgressStream;
  readonly #everyMs: number;
  readonly #colours: boolean;
  #bars: typeof cliProgress | null = null;
  #bar: cliProgress.SingleBar | null = null;
  #layout: Layout = layouts[0];
  #barName = '';
  #columns = 0;
  #lastShown = performance.now();
  #rate = { time: performance.now(), step: -1, perSecond: 0 };

  constructor({ stream = process.stderr, everySeconds = 10 }: ProgressOptions) {
    this.#stream = stream;
    this.#everyMs = 1000 * everySeconds;
    const { NO_COLOR, TERM } = process.env;
    this.#colours = stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb';
  }

  /** Gets ready to draw. What draws takes milliseconds to load: where there is a terminal, not with the library. */
  async load(): Promise<void> {
    if (this.#stream.isTTY) this.#bars = (await import('cli-progress')).default;
  }

  /** Shows where the training is, if something was not shown just now. */
  step(run: TrainingRun): void {
    const now = performance.now();
    const { isTTY } = this.#stream;
    if (now - this.#lastShown < (isTTY ? drawInterval : this.#everyMs)) return;
    this.#lastShown = now;
    this.#measure(run, now);
    if (isTTY) this.#draw(run);
    else
      this.#stream.write(
        `${this.#name(run)} · ${this.#share(run)}${all(run, this.#rate.perSecond, this.#left(run))}\n`,
      );
  }

  /** Says what a pass gave. */
  epoch(run: TrainingRun, record: EpochRecord): void {
    this.clear();
    const validation = record.validation === null ? '' : ` · validation ${formatScores(record.validation)}`;
    const line = `${this.#name(run)} · ${formatScores(record.train)}${validation} · ${formatDuration(record.seconds)}`;
    this.#stream.write(`${line}\n`);
    this.#lastShown = performance.now();
  }

  /** Takes the bar away, so that lines can be printed. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #measure(run: TrainingRun, now: number): void {
    const { time, step, perSecond } = this.#rate;
    if (step >= 0 && run.step > step) {
      const fresh = (1000 * (run.step - step)) / (now - time);
      this.#rate.perSecond = perSecond === 0 ? fresh : 0.7 * perSecond + 0.3 * fresh;
    }
    this.#rate.time = now;
    this.#rate.step = run.step;
  }

  #name({ epoch, epochs }: TrainingRun): string {
    return epochs === null ? `epoch ${epoch}` : `epoch ${epoch}/${epochs}`;
  }

  #share({ batch, batches, step, steps }: TrainingRun): string {
    if (batches !== null) return `${Math.floor((100 * batch) / batches)}% · `;
    return steps === null ? `step ${step} · ` : `step ${step}/${steps} · `;
  }

  #left({ step, steps }: TrainingRun): number | null {
    return steps === null || this.#rate.perSecond === 0 ? null : (steps - step) / this.#rate.perSecond;
  }

  #draw(run: TrainingRun): void {
    const columns = this.#stream.columns || usualColumns;
    const name = this.#name(run);
    if (this.#barName !== name || this.#columns !== columns) this.clear();
    this.#barName = name;
    this.#columns = columns;
    const total = run.batches ?? run.steps;
    if (this.#bars === null) return;
    if (this.#bar === null) {
      this.#layout = fittingLayout(name, run, columns);
      const bar = this.#colours ? '\x1b[36m{bar}\x1b[0m' : '{bar}';
      this.#bar = new this.#bars.SingleBar(
        {
          format: this.#layout.format(name).replace('{bar}', bar),
          stream: this.#stream as NodeJS.WriteStream,
          barsize: this.#layout.barSize,
          hideCursor: true,
          clearOnComplete: true,
          linewrap: null,
          fps: 10,
        },
        this.#bars.Presets.shades_classic,
      );
      this.#bar.start(total ?? 1, 0, { numbers: '' });
    }
    const done = run.batches === null ? run.step : run.batch;
    const numbers = this.#layout.numbers(run, this.#rate.perSecond, this.#left(run));
    this.#bar.update(total === null ? 0 : done, { numbers });
  }
}

/** Numbers as wide as they get, so that the layout does not change with every step. */
function fittingLayout(name: string, run: TrainingRun, columns: number): Layout {
  const widest = { ...run, recentLoss: 10.12345 } as TrainingRun;
  const fits = (layout: Layout) => {
    const text = layout.format(name).replace('{bar}', ' '.repeat(layout.barSize)).replace('{percentage}', '100');
    return text.replace('{numbers}', layout.numbers(widest, 1e5, 36_000)).length < columns;
  };
  return layouts.find(fits) ?? layouts[layouts.length - 1];
}

/** `loss 2.3041, accuracy 0.6120` */
function formatScores(scores: Scores): string {
  return Object.entries(scores)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(', ');
}

function formatNumber(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4);
}

/** 83.2 → '1:23' */
function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}
