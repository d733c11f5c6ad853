import { inflateSync } from 'node:zlib';

/** A PNG of 8 bits a channel, decoded: enough to see that something is drawn. */
export function readPng(file: Uint8Array): { width: number; height: number; pixels: Uint8Array; channels: number } {
  const bytes = Buffer.from(file);
  if (bytes.toString('latin1', 1, 4) !== 'PNG') throw new Error('no PNG');
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const channels = { 2: 3, 6: 4 }[bytes[25]];
  if (bytes[24] !== 8 || channels === undefined) throw new Error('another kind of PNG');
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const row = width * channels;
  const pixels = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const left = x >= channels ? pixels[y * row + x - channels] : 0;
      const up = y > 0 ? pixels[(y - 1) * row + x] : 0;
      const corner = y > 0 && x >= channels ? pixels[(y - 1) * row + x - channels] : 0;
      const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      pixels[y * row + x] = raw[y * (row + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth][filter];
    }
  }
  return { width, height, pixels, channels };
}

/** Pixels of each colour, as `r,g,b`. */
export function colorsIn({ pixels, channels }: ReturnType<typeof readPng>): Map<string, number> {
  const found = new Map<string, number>();
  for (let i = 0; i < pixels.length; i += channels) {
    const key = pixels.subarray(i, i + 3).join(',');
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}
