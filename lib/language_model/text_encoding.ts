type Encoding = 'utf-16le' | 'utf-16be';

/** What is looked at. */
const sampleBytes = 65536;

/** Characters that are everywhere in texts, and nowhere when the bytes are read the wrong way round. */
const common = /[ \n.,、。，]/g;
/** What no text holds. A lone surrogate does not come out of a decoder that is strict. */
const impossible = /[\p{Cn}\p{Co}]|(?![\t\n\r\f])\p{Cc}/gu;

/** UTF-16 without the mark that would say so; null where the bytes are something else. */
export function guessUtf16(bytes: Uint8Array): Encoding | null {
  if (bytes.byteLength % 2 !== 0 || bytes.byteLength === 0) return null;
  const sample = bytes.subarray(0, sampleBytes);
  const [little, big] = (['utf-16le', 'utf-16be'] as const).map((encoding) => score(sample, encoding));
  const [encoding, best, other] =
    little >= big ? (['utf-16le', little, big] as const) : (['utf-16be', big, little] as const);
  return best > 0.01 && best > 4 * other ? encoding : null;
}

/** The share of common characters, none where the bytes can't be such a text. */
function score(sample: Uint8Array, encoding: Encoding): number {
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true });
  } catch {
    return 0;
  }
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(impossible) > 0 ? 0 : count(common) / text.length;
}
