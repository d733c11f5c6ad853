import { FileFormatError } from '../../errors.js';
import { type ByteSource, memoryBound } from '../byte_source.js';

/**
 * Entries may be compressed, but not grow without bounds.
 * @param sizes of the entries that will be unpacked
 * @param remedy what the message advises
 * @throws FileFormatError where they take more than twice the archive and 100 MB
 */
export function checkUnpackedSize(source: ByteSource, sizes: readonly number[], remedy: string): void {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= memoryBound(source.bytes)) return;
  throw new FileFormatError(
    `${source.name}: its entries unpack to ${total} bytes, more than twice its own ${source.bytes} and 100 MB; ${remedy}`,
  );
}
