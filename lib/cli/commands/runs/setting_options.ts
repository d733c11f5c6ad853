import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  fits,
  flagOf,
  type Setting,
  type SettingValue,
  type SettingValues,
  wanted,
} from '../../../settings/setting.js';

function parser({ kind }: Setting): (text: string) => SettingValue {
  return (text) => {
    const isNumber = kind.type === 'integer' || kind.type === 'number';
    const value = isNumber && text.trim() !== '' ? Number(text) : text;
    if (fits(kind, value)) return value;
    throw new InvalidArgumentError(`It must be ${wanted(kind)}.`);
  };
}

function placeholder({ kind }: Setting): string {
  if (kind.type === 'text') return ` <${kind.placeholder}>`;
  if (kind.type === 'choice') return ' <name>';
  return kind.type === 'integer' ? ' <n>' : ' <x>';
}

function optionOf(setting: Setting): Option {
  const { name, kind, help, usual, usualSaid, group } = setting;
  const said = usualSaid ?? (usual === undefined || kind.type === 'flag' ? null : String(usual));
  const choices = kind.type === 'choice' ? `: ${kind.of.join(', ')}` : '';
  const text = `${help}${choices}${said === null ? '' : ` (default: ${said})`}`;
  if (kind.type === 'flag') return new Option(`--${usual === true ? 'no-' : ''}${flagOf(name)}`, text).helpGroup(group);
  return new Option(`--${flagOf(name)}${placeholder(setting)}`, text).argParser(parser(setting)).helpGroup(group);
}

/** Adds an option for each setting. */
export function addSettings(command: Command, settings: readonly Setting[]): void {
  for (const setting of settings) command.addOption(optionOf(setting));
}

/** What of the settings was said on the command line. */
export function saidOn(command: Command, settings: readonly Setting[]): SettingValues {
  const said: SettingValues = {};
  for (const { name } of settings) {
    if (command.getOptionValueSource(name) === 'cli') said[name] = command.getOptionValue(name) as SettingValue;
  }
  return said;
}
