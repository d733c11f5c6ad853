// Reads what an ELF library asks of the system that loads it. 64 bits, little-endian, as all our targets are.

const machines = { 62: 'x64', 183: 'arm64' };
const [PT_LOAD, PT_DYNAMIC, PT_GNU_STACK] = [1, 2, 0x6474e551];
const [DT_NEEDED, DT_STRTAB, DT_SYMTAB, DT_SONAME, DT_RPATH, DT_RUNPATH] = [1, 5, 6, 14, 15, 29];
const [DT_VERSYM, DT_VERNEED, DT_VERNEEDNUM, DT_FLAGS_1] = [0x6ffffff0, 0x6ffffffe, 0x6fffffff, 0x6ffffffb];
const [DT_HASH, DT_GNU_HASH] = [4, 0x6ffffef5];
const NODELETE = 0x8n;

function textAt(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}

function readHeaders(bytes) {
  const at = Number(bytes.readBigUInt64LE(32));
  const [size, count] = [bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  return Array.from({ length: count }, (_, i) => {
    const header = at + i * size;
    const field = (offset) => Number(bytes.readBigUInt64LE(header + offset));
    return {
      type: bytes.readUInt32LE(header),
      flags: bytes.readUInt32LE(header + 4),
      offset: field(8),
      address: field(16),
      size: field(32),
    };
  });
}

function readDynamic(bytes, { offset, size }) {
  const entries = [];
  for (let at = offset; at < offset + size; at += 16) {
    entries.push([Number(bytes.readBigUInt64LE(at)), bytes.readBigUInt64LE(at + 8)]);
  }
  return entries;
}

/** The number of dynamic symbols, which only the hash tables tell. */
function countSymbols(bytes, place, value) {
  if (value(DT_HASH) !== undefined) return bytes.readUInt32LE(place(value(DT_HASH)) + 4);
  const table = place(value(DT_GNU_HASH));
  const [buckets, first, bloom] = [0, 4, 8].map((offset) => bytes.readUInt32LE(table + offset));
  const bucketsAt = table + 16 + bloom * 8;
  let last = 0;
  for (let i = 0; i < buckets; i++) last = Math.max(last, bytes.readUInt32LE(bucketsAt + 4 * i));
  if (last < first) return first;
  const chains = bucketsAt + 4 * buckets;
  while ((bytes.readUInt32LE(chains + 4 * (last - first)) & 1) === 0) last++;
  return last + 1;
}

/** Each version that is needed, by the number that symbols call it: { library, version }. */
function readVersions(bytes, at, count, string) {
  const versions = new Map();
  for (let i = 0; i < count; i++) {
    const library = string(bytes.readUInt32LE(at + 4));
    let entry = at + bytes.readUInt32LE(at + 8);
    for (let j = bytes.readUInt16LE(at + 2); j > 0; j--) {
      versions.set(bytes.readUInt16LE(entry + 6) & 0x7fff, {
        library,
        version: string(bytes.readUInt32LE(entry + 8)),
      });
      entry += bytes.readUInt32LE(entry + 12);
    }
    at += bytes.readUInt32LE(at + 12);
  }
  return versions;
}

export function isElf(bytes) {
  return bytes.length > 64 && bytes.readUInt32BE(0) === 0x7f454c46;
}

/** @returns what inspect() describes, and of ELF alone: rpath, nodelete, executableStack, sections with symbols or debug data */
export function readElf(bytes) {
  const headers = readHeaders(bytes);
  const place = (address) => {
    const load = headers.find(
      ({ type, address: start, size }) => type === PT_LOAD && address >= start && address < start + size,
    );
    return Number(address) - load.address + load.offset;
  };
  const dynamic = readDynamic(
    bytes,
    headers.find(({ type }) => type === PT_DYNAMIC),
  );
  const value = (tag) => {
    const found = dynamic.find(([each]) => each === tag)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const strings = place(value(DT_STRTAB));
  const string = (offset) => textAt(bytes, strings + offset);
  const values = (tag) => dynamic.filter(([each]) => each === tag).map(([, offset]) => string(Number(offset)));

  const versions =
    value(DT_VERNEED) === undefined
      ? new Map()
      : readVersions(bytes, place(value(DT_VERNEED)), value(DT_VERNEEDNUM), string);
  const versionOf = value(DT_VERSYM) === undefined ? null : place(value(DT_VERSYM));
  const symbols = place(value(DT_SYMTAB));
  const imports = [];
  const exports = [];
  for (let i = 1; i < countSymbols(bytes, place, value); i++) {
    const symbol = symbols + 24 * i;
    const name = string(bytes.readUInt32LE(symbol));
    const defined = bytes.readUInt16LE(symbol + 6) !== 0;
    if (defined) {
      exports.push(name);
    } else {
      const number = versionOf === null ? 0 : bytes.readUInt16LE(versionOf + 2 * i) & 0x7fff;
      const weak = bytes[symbol + 4] >> 4 === 2;
      imports.push({ name, weak, ...(versions.get(number) ?? {}) });
    }
  }
  const sectionsAt = Number(bytes.readBigUInt64LE(40));
  const [sectionSize, sectionCount, namesIndex] = [58, 60, 62].map((offset) => bytes.readUInt16LE(offset));
  const sectionField = (i, offset) => sectionsAt + i * sectionSize + offset;
  const namesAt = sectionCount > 0 ? Number(bytes.readBigUInt64LE(sectionField(namesIndex, 24))) : 0;
  const sections = Array.from({ length: sectionCount }, (_, i) =>
    textAt(bytes, namesAt + bytes.readUInt32LE(sectionField(i, 0))),
  );
  return {
    format: 'ELF',
    cpu: machines[bytes.readUInt16LE(18)] ?? 'another',
    libraries: values(DT_NEEDED),
    imports,
    exports,
    soname: values(DT_SONAME)[0] ?? null,
    rpath: [...values(DT_RPATH), ...values(DT_RUNPATH)],
    nodelete: (BigInt(value(DT_FLAGS_1) ?? 0) & NODELETE) !== 0n,
    executableStack: headers.some(({ type, flags }) => type === PT_GNU_STACK && (flags & 1) !== 0),
    extras: sections.filter((name) => /^\.(symtab|debug|note\.gnu\.build-id)/.test(name)),
  };
}
