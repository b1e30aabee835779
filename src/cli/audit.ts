import { Auditor } from '../applications/audit.js';
import type { Matrix, Vector } from '../index.js';
import type { RowSource } from '../io/rows.js';
import { AUDIT_GROUPS, AUDIT_HELP, readAuditSettings } from './auditOptions.js';
import { printAudit, printAuditJson } from './auditReport.js';
import { type Operand, rowInFloatsOf } from './measures.js';
import { openOperands } from './operands.js';
import type { Command, Parsed } from './options.js';
import { Progress } from './progress.js';
import { forEachStep } from './steps.js';
import { terminalWidth } from './terminal.js';

/** `surprisal audit`: reads row blocks, lets every convention answer beside the library, prints what differs. */
export const audit: Command = { groups: AUDIT_GROUPS, help: AUDIT_HELP, run };

async function run(options: Parsed): Promise<void> {
  const sources: RowSource[] = [];
  try {
    const settings = readAuditSettings(options);
    const { p, q } = await openOperands(options, settings.audit.as, 'kl', sources);
    const auditor = new Auditor(settings.audit);
    const progress = new Progress(process.stderr, options.flag('quiet'));
    await forEachStep({ p, q, sources, block: settings.block, swapped: false }, progress, (step) => {
      const rows = step.p as Matrix;
      auditor.add(rows, toRows(step.q as Operand, rows, settings.audit.as === 'logits'), step.lead.ids);
      return undefined;
    });
    const run = { p, q, report: auditor.report() };
    if (options.flag('json')) printAuditJson(run);
    else printAudit(run, terminalWidth(), settings.audit.worst !== undefined);
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

/** The uniform distribution as one row for all, in the floats of P. */
function toRows(q: Operand, p: Matrix, isLogits: boolean): Matrix | Vector {
  return q === 'uniform' ? rowInFloatsOf(p, isLogits ? 0 : 1 / p.cols) : (q as Matrix | Vector);
}
