/** How many bytes of a file {@link kindOfFile} wants to see. */
export const kindBytes = 512;

const magics: readonly (readonly [start: string, kind: string])[] = [
  ['PK\x03\x04', 'a zip archive'],
  ['PK\x05\x06', 'an empty zip archive'],
  ['\x1f\x8b', 'gzip data; unpack it with gunzip'],
  ['BZh', 'bzip2 data; unpack it with bunzip2'],
  ['\xfd7zXZ\x00', 'xz data; unpack it with unxz'],
  ['\x28\xb5\x2f\xfd', 'Zstandard data; unpack it with unzstd'],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive; unpack it first'],
  ['\x93NUMPY', 'a NumPy array; read it with loadNpy'],
  ['\x89HDF\r\n\x1a\n', 'an HDF5 file, as Keras writes'],
  ['GGUF', 'a GGUF file, as llama.cpp reads'],
  ['\x89PNG', 'a PNG image'],
  ['\x7fELF', 'a program'],
];

/** A tar archive says so behind the name and dates of its first file. */
const tarMagicAt = 257;

/** What people name archives and need to know about them. */
const zipHints = 'if torch.save wrote it, read it with loadTorch, if numpy.savez did, with loadNpz';

/**
 * What a file is that is not what its name promised, for an error message: how it should be called, and what can be done.
 * @param start the file's first bytes, up to {@link kindBytes}
 * @returns null where nothing is known
 */
export function kindOfFile(start: Uint8Array): string | null {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(start.byteLength, kindBytes)).toString('latin1');
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    return 'a Git LFS pointer, not the file that it stands for; run git lfs pull';
  }
  for (const [magic, kind] of magics) {
    if (text.startsWith(magic)) return kind === 'a zip archive' ? `${kind}; ${zipHints}` : kind;
  }
  if (text.slice(tarMagicAt).startsWith('ustar'))
    return 'a tar archive; unpack it first, or save it again with a newer PyTorch';
  if (start[0] === 0x80 && start[1] >= 2 && start[1] <= 5)
    return 'a pickle; if torch.save wrote it, read it with loadTorch';
  const length = start.byteLength >= 9 ? Buffer.from(start.buffer, start.byteOffset, 8).readBigUInt64LE(0) : 0n;
  if (length > 0n && length <= 100_000_000n && text[8] === '{')
    return 'a safetensors file; read it with loadSafetensors';
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) return 'a web page; the download brought no file';
  if (isText(start.subarray(0, kindBytes))) return `a text that begins with ${JSON.stringify(beginning(text))}`;
  if (/^\d+ \d+\n/.test(text)) {
    return "vectors in word2vec's binary format; read them with KeyedVectors, or write a table by lutra convert IN OUT.safetensors";
  }
  return null;
}

/** The whole message: what was expected, why it is none, and what the file is instead, where that is known. */
export function notThisKind(source: string, expected: string, start: Uint8Array, why: string): string {
  const kind = kindOfFile(start);
  const instead = kind === null ? '' : `; it is ${kind}`;
  return `${source}: is no ${expected}: ${why}${instead}`;
}

function beginning(text: string): string {
  const line = text
    .trimStart()
    .split(/[\r\n]/, 1)[0]
    .replace(/[^\x20-\x7e]+/g, '…');
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}

/** UTF-8 without control characters; a letter that is cut at the end does not count. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.byteLength === 0) return false;
  const controls = bytes.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13);
  if (controls) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
