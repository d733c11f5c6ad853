import { readFileSync } from 'node:fs';
import { CorpusError, describe, OptionError } from '../errors.js';
import { nearest } from '../options.js';
import { fits, type Setting, type SettingValues, wanted } from '../settings/setting.js';

/** What a configuration file says. */
export interface Configuration {
  /** What is to be trained. */
  readonly task?: string;
  /** The data, as on the command line. */
  readonly data?: string;
  readonly settings: SettingValues;
}

/** Keys that are no settings of a task. */
const ownKeys = ['task', 'data'];

/** `text-column` and `text_column` → `textColumn` */
function camelCase(key: string): string {
  return key.replace(/[-_]+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A YAML or JSON file as it is. @throws CorpusError naming the file and the line */
export async function parseConfiguration(path: string): Promise<Record<string, unknown>> {
  const { parse, YAMLParseError } = await import('yaml');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CorpusError(`the configuration ${path} can't be read: ${(error as Error).message}`, { cause: error });
  }
  let value: unknown;
  try {
    // JSON is YAML.
    value = parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new CorpusError(`${path} is no YAML or JSON: ${error.message.split('\n')[0]}`, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CorpusError(`${path} must hold settings such as "epochs: 3", got ${describe(value)}`);
}

/**
 * Checks what a file, or the command line, says against a task's settings.
 * @param source what messages begin with
 * @throws OptionError naming the key, and the nearest one where it is unknown
 */
export async function checkConfiguration(
  source: string,
  given: Record<string, unknown>,
  settings: readonly Setting[],
): Promise<Configuration> {
  const v = await import('valibot');
  const named: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const name = camelCase(key);
    if (name in named) throw new OptionError(`${source}: ${name} is given twice`);
    if (value !== null && value !== undefined) named[name] = value;
  }
  const text = v.string('must be a text');
  const entries = Object.fromEntries(
    settings.map(({ name, kind }) => [
      name,
      v.optional(v.custom((value) => fits(kind, value), `must be ${wanted(kind)}`)),
    ]),
  );
  const schema = v.strictObject({ task: v.optional(text), data: v.optional(text), ...entries });
  const checked = v.safeParse(schema, named);
  if (checked.success) {
    const { task, data, ...rest } = checked.output as { task?: string; data?: string };
    return { task, data, settings: rest as SettingValues };
  }
  const [issue] = checked.issues;
  const key = String(issue.path?.[0]?.key ?? '');
  const known = [...ownKeys, ...settings.map(({ name }) => name)];
  if (known.includes(key)) throw new OptionError(`${source}: ${key} ${issue.message}, got ${describe(named[key])}`);
  const close = nearest(key, known);
  const hint = close === null ? `known are ${known.join(', ')}` : `did you mean '${close}'?`;
  throw new OptionError(`${source}: unknown key '${key}'; ${hint}`);
}

/** The settings in force: what was said, else what is usual. */
export function withUsual(settings: readonly Setting[], ...said: readonly SettingValues[]): SettingValues {
  const values: SettingValues = {};
  for (const { name, usual } of settings) if (usual !== undefined) values[name] = usual;
  return Object.assign(values, ...said);
}

/** A run's configuration as a file that starts it again. */
export async function writeConfiguration(
  task: string,
  data: string,
  settings: readonly Setting[],
  values: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { stringify } = await import('yaml');
  const inOrder: Record<string, unknown> = { task, data };
  for (const { name } of settings) if (values[name] !== undefined) inOrder[name] = values[name];
  return `# What this run was told or found; "lutra train --config" of this file repeats it.\n${stringify(inOrder)}`;
}
