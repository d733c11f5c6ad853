/** Numbers at which formats and their readers turn. */
const edges = [
  0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];

const kinds = {
  bytes(random, bytes) {
    for (let i = random.below(4); i >= 0; i--) bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  bit(random, bytes) {
    bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    return bytes;
  },
  cut(random, bytes) {
    return bytes.subarray(0, random.below(bytes.length));
  },
  behead(random, bytes) {
    return bytes.subarray(random.below(bytes.length));
  },
  edge(random, bytes) {
    const width = random.pick([1, 2, 4, 8]);
    const at = random.below(Math.max(1, bytes.length - width));
    let value = BigInt(random.pick(edges)) + BigInt(random.below(3) - 1);
    if (width === 8 && random.chance(0.3)) value = BigInt.asUintN(64, -1n << BigInt(random.below(64)));
    for (let i = 0; i < width && at + i < bytes.length; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
    return bytes;
  },
  insert(random, bytes) {
    const at = random.below(bytes.length);
    const extra = Buffer.from(random.some(20, () => random.below(256)));
    return Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)]);
  },
  remove(random, bytes) {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.below(32))]);
  },
  repeat(random, bytes) {
    const [at, to] = [random.below(bytes.length), random.below(bytes.length)];
    const piece = bytes.subarray(at, at + 1 + random.below(64));
    const pieces = Array.from({ length: 1 + random.below(4) }, () => piece);
    return Buffer.concat([bytes.subarray(0, to), ...pieces, bytes.subarray(to)]);
  },
  copy(random, bytes) {
    const length = 1 + random.below(Math.min(64, bytes.length));
    const [from, to] = [random.below(bytes.length), random.below(bytes.length)];
    bytes.copyWithin(to, from, from + length);
    return bytes;
  },
  digit(random, bytes) {
    const digits = [...bytes.keys()].filter((at) => bytes[at] >= 0x30 && bytes[at] <= 0x39);
    if (digits.length > 0) bytes[random.pick(digits)] = 0x30 + random.below(10);
    return bytes;
  },
};

/** A damaged copy of a file. */
export function mutate(random, original) {
  let bytes = Buffer.from(original);
  for (let i = random.below(3); i >= 0 && bytes.length > 0; i--) {
    bytes = Buffer.from(kinds[random.pick(Object.keys(kinds))](random, bytes));
  }
  return bytes;
}

/** The beginning of one file and the end of another. */
export function cross(random, a, b) {
  return Buffer.concat([a.subarray(0, random.below(a.length + 1)), b.subarray(random.below(b.length + 1))]);
}
