/** A terminal and npm may both pass one Ctrl-C on; what comes this soon after the first is the same one. */
const samePress = 1000;

/** Exit codes of a process that a signal ended, by the shell's convention: 128 + the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Turns the first Ctrl-C (or SIGTERM) into a request that the work can end cleanly; a second one ends the process at
 * once.
 */
export class Interrupt {
  #signal: keyof typeof exitCodes | null = null;
  #time = 0;
  readonly #onFirst: () => void;

  /** @param onFirst called once, when the request comes */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
    const listener = (signal: NodeJS.Signals) => this.#receive(signal as keyof typeof exitCodes);
    for (const signal of Object.keys(exitCodes)) process.on(signal, listener);
  }

  get requested(): boolean {
    return this.#signal !== null;
  }

  /** The exit code that says why the process ended; 0 when nobody asked it to. */
  get exitCode(): number {
    return this.#signal === null ? 0 : exitCodes[this.#signal];
  }

  #receive(signal: keyof typeof exitCodes): void {
    if (this.#signal === null) {
      this.#signal = signal;
      this.#time = performance.now();
      this.#onFirst();
    } else if (performance.now() - this.#time > samePress) {
      process.exit(exitCodes[signal]);
    }
  }
}
