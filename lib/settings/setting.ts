// One description of a setting for the command line, its help and configuration files. Knows no library, so that help is quick.

/** What values a setting takes. */
export type SettingKind =
  | { readonly type: 'integer'; readonly least: number; readonly most?: number }
  | {
      readonly type: 'number';
      /** Exclusive bounds. */
      readonly above?: number;
      readonly below?: number;
      /** Inclusive bound. */
      readonly least?: number;
    }
  | { readonly type: 'choice'; readonly of: readonly string[] }
  | { readonly type: 'text'; readonly placeholder: string }
  | { readonly type: 'flag' };

export type SettingValue = string | number | boolean;

export interface Setting {
  /** In camelCase, as configuration files and the library have it; `--text-column` on the command line. */
  readonly name: string;
  readonly kind: SettingKind;
  readonly help: string;
  /** The default; undefined where it depends on the data or on other settings. */
  readonly usual?: SettingValue;
  /** What help says of a default that depends. */
  readonly usualSaid?: string;
  readonly group: string;
}

export type SettingValues = Record<string, SettingValue>;

/** What a value must be, for messages: `an integer of at least 1`. */
export function wanted(kind: SettingKind): string {
  switch (kind.type) {
    case 'integer':
      return kind.most === undefined
        ? `an integer of at least ${kind.least}`
        : `an integer from ${kind.least} to ${kind.most}`;
    case 'number': {
      const bounds = [
        kind.above === undefined ? null : `above ${kind.above}`,
        kind.least === undefined ? null : `of at least ${kind.least}`,
        kind.below === undefined ? null : `below ${kind.below}`,
      ].filter((bound) => bound !== null);
      return `a number ${bounds.join(' and ')}`.trimEnd();
    }
    case 'choice':
      return `one of ${kind.of.join(', ')}`;
    case 'text':
      return 'a text';
    case 'flag':
      return 'true or false';
  }
}

/** Whether a value is one that the setting takes. */
export function fits(kind: SettingKind, value: unknown): boolean {
  switch (kind.type) {
    case 'integer':
      return (
        Number.isSafeInteger(value) && (value as number) >= kind.least && (value as number) <= (kind.most ?? Infinity)
      );
    case 'number':
      return (
        typeof value === 'number' &&
        Number.isFinite(value) &&
        (kind.above === undefined || value > kind.above) &&
        (kind.least === undefined || value >= kind.least) &&
        (kind.below === undefined || value < kind.below)
      );
    case 'choice':
      return typeof value === 'string' && kind.of.includes(value);
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'flag':
      return typeof value === 'boolean';
  }
}

/** `textColumn` → `text-column` */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What `lutra train` trains besides word vectors. */
export interface TaskAbout {
  readonly summary: string;
  readonly description: string;
  readonly data: string;
  readonly settings: readonly Setting[];
  readonly examples: readonly string[];
}
