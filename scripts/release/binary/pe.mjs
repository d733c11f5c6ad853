// Reads what a Windows library asks of the system that loads it, and what a Windows object leaves undefined.

const machines = { 34404: 'x64', 43620: 'arm64' };

function textAt(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}

/** The external names that a COFF object uses and does not define. */
export function undefinedInCoff(bytes) {
  const [symbols, count] = [bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
  const strings = symbols + 18 * count;
  const names = [];
  for (let i = 0; i < count; i++) {
    const at = symbols + 18 * i;
    const [value, section] = [bytes.readUInt32LE(at + 8), bytes.readInt16LE(at + 12)];
    const isExternal = bytes[at + 16] === 2;
    if (isExternal && section === 0 && value === 0) {
      const long = bytes.readUInt32LE(at) === 0;
      const short = bytes.toString('latin1', at, at + 8).replace(/\0.*$/s, '');
      names.push(long ? textAt(bytes, strings + bytes.readUInt32LE(at + 4)) : short);
    }
    i += bytes[at + 17];
  }
  return names;
}

export function isPe(bytes) {
  return bytes.length > 64 && bytes.toString('latin1', 0, 2) === 'MZ';
}

/** Takes the times of linking out of a library, in place: they would make every build another file. */
export function clearTimes(bytes) {
  const header = bytes.readUInt32LE(0x3c);
  const { time, exportsAt } = readPe(bytes);
  if (time !== 0) bytes.writeUInt32LE(0, header + 8);
  if (exportsAt !== null) bytes.writeUInt32LE(0, exportsAt + 4);
}

/** @returns what inspect() describes, and of PE alone: time (seconds, or a hash of the content), debug, oldestWindows, dynamicBase */
export function readPe(bytes) {
  const header = bytes.readUInt32LE(0x3c);
  const optional = header + 24;
  const sectionsAt = optional + bytes.readUInt16LE(header + 20);
  const sections = Array.from({ length: bytes.readUInt16LE(header + 6) }, (_, i) => {
    const at = sectionsAt + 40 * i;
    return {
      name: bytes.toString('latin1', at, at + 8).replace(/\0.*$/s, ''),
      size: bytes.readUInt32LE(at + 8),
      address: bytes.readUInt32LE(at + 12),
      offset: bytes.readUInt32LE(at + 20),
    };
  });
  const place = (address) => {
    const section = sections.find((each) => address >= each.address && address < each.address + each.size);
    return address - section.address + section.offset;
  };
  const directory = (i) => bytes.readUInt32LE(optional + 112 + 8 * i);

  const libraries = [];
  const imports = [];
  if (directory(1) !== 0) {
    for (let at = place(directory(1)); bytes.readUInt32LE(at + 12) !== 0; at += 20) {
      const library = textAt(bytes, place(bytes.readUInt32LE(at + 12)));
      libraries.push(library);
      for (let slot = place(bytes.readUInt32LE(at)); bytes.readBigUInt64LE(slot) !== 0n; slot += 8) {
        const name = bytes.readBigUInt64LE(slot);
        const byNumber = name >> 63n === 1n;
        imports.push({ name: byNumber ? `#${name & 0xffffn}` : textAt(bytes, place(Number(name)) + 2), library });
      }
    }
  }
  const exports = [];
  if (directory(0) !== 0) {
    const table = place(directory(0));
    const names = place(bytes.readUInt32LE(table + 32));
    for (let i = 0; i < bytes.readUInt32LE(table + 24); i++) {
      exports.push(textAt(bytes, place(bytes.readUInt32LE(names + 4 * i))));
    }
  }
  return {
    format: 'PE',
    cpu: machines[bytes.readUInt16LE(header + 4)] ?? 'another',
    libraries,
    imports,
    exports,
    exportsAt: directory(0) === 0 ? null : place(directory(0)),
    time: bytes.readUInt32LE(header + 8),
    debug: directory(6) !== 0,
    oldestWindows: `${bytes.readUInt16LE(optional + 48)}.${bytes.readUInt16LE(optional + 50)}`,
    dynamicBase: (bytes.readUInt16LE(optional + 70) & 0x40) !== 0,
    extras: sections.map(({ name }) => name).filter((name) => /^\.?(debug|symtab)|^\/\d/.test(name)),
  };
}
