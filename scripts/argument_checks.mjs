// Compiles the refusal of surplus arguments into the library: JavaScript drops an argument too many without a word, and
// what a caller says must not be dropped. Every function that lib/index.ts and lib/entries export, every method and constructor of a
// class and every method of a tensor begins with `if (arguments.length > N) …` once this has run over the compiled
// code. Reading `arguments.length` costs nothing, and nobody can forget it. build_ts.mjs uses it for dist/, and
// vitest.config.ts for the tests, which run lib/ itself. Nothing moves to another line: stack traces stay true.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { parseAst } from 'vite';

/** The file whose `refuseSurplus` words the error, in the library's root. */
const home = 'surplus';

/** Called by JavaScript itself, with arguments that nobody wrote. */
const calledByLanguage = new Set(['toJSON', 'toString', 'valueOf', 'then']);

const withoutExtension = (path) => path.replace(/\.[jt]s$/, '');

/**
 * What users can reach, read from the sources in the folder `root`: `isReached(file, name)` of functions, from the index,
 * and `isHidden(file, Class, method)` of members that are private or protected. Files go without their extension.
 */
export function surfaceOf(root) {
  const programs = new Map();
  const programOf = (file) => {
    if (!programs.has(file)) {
      programs.set(file, parseAst(readFileSync(join(root, `${file}.ts`), 'utf8'), { lang: 'ts' }).body);
    }
    return programs.get(file);
  };
  const reached = new Set();
  /** Notes `name` of `file` ('*' for all of them), or follows it to where it is defined. */
  const visit = (file, name) => {
    if (reached.has(`${file} ${name}`)) return;
    reached.add(`${file} ${name}`);
    for (const node of programOf(file)) {
      if (!node.source?.value.startsWith('.')) continue;
      const from = withoutExtension(posix.join(posix.dirname(file), node.source.value));
      if (node.type === 'ExportAllDeclaration') {
        if (name === '*' || node.exported === null || node.exported.name === name) {
          visit(from, node.exported === null ? name : '*');
        }
      } else if (node.type === 'ExportNamedDeclaration') {
        for (const { local, exported } of node.specifiers) {
          if (name === '*' || exported.name === name) visit(from, local.name);
        }
      }
    }
  };
  visit('index', '*');
  for (const file of existsSync(join(root, 'entries')) ? readdirSync(join(root, 'entries')) : []) {
    visit(`entries/${withoutExtension(file)}`, '*');
  }

  const hidden = new Map();
  const hiddenIn = (file) => {
    const found = new Set();
    for (const node of programOf(file)) {
      const { type, id, body } = node.declaration ?? node;
      if (type !== 'ClassDeclaration') continue;
      for (const { accessibility, key } of body.body) {
        if (accessibility === 'private' || accessibility === 'protected') found.add(`${id.name}.${key.name}`);
      }
    }
    return found;
  };
  return {
    isReached: (file, name) => reached.has(`${file} *`) || reached.has(`${file} ${name}`),
    isHidden: (file, className, method) => {
      if (!hidden.has(file)) hidden.set(file, hiddenIn(file));
      return hidden.get(file).has(`${className}.${method}`);
    },
  };
}

/** Methods that are made in a loop: every `methods[name] = function …`. */
function methodAssignments(node, found = []) {
  if (Array.isArray(node)) {
    for (const item of node) methodAssignments(item, found);
  } else if (node !== null && typeof node === 'object') {
    const { type, left, right } = node;
    const assigns = type === 'AssignmentExpression' && left.computed && left.object?.name === 'methods';
    if (assigns && right.type === 'FunctionExpression') found.push(node);
    for (const value of Object.values(node)) if (typeof value === 'object') methodAssignments(value, found);
  }
  return found;
}

/** A parameter's name; one that is taken apart is an options object. */
function nameOf(param) {
  if (param.type === 'AssignmentPattern') return nameOf(param.left);
  return param.type === 'Identifier' ? param.name : 'options';
}

/**
 * `code` (JavaScript, as the compiler leaves it) with the checks in it.
 * @param file its path below the library's root, such as 'ops/view.js'.
 * @param surface what `surfaceOf` gave.
 */
export function addArgumentChecks(code, file, surface) {
  const path = withoutExtension(file.split(sep).join('/'));
  if (path === home) return code;
  const insertions = [];
  const insert = (at, text) => insertions.push({ at, text });

  /** Puts the check into a function; `name` is a JavaScript expression. */
  const check = ({ type, start, params, body }, name) => {
    if (params.some((param) => param.type === 'RestElement')) return;
    const names = JSON.stringify(params.map(nameOf));
    if (type !== 'ArrowFunctionExpression') {
      const test = `if (arguments.length > ${params.length}) refuse$(${name}, ${names}, arguments);`;
      insert(body.body[0]?.directive === undefined ? body.start + 1 : body.body[0].end, ` ${test}`);
      return;
    }
    // An arrow has no arguments of its own.
    insert(params.at(-1)?.end ?? code.indexOf('(', start) + 1, `${params.length > 0 ? ', ' : ''}...surplus`);
    const refuse = `refuse$(${name}, ${names}, [${[...params.map(nameOf), '...surplus'].join(', ')}])`;
    if (body.type === 'BlockStatement') {
      insert(body.start + 1, ` if (surplus.length > 0) ${refuse};`);
    } else {
      insert(body.start, `surplus.length > 0 ? ${refuse} : (`);
      insert(body.end, ')');
    }
  };

  const checkClass = ({ id, superClass, body }) => {
    const members = body.body.filter(
      (m) => m.type === 'MethodDefinition' && !m.computed && m.key.type === 'Identifier',
    );
    for (const { kind, key, value, static: isStatic } of members) {
      if (surface.isHidden(path, id.name, key.name)) continue;
      if (kind === 'constructor') {
        check(value, 'new.target.name');
      } else if (kind === 'method' && !calledByLanguage.has(key.name)) {
        const owner = isStatic ? `'${id.name}'` : `(this?.constructor?.name ?? '${id.name}')`;
        check(value, id.name === 'Tensor' ? `'${key.name}'` : `${owner} + '.${key.name}'`);
      }
    }
    if (superClass === null && !members.some(({ kind }) => kind === 'constructor')) {
      const test = 'if (arguments.length > 0) refuse$(new.target.name, [], arguments);';
      insert(body.start + 1, ` constructor() { ${test} }`);
    }
  };

  const checkFunctions = (node) => {
    const isReached = (name) => surface.isReached(path, name);
    if (node.type === 'FunctionDeclaration' && isReached(node.id.name)) check(node, `'${node.id.name}'`);
    if (node.type !== 'VariableDeclaration') return;
    for (const { id, init } of node.declarations) {
      if (/Function/.test(init?.type) && isReached(id.name)) check(init, `'${id.name}'`);
    }
  };

  const { body } = parseAst(code);
  const exported = new Set(
    body.flatMap((node) =>
      node.type === 'ExportNamedDeclaration' && !node.source ? node.specifiers.map(({ local }) => local.name) : [],
    ),
  );
  for (const node of body) {
    const declaration = node.declaration ?? node;
    const declared = node.declarations?.map(({ id }) => id.name) ?? [node.id?.name];
    if (declaration.type === 'ClassDeclaration') checkClass(declaration);
    else if (declaration !== node || declared.some((name) => exported.has(name))) checkFunctions(declaration);
    const call = node.type === 'ExpressionStatement' ? node.expression : null;
    if (call?.callee?.name !== 'installMethods' || call.arguments[0].type !== 'ObjectExpression') continue;
    for (const { key, value } of call.arguments[0].properties) {
      if (value?.type === 'FunctionExpression') check(value, `'${key.name}'`);
    }
  }
  if (code.includes('installMethods(')) {
    for (const { left, right } of methodAssignments(body)) {
      check(right, code.slice(left.property.start, left.property.end));
    }
  }
  if (insertions.length === 0) return code;

  const from = posix.relative(posix.dirname(path), `${home}.js`);
  const line = code.startsWith('#!') ? code.indexOf('\n') + 1 : 0;
  insert(line, `import { refuseSurplus as refuse$ } from '${from.startsWith('.') ? from : `./${from}`}'; `);
  let out = '';
  let last = 0;
  for (const { at, text } of insertions.sort((a, b) => a.at - b.at)) {
    out += code.slice(last, at) + text;
    last = at;
  }
  return out + code.slice(last);
}

/** The same for Vite, which compiles the library in the folder `root` for the tests. */
export function argumentChecks(root) {
  const surface = surfaceOf(root);
  return {
    name: 'argument-checks',
    enforce: 'post',
    transform(code, id) {
      const file = relative(root, id.split('?')[0]);
      if (file.startsWith('..') || !file.endsWith('.ts')) return null;
      return { code: addArgumentChecks(code, file, surface), map: null };
    },
  };
}
