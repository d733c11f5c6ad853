import type { ModuleTree } from './module_tree.js';

/** Indents every line but the first by two. */
function indentFollowing(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/** A module as PyTorch prints it: its name, its own facts, and its children, indented. */
export function formatModule(module: ModuleTree): string {
  const extra = module.extraRepr();
  const extraLines = extra === '' ? [] : extra.split('\n');
  const children = module.ownModules().map(([name, child]) => `(${name}): ${indentFollowing(child.toString())}`);
  return wrap(module.typeName(), extraLines, children);
}

/** A list of modules, in which neighbours that print alike share a line: `(0-2): 3 x Linear(…)`. */
export function formatModuleList(module: ModuleTree): string {
  const items: { text: string; first: number; last: number }[] = [];
  for (const [i, [, child]] of module.ownModules().entries()) {
    const text = child.toString();
    const before = items.at(-1);
    if (before?.text === text) before.last = i;
    else items.push({ text, first: i, last: i });
  }
  const lines = items.map(({ text, first, last }) => {
    const place = first === last ? `(${first}): ` : `(${first}-${last}): ${last - first + 1} x `;
    return place + indentFollowing(text);
  });
  return wrap(module.typeName(), [], lines);
}

function wrap(name: string, facts: readonly string[], children: readonly string[]): string {
  const lines = [...facts, ...children];
  if (lines.length === 0) return `${name}()`;
  if (facts.length === 1 && children.length === 0) return `${name}(${facts[0]})`;
  return `${name}(\n  ${lines.join('\n  ')}\n)`;
}

/** A fact of a module as Python writes it: `True`, `None`, `'mean'`, `0.5`. */
export function formatPython(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) {
    return value.length === 1 ? `(${formatPython(value[0])},)` : `(${value.map(formatPython).join(', ')})`;
  }
  return String(value);
}

/** A number that PyTorch holds as a float: `1` prints as `1.0`, small and large ones with Python's exponents. */
export function formatPythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A number that PyTorch keeps as it was written: `3` for what JavaScript has as 3 or 3.0. */
export function formatPythonNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : formatPythonFloat(value);
}
