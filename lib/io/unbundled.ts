/**
 * Imports a package that brings a binary of its own, or may be missing. Its name is an argument, so that bundlers leave it alone: a
 * binary can't go into a bundle.
 */
export function importUnbundled(name: string): Promise<unknown> {
  return import(name);
}
