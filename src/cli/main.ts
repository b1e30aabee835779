import { readFileSync } from 'node:fs';
import { SurprisalError } from '../index.js';
import { asFileError } from '../io/fault.js';
import { approximation } from './approximation.js';
import { APPROXIMATION_HELP } from './approximationOptions.js';
import { audit } from './audit.js';
import { AUDIT_HELP } from './auditOptions.js';
import { composition } from './composition.js';
import { COMPOSITION_HELP } from './compositionOptions.js';
import { drift } from './drift.js';
import { DRIFT_HELP } from './driftOptions.js';
import { kld } from './kld.js';
import { KLD_HELP } from './kldOptions.js';
import { plain } from '../report/format.js';
import { ood } from './ood.js';
import { OOD_HELP } from './oodOptions.js';
import { UsageError } from './options.js';
import { pairs } from './pairs.js';
import { PAIRS_HELP } from './pairsOptions.js';
import { score } from './score.js';
import { SCORE_HELP } from './scoreOptions.js';

const HELP = `surprisal: divergences of many rows, from files

  surprisal score P [Q]   score every row of P: KL, Jeffreys, Jensen–Shannon, entropy
  surprisal pairs P [Q]   every row against every row: all cells, or the nearest
  surprisal approximation --n N --p P
                          how far a binomial is from Poisson and normal
  surprisal audit P Q     what the usual tools would answer on the same rows
  surprisal kld FILE Q    a model against another's base logits, as llama.cpp reports it
  surprisal ood REF NEW   rows that a classifier is less sure of than of its own data
  surprisal composition TABLE --group COLUMN
                          groups of counts: what differs, by how much, how sure
  surprisal drift BASELINE WINDOW
                          features that no longer look as they did
  surprisal --version

Files are read as they are, with gzip (.gz), or through a pipe: - is what comes in.
surprisal COMMAND --help says more.`;

/** Each command by its name. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  score,
  pairs,
  approximation,
  audit,
  kld,
  ood,
  composition,
  drift,
};
const HELPS: Readonly<Record<string, string>> = {
  score: SCORE_HELP,
  pairs: PAIRS_HELP,
  approximation: APPROXIMATION_HELP,
  audit: AUDIT_HELP,
  kld: KLD_HELP,
  ood: OOD_HELP,
  composition: COMPOSITION_HELP,
  drift: DRIFT_HELP,
};

const NAMES = Object.keys(COMMANDS).join(', ');
const isCommand = (name: string | undefined): name is string => name !== undefined && Object.hasOwn(COMMANDS, name);

/** Runs a command line; the result is the exit code: 0 done, 1 bad data, 2 a mistake in the command line. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  try {
    if (name === '--version' || name === '-v') console.log(version());
    else if (name === '--help' || name === '-h' || (name === 'help' && args[0] === undefined)) console.log(HELP);
    else if (name === 'help' && isCommand(args[0])) console.log(HELPS[args[0]]);
    else if (name === undefined) throw new UsageError(`which command? ${NAMES}`);
    else if (isCommand(name)) await COMMANDS[name]?.(args);
    else throw new UsageError(`there is no command '${name}'; there are ${NAMES}`);
    return 0;
  } catch (error) {
    return report(error, isCommand(name) ? ` ${name}` : '');
  }
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
