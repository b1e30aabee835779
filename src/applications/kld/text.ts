/** The perplexity tool's report as it prints it: names, order and digits. */
import type { CompatibleReport, Ranks, Uncertain } from './compatible.js';

/** With fewer tokens the tool prints no statistics. */
export const LEAST_TOKENS = 100;

const HEAD = 'chunk             PPL               ln(PPL(Q)/PPL(base))          KL Divergence              Δp RMS            Same top p';

/** Order in which the tool prints ranks. */
const KLD_RANKS = ['maximum', '99.9', '99', '95', '90', 'median', '10', '5', '1', '0.1', 'minimum'] as const;
const DELTA_RANKS = ['maximum', '99.9', '99', '95', '90', '75', 'median', '25', '10', '5', '1', '0.1', 'minimum'] as const;

/**
 * The report of a base-logits comparison as llama.cpp's perplexity tool prints it, line by line: the table of chunks and, from 100 tokens on, the
 * statistics.
 */
export function compatibleText(report: CompatibleReport): string[] {
  const lines = [HEAD];
  for (const [i, { perplexity, logRatio, kld, rmsDeltaP, sameTop }] of report.chunks.entries()) {
    const cells = [
      pair(perplexity, 9, 4),
      pair(logRatio, 10, 5),
      pair(kld, 10, 5),
      `${pair(percent(rmsDeltaP), 6, 3)} %`,
      `${pair(percent(sameTop), 6, 3)} %`,
    ];
    lines.push([String(i + 1).padStart(4), ...cells].join('    '));
  }
  if (report.tokens < LEAST_TOKENS) return lines;
  const { perplexity, kld, deltaP, sameTop } = report;
  return [
    ...lines,
    '',
    '',
    '====== Perplexity statistics ======',
    `Mean PPL(Q)                   : ${pair(perplexity.q, 10, 6)}`,
    `Mean PPL(base)                : ${pair(perplexity.base, 10, 6)}`,
    `Cor(ln(PPL(Q)), ln(PPL(base))): ${fixed(100 * perplexity.correlation, 6, 2)}%`,
    `Mean ln(PPL(Q)/PPL(base))     : ${pair(perplexity.logRatio, 10, 6)}`,
    `Mean PPL(Q)/PPL(base)         : ${pair(perplexity.ratio, 10, 6)}`,
    `Mean PPL(Q)-PPL(base)         : ${pair(perplexity.difference, 10, 6)}`,
    '',
    '====== KL divergence statistics ======',
    `Mean    KLD: ${pair(kld.mean, 10, 6)}`,
    ...KLD_RANKS.map((name) => `${rankName(name)} KLD: ${fixed(rankOf(kld, name), 10, 6)}`),
    '',
    '====== Token probability statistics ======',
    `Mean    Δp: ${percentPair(deltaP.mean)}`,
    ...DELTA_RANKS.map((name) => `${rankName(name)} Δp: ${fixed(100 * rankOf(deltaP, name), 6, 3)}%`),
    `RMS Δp    : ${percentPair(deltaP.rms)}`,
    `Same top p: ${percentPair(sameTop)}`,
  ];
}

function rankOf(ranks: Ranks, name: string): number {
  if (name === 'maximum' || name === 'median' || name === 'minimum') return ranks[name];
  return ranks.percentiles[name] as number;
}

/** `Maximum`, `Median `, `99.9%  `, ` 5.0%  `. */
function rankName(name: string): string {
  const percentage = Number(name);
  if (Number.isNaN(percentage)) return `${name[0]?.toUpperCase()}${name.slice(1)}`.padEnd(7);
  return `${percentage.toFixed(1).padStart(4)}%`.padEnd(7);
}

function percent({ value, uncertainty }: Uncertain): Uncertain {
  return { value: 100 * value, uncertainty: 100 * uncertainty };
}

function pair({ value, uncertainty }: Uncertain, width: number, digits: number, uncertaintyWidth = width): string {
  return `${fixed(value, width, digits)} ± ${fixed(uncertainty, uncertaintyWidth, digits)}`;
}

/** As the statistics have percentages. */
function percentPair(share: Uncertain): string {
  return `${pair(percent(share), 6, 3, 5)} %`;
}

/** As C's printf writes a number with a width and decimals. */
function fixed(value: number, width: number, digits: number): string {
  const text = Number.isFinite(value) ? value.toFixed(digits) : Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  return (Object.is(value, -0) ? `-${text}` : text).padStart(width);
}
