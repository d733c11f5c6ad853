// Headers that are text: nearly right, and wrong in the ways in which a writer, or an attacker, may be.

const sizes = [0, 1, 2, 3, 4, 7, 64, 65, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e300, -1, 1.5];

function size(random) {
  return random.chance(0.85) ? random.below(5) : random.pick(sizes);
}

const names = ['x', 'weight', '__metadata__', '__proto__', 'a\\ud800', 'größe ✓', '', 'x', '0', '\\u0078', 'a"b'];

function json(random, depth = 0) {
  const kind = random.below(depth > 4 ? 5 : 8);
  if (kind === 0) return String(size(random));
  if (kind === 1) return JSON.stringify(random.pick(names));
  if (kind === 2) return random.pick(['null', 'true', 'false', '1e2', '-0', '01', 'nul', '1.', '"', '\\']);
  if (kind < 5) return `"${random.pick(names)}"`;
  if (kind === 5) return `[${random.some(4, () => json(random, depth + 1)).join()}]`;
  const members = random.some(4, () => `"${random.pick(names)}":${json(random, depth + 1)}`);
  return `{${members.join()}}`;
}

const safetensorsTypes = [
  'F32',
  'F64',
  'F16',
  'BF16',
  'I64',
  'U16',
  'I8',
  'U8',
  'BOOL',
  'F8_E4M3',
  'F8_E8M0',
  'C64',
  'F4',
  'NEW',
];
const widths = { F32: 4, F64: 8, F16: 2, BF16: 2, I64: 8, U16: 2, C64: 8, F4: 0.5 };

/** A safetensors file whose header is put together from what such headers have in them. */
export function safetensorsFile(random) {
  let at = 0;
  const members = [];
  if (random.chance(0.3)) members.push(`"__metadata__":${random.chance(0.6) ? '{"a":"1"}' : json(random)}`);
  for (let i = random.below(4); i > 0; i--) {
    const dtype = random.pick(safetensorsTypes);
    const shape = random.some(3, () => size(random));
    const length = shape.reduce((n, s) => n * s, widths[dtype] ?? 1);
    const end = random.chance(0.9) ? at + length : size(random);
    const fields = [`"dtype":"${dtype}"`, `"shape":[${shape.join()}]`, `"data_offsets":[${at},${end}]`];
    if (random.chance(0.1)) fields[random.below(3)] = `"${random.pick(['dtype', 'shape', 'extra'])}":${json(random)}`;
    if (random.chance(0.05)) fields.push(random.pick(fields));
    members.push(`"${random.chance(0.7) ? `t${i}` : random.pick(names)}":{${fields.join()}}`);
    if (end >= at && end < 4096) at = end;
  }
  const text = random.chance(0.95) ? `{${members.join()}}` : json(random);
  const header = Buffer.from(text + ' '.repeat(random.below(9)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(random.chance(0.95) ? header.length : random.below(1000)));
  const data = Buffer.alloc(
    Math.max(0, Math.ceil(at) + (random.chance(0.1) ? random.below(5) - 2 : 0)),
    random.below(2),
  );
  return Buffer.concat([length, header, data]);
}

const npyTypes = [
  '<f4',
  '>f8',
  '<f2',
  '<i8',
  '>u8',
  '|u1',
  '|b1',
  '<U3',
  '>U2',
  '|S4',
  '<U0',
  '|S0',
  '<c8',
  '|O',
  '<M8[D]',
  '|V3',
  'f4',
];

/** A .npy file whose header is put together from what such headers have in them. */
export function npyFile(random) {
  const descr = random.pick(npyTypes);
  const shape = random.some(3, () => (random.chance(0.95) ? random.below(4) : random.pick(sizes)));
  const list = random.chance(0.9)
    ? `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`
    : random.pick(['(1', '3', '(1L,)', '()']);
  const fields = [
    `'descr': ${random.chance(0.95) ? `'${descr}'` : `[('a', '<f4')]`}`,
    `'fortran_order': ${random.pick(['False', 'True', 'False', 'None'])}`,
    `'shape': ${list}`,
  ];
  if (random.chance(0.1)) fields.splice(random.below(3), 1);
  if (random.chance(0.1)) fields.push(random.pick(fields) ?? `'x': 1`);
  const text = Buffer.from(`{${fields.join(', ')}, }${' '.repeat(random.below(5))}\n`);
  const version = random.chance(0.9) ? 1 + random.below(3) : random.below(256);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  const claimed = random.chance(0.95) ? text.length : random.below(300);
  if (version === 1) length.writeUInt16LE(claimed);
  else length.writeUInt32LE(claimed);
  const digits = /\d+/.exec(descr);
  const width = digits === null ? 1 : Number(digits[0]) * (descr.includes('U') ? 4 : 1);
  const bytes = shape.reduce((n, s) => n * s, width);
  const known = Number.isInteger(bytes) && bytes >= 0 && bytes < 4096 ? bytes : random.below(100);
  const data = Buffer.from(Array.from({ length: known }, () => (random.chance(0.7) ? 0 : random.below(128))));
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.from([version, 0]), length, text, data]);
}
