import { constants } from 'node:os';

const names = ['SIGINT', 'SIGTERM'] as const;
export type StopName = (typeof names)[number];

/** A terminal and npm may both pass one Ctrl-C on; what comes this soon after the first is the same one. */
const samePress = 1000;

/** Exit codes of a process that a signal ended, by the shell's convention. */
const exitCode = (name: StopName) => 128 + constants.signals[name];

/**
 * Turns the first SIGINT or SIGTERM into a request that the work can end cleanly, after which the process has the exit
 * code that says so; a second one, a second later or more, ends the process at once.
 */
export class StopSignals {
  #received: StopName | null = null;
  #time = 0;
  readonly #listeners: (() => void)[];

  /** @param onFirst called once */
  constructor(onFirst: (name: StopName) => void) {
    this.#listeners = names.map((name) => {
      const listener = () => {
        const now = performance.now();
        if (this.#received === null) {
          this.#received = name;
          this.#time = now;
          process.exitCode = exitCode(name);
          onFirst(name);
        } else if (now - this.#time > samePress) {
          process.exit(exitCode(name));
        }
      };
      process.on(name, listener);
      return () => process.off(name, listener);
    });
  }

  /** Signals mean what they meant before. */
  end(): void {
    for (const remove of this.#listeners) remove();
  }
}
