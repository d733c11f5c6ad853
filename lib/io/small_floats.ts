/** How the eight bits of a float are shared out. Those with `nan` have one NaN and neither infinities nor −0. */
interface SmallFloat {
  exponentBits: number;
  bias: number;
  /** The only byte that is a NaN, in the formats that AMD's and Graphcore's machines use. */
  nan?: number;
}

const layouts: Readonly<Record<string, SmallFloat>> = {
  F8_E4M3: { exponentBits: 4, bias: 7 },
  F8_E4M3FNUZ: { exponentBits: 4, bias: 8, nan: 0x80 },
  F8_E5M2FNUZ: { exponentBits: 5, bias: 16, nan: 0x80 },
};

const tables = new Map<string, Uint16Array | Float32Array>();

/**
 * What each byte of an 8-bit float type stands for: the bits of a float16, for F8_E8M0 a float32. All values are exact.
 * Layouts as in the Open Compute Project's OFP8 and MX specifications.
 */
export function smallFloatTable(type: string): Uint16Array | Float32Array {
  const table = tables.get(type) ?? makeTable(type);
  tables.set(type, table);
  return table;
}

function makeTable(type: string): Uint16Array | Float32Array {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  // The exponent alone; and the upper byte of a float16.
  if (type === 'F8_E8M0') return Float32Array.from(bytes, (byte) => (byte === 255 ? Number.NaN : 2 ** (byte - 127)));
  if (type === 'F8_E5M2') return Uint16Array.from(bytes, (byte) => byte << 8);
  return Uint16Array.from(bytes, (byte) => float16Bits(magnitudeOf(layouts[type], byte), byte >= 0x80));
}

function magnitudeOf({ exponentBits, bias, nan }: SmallFloat, byte: number): number {
  if (nan === undefined ? (byte & 0x7f) === 0x7f : byte === nan) return Number.NaN;
  const fractionBits = 7 - exponentBits;
  const exponent = (byte & 0x7f) >> fractionBits;
  const fraction = (byte & ((1 << fractionBits) - 1)) / 2 ** fractionBits;
  return exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
}

/** Of a magnitude that a float16 holds exactly. */
function float16Bits(magnitude: number, negative: boolean): number {
  const sign = negative ? 0x8000 : 0;
  if (Number.isNaN(magnitude)) return sign | 0x7e00;
  if (magnitude === 0) return sign;
  const exponent = Math.floor(Math.log2(magnitude));
  if (exponent < -14) return sign | (magnitude * 2 ** 24);
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1024);
}
