import { readFileSync } from 'node:fs';
import { SurprisalError } from '../index.js';
import { asFileError } from '../io/fault.js';
import { plain } from '../report/format.js';
import { type Command, parseOptions, UsageError } from './options.js';

/** A command's line in the help: its name and what it cannot do without, and what it is for; and where it is, as one takes as long to load as Node itself. */
interface Listed {
  readonly usage: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** In the order in which the help has them. */
const COMMANDS: Readonly<Record<string, Listed>> = {
  score: {
    usage: 'score P [Q]',
    summary: 'score every row of P: KL, Jeffreys, Jensen–Shannon, entropy',
    load: async () => (await import('./score.js')).score,
  },
  pairs: {
    usage: 'pairs P [Q]',
    summary: 'every row against every row: all cells, or the nearest',
    load: async () => (await import('./pairs.js')).pairs,
  },
  approximation: {
    usage: 'approximation --n N --p P',
    summary: 'how far a binomial is from Poisson and normal',
    load: async () => (await import('./approximation.js')).approximation,
  },
  audit: {
    usage: 'audit P Q',
    summary: 'what the usual tools would answer on the same rows',
    load: async () => (await import('./audit.js')).audit,
  },
  kld: {
    usage: 'kld FILE Q',
    summary: "a model against another's base logits, as llama.cpp reports it",
    load: async () => (await import('./kld.js')).kld,
  },
  ood: {
    usage: 'ood REF NEW',
    summary: 'rows that a classifier is less sure of than of its own data',
    load: async () => (await import('./ood.js')).ood,
  },
  composition: {
    usage: 'composition TABLE --group COLUMN',
    summary: 'groups of counts: what differs, by how much, how sure',
    load: async () => (await import('./composition.js')).composition,
  },
  drift: {
    usage: 'drift BASELINE WINDOW',
    summary: 'features that no longer look as they did',
    load: async () => (await import('./drift.js')).drift,
  },
};

const NAMES = Object.keys(COMMANDS).join(', ');
const commandOf = (name: string | undefined): Listed | undefined =>
  name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

/** Where summaries begin. */
const COLUMN = 26;

function lineOf({ usage, summary }: Listed): string {
  const head = `  surprisal ${usage}`;
  return head.length < COLUMN ? head.padEnd(COLUMN) + summary : `${head}\n${' '.repeat(COLUMN)}${summary}`;
}

const HELP = `surprisal: divergences of many rows, from files

${Object.values(COMMANDS).map(lineOf).join('\n')}
  surprisal --version

Files are read as they are, with gzip (.gz), or through a pipe: - is what comes in.
surprisal COMMAND --help says more.`;

/** Runs a command line; the result is the exit code: 0 done, 1 bad data, 2 a mistake in the command line. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  const command = commandOf(name);
  const asked = commandOf(args[0]);
  try {
    if (name === '--version' || name === '-v') console.log(version());
    else if (name === '--help' || name === '-h' || (name === 'help' && args[0] === undefined)) console.log(HELP);
    else if (name === 'help' && asked !== undefined) console.log((await asked.load()).help);
    else if (name === undefined) throw new UsageError(`which command? ${NAMES}`);
    else if (command !== undefined) await run(await command.load(), args);
    else throw new UsageError(`there is no command '${name === 'help' ? args[0] : name}'; there are ${NAMES}`);
    return 0;
  } catch (error) {
    return report(error, command === undefined ? '' : ` ${name}`);
  }
}

async function run({ groups, help, run }: Command, args: readonly string[]): Promise<void> {
  const options = parseOptions(args, groups);
  if (options.flag('help')) console.log(help);
  else await run(options);
}

/** One clear line for what went wrong; a stack only for what should never happen. */
function report(error: unknown, command: string): number {
  const isUsage = error instanceof UsageError || (error instanceof SurprisalError && error.code === 'ERR_OPTION');
  if (!isUsage && !(error instanceof SurprisalError)) {
    console.error(error);
    return 1;
  }
  console.error(`surprisal${command}: ${plain((error as Error).message)}`);
  if (isUsage) console.error(`surprisal${command} --help lists the ${command === '' ? 'commands' : 'options'}`);
  return isUsage ? 2 : 1;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader has seen enough, as in: surprisal score … | head
  process.exit(report(asFileError('the output', error), ''));
});
process.exitCode = await main(process.argv.slice(2));
