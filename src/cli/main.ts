import { readFileSync } from 'node:fs';
import { SurprisalError } from '../index.js';
import { asFileError } from '../io/fault.js';
import { approximation } from './approximation.js';
import { audit } from './audit.js';
import { composition } from './composition.js';
import { drift } from './drift.js';
import { kld } from './kld.js';
import { plain } from '../report/format.js';
import { ood } from './ood.js';
import { type Command, parseOptions, UsageError } from './options.js';
import { pairs } from './pairs.js';
import { score } from './score.js';

/** In the order in which the help has them. */
const COMMANDS: Readonly<Record<string, Command>> = { score, pairs, approximation, audit, kld, ood, composition, drift };

const NAMES = Object.keys(COMMANDS).join(', ');
const commandOf = (name: string | undefined): Command | undefined =>
  name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

/** Where summaries begin. */
const COLUMN = 26;

function lineOf({ usage, summary }: Command): string {
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
    else if (name === 'help' && asked !== undefined) console.log(asked.help);
    else if (name === undefined) throw new UsageError(`which command? ${NAMES}`);
    else if (command !== undefined) await run(command, args);
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
