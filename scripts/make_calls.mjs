// Makes both sides of the calls whose numbers travel in the plan from one description each: native/binding/planned/*.calls.
// node scripts/make_calls.mjs writes what is out of date; with --check it only says so, and fails.
//
// For each NAME.calls it makes
//   native/binding/planned/NAME.h  where each number and array of a call lies, as named fields of a type of their own;
//   lib/calls/planned/NAME.ts      a function a call that takes an object of names, fills the plan and calls the addon;
//   lib/addon/planned/NAME.ts      the addon's functions, typed;
// and of all of them lib/addon/planned/index.ts, the interface that has every function.
// The first number of every plan is a hash of the call's description, which the addon checks: a library and an addon that
// were not made from the same description refuse each other.
//
// A description is blocks of lines, apart by an empty line. The first is a comment about the family. Then
//   group NAME: NUMBERS      numbers that several calls have, an object of their own in TypeScript
//   operand NAME: NUMBERS    what an array of this kind brings beside its offset
// and for each call
//   # a comment
//   NAME: FUNCTION…          the name of the layout, and the addon's functions that take it where that is another name
//     numbers: …             NAME (a size), NAME:integer, NAME:real, NAME:flag, *GROUP; with ? it may be left out, as 0
//     each: …                numbers that come as often as the number that is named first says
//     results: …             numbers that the addon leaves in the plan
//     arrays: …              NAME (a tensor), NAME:array (a typed array from its start), NAME:OPERAND; with + after NAME
//                            NAMEOffset says where it begins; with ? it may be null
//     returns: number        where it returns one
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const words = (text) => text.trim().split(/\s+/).filter(Boolean);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const pascal = (name) => name.split('_').map(capital).join('');

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'native', 'binding', 'planned');
const made = 'Made by scripts/make_calls.mjs from native/binding/planned';
const longest = 120;
const kinds = ['size', 'integer', 'real', 'flag'];
// Names that the addon's class of calls has itself.
const reserved = words(
  'array optional has span set product repeat repeated withFloat error fail missing size integer offset',
);

/** FNV-1a of a description: any change of a name, a kind or an order changes it. */
function hash(text) {
  let h = 0x811c9dc5;
  for (const byte of Buffer.from(text)) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  return h;
}

function parseNumber(word) {
  const optional = word.endsWith('?');
  const [name, kind = 'size'] = word.replace('?', '').split(':');
  if (!kinds.includes(kind)) throw new Error(`'${word}': there is no kind '${kind}'`);
  return { name, kind, optional };
}

function parseArray(word, operands) {
  const optional = word.endsWith('?');
  const [bare, kind = 'tensor'] = word.replace('?', '').split(':');
  const windowed = bare.endsWith('+');
  if (kind !== 'tensor' && kind !== 'array' && !operands.has(kind))
    throw new Error(`'${word}': there is no operand '${kind}'`);
  return { name: bare.replace('+', ''), kind, optional, windowed };
}

/** Gives every number of a call its place in the plan, and every array its place among the arguments. */
function place(call, operands) {
  let at = 1;
  for (const number of flat(call)) number.at = at++;
  call.arrays.forEach((array, i) => {
    array.argument = i + 1;
    if (array.kind === 'array' && !array.windowed) return;
    array.at = at++;
    at += operands.get(array.kind)?.length ?? 0;
  });
  for (const result of call.results) result.at = at++;
  call.count = at;
  call.each.forEach((number, i) => {
    number.at = at + i;
  });
}

function parse(text) {
  const family = { comment: [], groups: new Map(), operands: new Map(), calls: [] };
  const blocks = text.trim().split(/\n\s*\n/);
  for (const [index, block] of blocks.entries()) {
    const lines = block.split('\n');
    const comment = wrapped(lines.filter((line) => line.startsWith('#')).map((line) => line.slice(1)));
    const [head, ...rest] = lines.filter((line) => !line.startsWith('#'));
    if (head === undefined) {
      if (index !== 0) throw new Error(`a comment belongs to nothing: ${comment[0]}`);
      family.comment = comment;
      continue;
    }
    const definition = /^(group|operand) (\w+): (.*)$/.exec(head);
    if (definition) {
      const [, kind, name, list] = definition;
      family[`${kind}s`].set(name, words([list, ...rest].join(' ')).map(parseNumber));
      continue;
    }
    const [, name, functions] = /^(\w+):(.*)$/.exec(head) ?? [];
    if (name === undefined) throw new Error(`what is '${head}'?`);
    const call = {
      name,
      comment,
      functions: words(functions),
      numbers: [],
      arrays: [],
      results: [],
      each: [],
      returns: 'void',
    };
    if (call.functions.length === 0) call.functions = [name];
    let field = '';
    const fields = {};
    for (const line of rest) {
      const [, key, list] = /^\s*(numbers|each|results|arrays|returns):(.*)$/.exec(line) ?? [null, field, line];
      field = key;
      fields[field] = `${fields[field] ?? ''} ${list.trim()}`;
    }
    call.numbers = words(fields.numbers ?? '').map((word) => {
      if (!word.startsWith('*')) return parseNumber(word);
      const numbers = family.groups.get(word.slice(1));
      if (!numbers) throw new Error(`${name}: there is no group '${word.slice(1)}'`);
      return { group: word.slice(1), numbers: numbers.map((number) => ({ ...number })) };
    });
    call.arrays = words(fields.arrays ?? '').map((word) => parseArray(word, family.operands));
    call.results = words(fields.results ?? '').map(parseNumber);
    const [times, ...each] = words(fields.each ?? '');
    call.times = times;
    call.each = each.map(parseNumber);
    if (fields.returns) call.returns = fields.returns.trim();
    call.id = hash(`${name}|${JSON.stringify([...family.groups, ...family.operands])}|${JSON.stringify(fields)}`);
    place(call, family.operands);
    const names = [...flat(call), ...call.arrays, ...call.results, ...call.each].map((x) => x.name);
    for (const one of names) {
      if (reserved.includes(one)) throw new Error(`${name}: '${one}' is a name of the binding's own`);
      if (names.filter((other) => other === one).length > 1) throw new Error(`${name}: '${one}' is there twice`);
    }
    family.calls.push(call);
  }
  return family;
}

function flat(call) {
  return call.numbers.flatMap((part) => (part.group ? part.numbers : [part]));
}

/** A list in one line where it fits, else an item a line, as the formatter wants it. */
function list(before, items, after, indent) {
  const line = `${indent}${before}${items.join(', ')}${after}`;
  if (line.length <= longest) return line;
  return [`${indent}${before}`, ...items.map((item) => `${indent}  ${item},`), `${indent}${after}`].join('\n');
}

function comment(lines, indent = '') {
  if (lines.length === 0) return [];
  if (lines.length === 1) return [`${indent}/** ${lines[0]} */`];
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */`];
}

/** Lines that are short enough in both languages. */
function wrapped(lines) {
  const out = [];
  for (const word of words(lines.join(' '))) {
    const last = out.length - 1;
    if (last >= 0 && out[last].length + word.length < longest - 6) out[last] += ` ${word}`;
    else out.push(word);
  }
  return out;
}

const hex = (n) => `0x${n.toString(16).padStart(8, '0')}`;

function header(file, family) {
  const out = [
    `// ${made}/${file}.calls.`,
    '#pragma once',
    '',
    '#include "binding/planned_call.h"',
    '',
    'namespace lutra::binding {',
  ];
  for (const call of family.calls) {
    const type = { size: 'Size', integer: 'Integer', real: 'Real', flag: 'Flag' };
    out.push('', ...call.comment.map((line) => `// ${line}`), `struct ${pascal(call.name)}Layout {`);
    out.push(
      `  static constexpr uint32_t kId = ${hex(call.id)};`,
      `  static constexpr int64_t kNumbers = ${call.count};`,
    );
    out.push(`  static constexpr int64_t kRepeated = ${call.each.length};`);
    for (const number of flat(call)) out.push(`  static constexpr ${type[number.kind]} ${number.name}{${number.at}};`);
    for (const array of call.arrays) {
      out.push(`  static constexpr Array ${array.name}{${array.argument}, "${array.name}", ${array.at ?? -1}};`);
    }
    for (const number of call.results) out.push(`  static constexpr Result ${number.name}{${number.at}};`);
    for (const number of call.each) out.push(`  static constexpr Repeated ${number.name}{${number.at}};`);
    out.push('};');
  }
  out.push('', '}  // namespace lutra::binding', '');
  return out.join('\n');
}

function addonTypes(file, family) {
  const out = [`// ${made}/${file}.calls.`, "import type { TypedArray } from '../typed_array.js';", ''];
  out.push(...comment([...family.comment]), `export interface Planned${pascal(file)} {`);
  for (const call of family.calls) {
    const parameters = [
      'plan: Float64Array',
      ...call.arrays.map(({ name, optional }) => `${name}: TypedArray${optional ? ' | null' : ''}`),
    ];
    for (const name of call.functions) {
      out.push(...comment(call.comment, '  '), list(`${name}(`, parameters, `): ${call.returns};`, '  '));
    }
  }
  out.push('}', '');
  return out.join('\n');
}

const numberType = { size: 'number', integer: 'number', real: 'number', flag: 'boolean' };
const fieldOf = (number) => `  readonly ${number.name}${number.optional ? '?' : ''}: ${numberType[number.kind]};`;

function valueIn(owner, { name, kind, optional }) {
  const value = `${owner}.${name}`;
  if (kind === 'flag') return `${value} ? 1 : 0`;
  return optional ? `${value} ?? 0` : value;
}

function callFunctions(file, family) {
  const body = [];
  for (const [name, numbers] of family.groups) {
    body.push('', `export interface ${pascal(name)} {`, ...numbers.map(fieldOf), '}');
  }
  for (const [name, numbers] of family.operands) {
    body.push('', `export interface ${pascal(name)} {`, '  readonly tensor: Tensor;', '  readonly offset: number;');
    body.push(...numbers.map(fieldOf), '}');
  }
  for (const call of family.calls) {
    const name = pascal(call.name);
    body.push('', `export interface ${name}Call {`);
    for (const part of call.numbers)
      body.push(part.group ? `  readonly ${part.group}: ${pascal(part.group)};` : fieldOf(part));
    for (const { name: array, kind, optional, windowed } of call.arrays) {
      const type = kind === 'tensor' ? 'Tensor' : kind === 'array' ? 'TypedArray' : pascal(kind);
      body.push(`  readonly ${array}: ${type}${optional ? ' | null' : ''};`);
      if (windowed) body.push(`  readonly ${array}Offset: number;`);
    }
    body.push('}', '');
    if (call.each.length > 0) {
      body.push(`/** Place ${call.times} of what \`call${name}\` repeats; to be filled before it. */`);
      const parameters = [
        'place: number',
        `numbers: { ${call.each.map((n) => `readonly ${n.name}: ${numberType[n.kind]}`).join('; ')} }`,
      ];
      body.push(list(`export function each${name}(`, parameters, '): void {', ''));
      body.push(`  const at = ${call.count} + ${call.each.length} * place;`);
      for (const [i, number] of call.each.entries()) {
        body.push(`  plan[at${i === 0 ? '' : ` + ${i}`}] = ${valueIn('numbers', number)};`);
      }
      body.push('}', '');
    }
    // Memory may be made when it is asked for, by a call of its own: arrays are asked for before the plan is filled.
    const shared = call.functions.length > 1;
    const parameters = [
      ...(shared ? [`target: ${call.functions.map((f) => `'${f}'`).join(' | ')}`] : []),
      `call: ${name}Call`,
    ];
    body.push(...comment(call.comment), list(`export function call${name}(`, parameters, `): ${call.returns} {`, ''));
    for (const { name: array, kind, optional } of call.arrays) {
      const tensor = operandTensor(array, kind);
      const memory = kind === 'array' ? tensor : `${tensor}.storage.array`;
      const guarded = optional ? `call.${array} === null ? null : ${memory}` : memory;
      body.push(`  const ${array} = ${guarded};`);
    }
    body.push(`  plan[0] = ${hex(call.id)};`);
    for (const part of call.numbers) {
      const owner = part.group ? `call.${part.group}` : 'call';
      for (const number of part.group ? part.numbers : [part])
        body.push(`  plan[${number.at}] = ${valueIn(owner, number)};`);
    }
    for (const { name: array, kind, optional, windowed, at } of call.arrays) {
      if (at === undefined) continue;
      const offset = windowed ? `call.${array}Offset` : `call.${array}.offset`;
      const guard = (value) => (optional && !windowed ? `call.${array} === null ? 0 : ${value}` : value);
      body.push(`  plan[${at}] = ${guard(offset)};`);
      (family.operands.get(kind) ?? []).forEach((number, i) => {
        body.push(`  plan[${at + 1 + i}] = ${guard(valueIn(`call.${array}`, number))};`);
      });
    }
    const target = shared ? 'native[target](' : `native.${call.functions[0]}(`;
    const give = call.returns === 'void' ? '' : 'return ';
    body.push(list(`${give}${target}`, ['plan', ...call.arrays.map((array) => array.name)], ');', '  '), '}');
    if (call.results.length > 0) {
      body.push('', `/** What \`call${name}\` left in the plan. */`, `export const resultsOf${name} = {`);
      for (const { name: result, at } of call.results)
        body.push(`  get ${result}(): number {`, `    return plan[${at}];`, '  },');
      body.push('};');
    }
  }
  const out = [`// ${made}/${file}.calls.`, "import { native } from '../../addon/native.js';"];
  if (body.some((line) => line.includes('TypedArray')))
    out.push("import type { TypedArray } from '../../addon/typed_array.js';");
  if (body.some((line) => /\bTensor\b/.test(line))) out.push("import type { Tensor } from '../../tensor/tensor.js';");
  out.push("import { plan } from '../plan.js';", ...body, '');
  return out.join('\n');
}

function operandTensor(name, kind) {
  return kind === 'tensor' || kind === 'array' ? `call.${name}` : `call.${name}.tensor`;
}

function allTypes(files) {
  const named = (file) => `Planned${pascal(file)}`;
  return [
    `// ${made}.`,
    ...files.map((file) => `import type { ${named(file)} } from './${file}.js';`),
    '',
    "/** The addon's functions whose numbers travel in the plan. */",
    'export interface PlannedCalls',
    `  extends ${files.map(named).join(',\n    ')} {}`,
    '',
  ].join('\n');
}

const check = process.argv.includes('--check');
const outputs = {};
const files = [];
for (const entry of readdirSync(folder).sort()) {
  if (!entry.endsWith('.calls')) continue;
  const file = entry.slice(0, -'.calls'.length);
  let family;
  try {
    family = parse(readFileSync(join(folder, entry), 'utf8'));
  } catch (error) {
    throw new Error(`native/binding/planned/${entry}: ${error.message}`);
  }
  files.push(file);
  outputs[`native/binding/planned/${file}.h`] = header(file, family);
  outputs[`lib/calls/planned/${file}.ts`] = callFunctions(file, family);
  outputs[`lib/addon/planned/${file}.ts`] = addonTypes(file, family);
}
outputs['lib/addon/planned/index.ts'] = allTypes(files);
for (const [path, text] of Object.entries(outputs)) {
  const target = join(root, path);
  if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
  if (check) {
    process.stderr.write(`${path} is out of date: run node scripts/make_calls.mjs\n`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
