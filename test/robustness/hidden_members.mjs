import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `Class.member` of all members of the library's classes that are protected, private or marked @internal. */
export function hiddenMembers() {
  const hidden = new Set();
  const library = new URL('../../lib', import.meta.url).pathname;
  for (const file of readdirSync(library, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const classes = readFileSync(join(library, file), 'utf8').split(/^(?:export )?(?:abstract )?class (?=\w)/m);
    for (const source of classes.slice(1)) {
      const [Class] = /^\w+/.exec(source);
      for (const [, name] of source.matchAll(/^ {2}\/\*\* @internal .*\n {2}(?:\w+ )*(\w+)(?:<.*>)?\(/gm)) {
        hidden.add(`${Class}.${name}`);
      }
      for (const [, name] of source.matchAll(/^ {2}(?:protected|private) (?:\w+ )*\*?(\w+)(?:<.*>)?\(/gm)) {
        hidden.add(`${Class}.${name}`);
      }
    }
  }
  return hidden;
}
