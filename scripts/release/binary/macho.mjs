// Reads what a Mach-O library asks of the system that loads it.

const machines = { 16777223: 'x64', 16777228: 'arm64' };
const [LC_SYMTAB, LC_LOAD_DYLIB, LC_CODE_SIGNATURE, LC_VERSION_MIN_MACOSX, LC_BUILD_VERSION] = [
  2, 0xc, 0x1d, 0x24, 0x32,
];
const [LC_LOAD_WEAK_DYLIB, LC_RPATH] = [0x80000018, 0x8000001c];
const [N_STAB, N_PEXT, N_TYPE, N_EXT] = [0xe0, 0x10, 0x0e, 0x01];
const N_WEAK_REF = 0x40;
/** Undefined symbols with this number of a library are looked for in the whole process. */
const DYNAMIC_LOOKUP = 0xfe;

function textAt(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}

export function isMachO(bytes) {
  return bytes.length > 32 && bytes.readUInt32LE(0) === 0xfeedfacf;
}

/** @returns what inspect() describes, and of Mach-O alone: oldestMacos, signed, rpath */
export function readMachO(bytes) {
  const libraries = [];
  const rpath = [];
  let [symtab, signed, oldestMacos] = [0, false, ''];
  let at = 32;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    const command = bytes.readUInt32LE(at);
    const version = (number) => `${number >>> 16}.${(number >>> 8) & 0xff}`;
    if (command === LC_SYMTAB) symtab = at;
    if (command === LC_CODE_SIGNATURE) signed = true;
    if (command === LC_BUILD_VERSION) oldestMacos = version(bytes.readUInt32LE(at + 12));
    if (command === LC_VERSION_MIN_MACOSX) oldestMacos = version(bytes.readUInt32LE(at + 8));
    if (command === LC_LOAD_DYLIB || command === LC_LOAD_WEAK_DYLIB) {
      libraries.push(textAt(bytes, at + bytes.readUInt32LE(at + 8)));
    }
    if (command === LC_RPATH) rpath.push(textAt(bytes, at + bytes.readUInt32LE(at + 8)));
    at += bytes.readUInt32LE(at + 4);
  }

  const imports = [];
  const exports = [];
  const locals = [];
  const [symbols, count, strings] = [8, 12, 16].map((offset) => bytes.readUInt32LE(symtab + offset));
  for (let i = 0; i < count; i++) {
    const entry = symbols + 16 * i;
    const type = bytes[entry + 4];
    const description = bytes.readUInt16LE(entry + 6);
    // C's names have an underscore before them.
    const name = textAt(bytes, strings + bytes.readUInt32LE(entry)).replace(/^_/, '');
    if ((type & N_STAB) !== 0 || (type & N_EXT) === 0 || (type & N_PEXT) !== 0) {
      locals.push(name);
    } else if ((type & N_TYPE) !== 0) {
      exports.push(name);
    } else {
      const library = description >> 8;
      const weak = (description & N_WEAK_REF) !== 0;
      imports.push({ name, weak, library: library === DYNAMIC_LOOKUP ? null : libraries[library - 1] });
    }
  }
  return {
    format: 'Mach-O',
    cpu: machines[bytes.readUInt32LE(4)] ?? 'another',
    libraries,
    imports,
    exports,
    oldestMacos,
    signed,
    rpath,
    extras: locals,
  };
}
