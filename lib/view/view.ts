import type { KeyedVectors } from '../vectors/keyed_vectors.js';
import type { View } from './served_page.js';
import { readViewOptions, type ViewOptions } from './view_options.js';

export type { View, ViewOptions };

/**
 * Serves a page on this machine that shows vectors as points: in 2-D and 3-D, with search and neighbours; those of a run move as it
 * learns.
 *
 * ```ts
 * const { url, close } = await view('glove.6B.100d.txt');
 * ```
 *
 * @param source a file that `KeyedVectors.load` reads, `KeyedVectors`, or the folder of a run, which may be under way
 * @throws ValueError naming the port where it is in use; FileFormatError and others of `KeyedVectors.load`
 */
export async function view(source: string | KeyedVectors, options?: ViewOptions): Promise<View> {
  const op = 'view';
  const settings = readViewOptions(op, options);
  // The server and what it shows are read when a page is wanted: programs that only train don't wait for them.
  const { servePage } = await import('./served_page.js');
  return servePage(op, source, settings);
}
