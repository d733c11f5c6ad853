/**
 * Runs one operation inside another: an error of the inner one speaks in the name of the outer one, which is what the user
 * called.
 */
export function inNameOf<T>(op: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error) {
      const { message, stack } = error;
      const renamed = message.replace(/^[\w.]+(?=: )/, op);
      if (renamed !== message) {
        error.message = renamed;
        error.stack = stack?.replace(message, renamed);
      }
    }
    throw error;
  }
}
