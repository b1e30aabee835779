import { parseArgs } from 'node:util';

/** A mistake in the command line itself: shown with a pointer to `--help`, exit code 2. */
export class UsageError extends Error {}

/** One option of a command: how it is parsed, and its line in the help. */
export interface OptionSpec {
  readonly name: string;
  /** Placeholder of its value; options without one are switches. */
  readonly value?: string;
  readonly help: string;
  /** Accepted values, where there are few. */
  readonly choices?: readonly string[];
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionSpec[];
}

/** A command: what it takes, what it says of itself, what it does. */
export interface Command {
  readonly groups: readonly OptionGroup[];
  readonly help: string;
  /** @throws UsageError, or SurprisalError `ERR_OPTION`, for a mistake in the command line; SurprisalError for bad data */
  run(options: Parsed): Promise<void>;
}

export interface Parsed {
  readonly positionals: readonly string[];
  /** The value of an option, if it was given. */
  value(name: string): string | undefined;
  flag(name: string): boolean;
}

/**
 * Parses arguments by the table that the help is printed from.
 *
 * @throws UsageError for an unknown option, with the nearest known one, a missing value, or a value that is not a choice
 */
export function parseOptions(args: readonly string[], groups: readonly OptionGroup[]): Parsed {
  const specs = groups.flatMap((group) => group.options);
  const options = Object.fromEntries(specs.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' } as const]));
  const { values, positionals, tokens } = parse(args, { ...options, help: { type: 'boolean', short: 'h' } }, specs);
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (seen.has(token.name)) throw new UsageError(`--${token.name} is given twice`);
    seen.add(token.name);
    const choices = specs.find(({ name }) => name === token.name)?.choices;
    if (choices !== undefined && !choices.includes(token.value ?? '')) {
      throw new UsageError(`--${token.name} takes ${choices.join(', ')}; got '${token.value}'${suggest(token.value ?? '', choices, '')}`);
    }
  }
  return { positionals, value: (name) => values[name] as string | undefined, flag: (name) => values[name] === true };
}

function parse(
  args: readonly string[],
  options: Record<string, { type: 'boolean' | 'string'; short?: string }>,
  specs: readonly OptionSpec[],
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = /'(--?[^'=]*)'/.exec(message)?.[1] ?? '';
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      throw new UsageError(
        `there is no option ${unknown}${suggest(
          unknown.replace(/^-+/, ''),
          specs.map(({ name }) => name),
          '--',
        )}`,
      );
    }
    const [first = message] = message.split('\n');
    const name = unknown.split(' ')[0]; // of --out <value>
    if (first.endsWith('missing')) throw new UsageError(`${name} takes a value`);
    if (first.endsWith('ambiguous.')) throw new UsageError(`${name} takes a value; one that begins with a dash is written ${name}=-…`);
    throw new UsageError(first);
  }
}

/** `; did you mean …?` where a known name is at most two edits away, and an edit in three letters, or begins like the one given. */
function suggest(given: string, known: readonly string[], prefix: string): string {
  const most = Math.min(2, given.length / 3);
  const near = known
    .map((name) => ({ name, distance: name.startsWith(given) && given.length > 1 ? 0 : edits(given, name) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near !== undefined && near.distance <= most ? `; did you mean ${prefix}${near.name}?` : '';
}

/** Levenshtein's distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The options as help lines, 80 columns wide. */
export function formatOptions(groups: readonly OptionGroup[]): string {
  const lines: string[] = [];
  for (const { title, options } of groups) {
    lines.push('', title);
    for (const { name, value, help } of options) {
      const head = `  --${name}${value === undefined ? '' : ` ${value}`}`;
      const [first = '', ...rest] = wrap(help, 52);
      if (head.length > 27) lines.push(head, `${' '.repeat(28)}${first}`);
      else lines.push(`${head.padEnd(28)}${first}`.trimEnd());
      for (const line of rest) lines.push(`${' '.repeat(28)}${line}`);
    }
  }
  return lines.join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A number from an option, checked. */
export function numberOption(parsed: Parsed, name: string, expected: string, accepts: (value: number) => boolean): number | undefined {
  const text = parsed.value(name);
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? NaN : Number(text);
  if (!accepts(value)) throw new UsageError(`--${name} takes ${expected}; got '${text}'`);
  return value;
}

/** A whole number from `least` on. */
export function wholeOption(parsed: Parsed, name: string, least: number): number | undefined {
  const expected = least === 0 ? 'a whole number' : `a whole number from ${least} on`;
  return numberOption(parsed, name, expected, (value) => Number.isSafeInteger(value) && value >= least);
}

/** A share of 1, neither none nor all. */
export function shareOption(parsed: Parsed, name: string): number | undefined {
  return numberOption(parsed, name, 'a number between 0 and 1', (value) => value > 0 && value < 1);
}

/** A number above 0. */
export function positiveOption(parsed: Parsed, name: string): number | undefined {
  return numberOption(parsed, name, 'a number above 0', (value) => value > 0 && value < Infinity);
}

/** The base of logarithms; left out for e. */
export function baseOption(parsed: Parsed): number | undefined {
  if (parsed.value('base') === 'e') return undefined;
  return numberOption(parsed, 'base', 'a number above 1, or e', (value) => value > 1 && value < Infinity);
}
