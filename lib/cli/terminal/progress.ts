import cliProgress, { type SingleBar } from 'cli-progress';
import type { TrainProgress } from '../../language_model/train.js';

/** Where there is no terminal to draw on, a line is printed this often, in milliseconds. */
const lineInterval = 10_000;

/** Shows how a training gets on: a bar on a terminal, now and then a line elsewhere. */
export class TrainingProgress {
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | null = null;
  #epoch = 0;
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
    const { epoch, epochs, epochTokens, epochTokensTotal } = progress;
    if (this.#epoch !== epoch) this.clear();
    this.#epoch = epoch;
    if (this.#bar === null) {
      const format = `pass ${epoch}/${epochs} {bar} {percentage}% · {numbers}`;
      this.#bar = new cliProgress.SingleBar(
        { format, stream: this.#stream, barsize: 24, hideCursor: true, clearOnComplete: true, fps: 5 },
        cliProgress.Presets.shades_classic,
      );
      this.#bar.start(epochTokensTotal, 0, { numbers: '' });
    }
    this.#bar.update(epochTokens, { numbers: formatNumbers(progress) });
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
