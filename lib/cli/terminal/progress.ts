import cliProgress, { type SingleBar } from 'cli-progress';
import type { TrainProgress } from '../../language_model/train.js';

/** Where there is no terminal to draw on, a line is printed this often, in milliseconds. */
const lineInterval = 10_000;
/** How often a line on a terminal is written over. */
const drawInterval = 500;

/** Where a terminal doesn't say how wide it is. */
const usualColumns = 80;

interface Layout {
  barSize: number;
  format(progress: TrainProgress): string;
  numbers(progress: TrainProgress): string;
}

const passOf = ({ epoch, epochs }: TrainProgress) => `pass ${epoch}/${epochs}`;
const timeLeft = ({ secondsLeft }: TrainProgress) => `${formatDuration(secondsLeft)} left`;
const lossAndTime = (progress: TrainProgress) => `loss ${progress.loss.toFixed(3)} · ${timeLeft(progress)}`;
const withBar = (progress: TrainProgress) => `${passOf(progress)} {bar} {percentage}% · {numbers}`;
const withoutBar = (progress: TrainProgress) => `${passOf(progress)} {percentage}% · {numbers}`;

/** From the widest to the narrowest: what a terminal has no room for is left out, never cut off. */
const layouts: readonly Layout[] = [
  { barSize: 24, format: withBar, numbers: formatNumbers },
  { barSize: 10, format: withBar, numbers: formatNumbers },
  { barSize: 0, format: withoutBar, numbers: formatNumbers },
  { barSize: 0, format: withoutBar, numbers: lossAndTime },
  { barSize: 0, format: withoutBar, numbers: timeLeft },
  { barSize: 0, format: () => '{percentage}%', numbers: () => '' },
];

/** Numbers as wide as they get, so that the layout does not change with every step. */
const widest = { loss: 10, tokensPerSecond: 1e6, secondsLeft: 36_000 };

function fittingLayout(progress: TrainProgress, columns: number): Layout {
  const example = { ...progress, ...widest };
  const fits = (layout: Layout) => {
    const { format, numbers, barSize } = layout;
    const text = format(example).replace('{bar}', ' '.repeat(barSize)).replace('{percentage}', '100');
    return text.replace('{numbers}', numbers(example)).length < columns;
  };
  return layouts.find(fits) ?? layouts[layouts.length - 1];
}

/** Shows how much of a text has been read, where that takes long. */
export class ReadingProgress {
  readonly #stream: NodeJS.WriteStream;
  #last = performance.now();
  #drawn = false;

  constructor(stream: NodeJS.WriteStream = process.stdout) {
    this.#stream = stream;
  }

  /** @param share from 0 to 1 */
  step(share: number): void {
    const { isTTY } = this.#stream;
    const now = performance.now();
    if (now - this.#last < (isTTY ? drawInterval : lineInterval)) return;
    this.#last = now;
    const text = `reading the text: ${Math.floor(100 * share)}%`;
    this.#stream.write(isTTY ? `\r${text}` : `${text}\n`);
    this.#drawn = isTTY;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\x1b[K');
    this.#drawn = false;
  }
}

/** Shows how a training gets on: a bar on a terminal, now and then a line elsewhere. */
export class TrainingProgress {
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | null = null;
  #epoch = 0;
  #columns = 0;
  #lastLine = performance.now();

  constructor(stream: NodeJS.WriteStream = process.stdout) {
    this.#stream = stream;
  }

  step(progress: TrainProgress): void {
    if (this.#stream.isTTY) this.#draw(progress);
    else this.#print(progress);
  }

  /** Takes the bar away, so that lines can be printed. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #draw(progress: TrainProgress): void {
    const { epoch, epochTokens, epochTokensTotal } = progress;
    const columns = this.#stream.columns || usualColumns;
    if (this.#epoch !== epoch || this.#columns !== columns) this.clear();
    this.#epoch = epoch;
    this.#columns = columns;
    const layout = fittingLayout(progress, columns);
    if (this.#bar === null) {
      this.#bar = new cliProgress.SingleBar(
        {
          format: layout.format(progress),
          stream: this.#stream,
          barsize: layout.barSize,
          hideCursor: true,
          clearOnComplete: true,
          fps: 5,
        },
        cliProgress.Presets.shades_classic,
      );
      this.#bar.start(epochTokensTotal, 0, { numbers: '' });
    }
    this.#bar.update(epochTokens, { numbers: layout.numbers(progress) });
  }

  #print(progress: TrainProgress): void {
    const now = performance.now();
    if (now - this.#lastLine < lineInterval) return;
    this.#lastLine = now;
    const { epoch, epochs, epochTokens, epochTokensTotal } = progress;
    const percentage = Math.floor((100 * epochTokens) / epochTokensTotal);
    this.#stream.write(`pass ${epoch}/${epochs} ${percentage}% · ${formatNumbers(progress)}\n`);
  }
}

function formatNumbers({ loss, tokensPerSecond, secondsLeft }: TrainProgress): string {
  return `loss ${loss.toFixed(3)} · ${formatCount(tokensPerSecond)} tokens/s · ${formatDuration(secondsLeft)} left`;
}

/** 12345.6 → '12,346' */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** 83.2 → '1:23' */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}
