let enabled = true;

/** Whether operations are being recorded. */
export function isGradEnabled(): boolean {
  return enabled;
}

/** Switches recording on or off; returns what it was. */
export function setGradEnabled(value: boolean): boolean {
  const before = enabled;
  enabled = value;
  return before;
}

/** Runs `body` without recording: its results require no gradient. Returns what `body` returns. */
export function noGrad<T>(body: () => T): T {
  const before = setGradEnabled(false);
  try {
    return body();
  } finally {
    enabled = before;
  }
}

/** Runs `body` with recording on, also inside `noGrad`. */
export function enableGrad<T>(body: () => T): T {
  const before = setGradEnabled(true);
  try {
    return body();
  } finally {
    enabled = before;
  }
}
