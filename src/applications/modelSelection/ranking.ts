/** Information criteria, differences from the best, weights and confidence sets. */
import { formatNumber, formatTable } from '../../report/format.js';
import { argumentError, checkList, checkNames, checkNumber, checkOption, oneOf, openShare, optionError } from '../input/options.js';

/** A fitted model. */
export interface FittedModel {
  readonly name?: string | undefined;
  /** log-likelihood at its maximum, in nats. */
  readonly logLikelihood: number;
  /** Estimated parameters, the variance counted. */
  readonly k: number;
}

export type Criterion = 'aic' | 'aicc' | 'bic' | 'hqic' | 'qaic' | 'qaicc';

export interface SelectionOptions {
  /** Observations. */
  readonly n: number;
  /** What models are ranked by; 'aicc' when left out, 'qaicc' where ĉ is given. */
  readonly criterion?: Criterion | undefined;
  /** Variance inflation ĉ ≥ 1, as the most general model has it; it counts as one parameter more. */
  readonly overdispersion?: number | undefined;
  /** Of the confidence set; 0.95 when left out. */
  readonly level?: number | undefined;
}

/** One line of the table. */
export interface RankedModel {
  readonly name: string;
  /** Its place among the models handed over. */
  readonly index: number;
  readonly logLikelihood: number;
  readonly k: number;
  readonly aic: number;
  /** Infinity where n − k − 1 ≤ 0: the correction has no meaning there. */
  readonly aicc: number;
  readonly bic: number;
  /** Infinity where log log n ≤ 0, for one or two observations: it would reward parameters. */
  readonly hqic: number;
  readonly qaic: number;
  readonly qaicc: number;
  /** What the table is ranked by. */
  readonly criterion: Criterion;
  /**
   * By the criterion: how far above the best, the likelihood e^(−Δ/2) relative to it, the weight, which is that over its sum, weights down to here, and how many
   * times better the best is supported.
   */
  readonly delta: number;
  readonly likelihood: number;
  readonly weight: number;
  readonly cumulative: number;
  readonly evidenceRatio: number;
  /** Whether it belongs to the confidence set: the best models whose weights reach the level. */
  readonly inSet: boolean;
}

const CRITERIA: readonly Criterion[] = ['aic', 'aicc', 'bic', 'hqic', 'qaic', 'qaicc'];

/**
 * Ranks models fitted to the same data.
 *
 * @param models  each {name, logLikelihood, k}
 * @param options n, criterion, overdispersion, level
 * @returns       the table, best model first; equal ones in the order given
 *
 * Units       AIC = −2·logLikelihood + 2k: AIC/(2n) estimates, up to a constant of the truth, the expected KL divergence per observation of the fitted model from it
 * Edge cases  n − k − 1 ≤ 0: AICc is Infinity and its weight 0 (all weights are NaN where all are), and so is HQIC for n ≤ 2 · weights are taken from differences, so log-likelihoods of −10⁹ do no harm
 * Accuracy    weights 1e-15 of themselves, down to where a double ends
 * Source      H. Akaike (1974); C. M. Hurvich, C.-L. Tsai (1989); G. Schwarz (1978); E. J. Hannan, B. G. Quinn (1979); K. P. Burnham, D. R. Anderson (2002)
 *
 * @throws {SurprisalError} ERR_EMPTY · ERR_KIND and ERR_DOMAIN (with row) · ERR_OPTION
 * @example
 * rankModels([{ name: 'line', logLikelihood: -30, k: 3 }, { name: 'parabola', logLikelihood: -27, k: 4 }], { n: 20 })[0].name; // 'parabola'
 */
export function rankModels(models: readonly FittedModel[], options: SelectionOptions): RankedModel[] {
  checkSelection(models, options);
  const { n, overdispersion = 1, level = 0.95 } = options;
  const criterion = options.criterion ?? (options.overdispersion === undefined ? 'aicc' : 'qaicc');
  const scored = models.map(({ name, logLikelihood, k }, index) => ({
    name: name ?? String(index),
    index,
    logLikelihood,
    k,
    ...criteriaOf(logLikelihood, k, n, options.overdispersion === undefined ? undefined : overdispersion),
  }));
  const inflation = criterion.startsWith('q') ? overdispersion : 1;
  // Differences of the parts, not of the sums: where log-likelihoods are large, Δ and the order would be what their rounding leaves. NaN where both have Infinity.
  const above = (a: (typeof scored)[number], b: (typeof scored)[number]) =>
    (-2 * (a.logLikelihood - b.logLikelihood)) / inflation + (a.penalties[criterion] - b.penalties[criterion]);
  const ranked = [...scored].sort((a, b) => above(a, b) || a.index - b.index);
  const deltas = ranked.map((model) => above(model, ranked[0] as (typeof scored)[number]));
  // e^(−Δ/2) of differences from the best is the sum's log-sum-exp with the largest taken off.
  const likelihoods = deltas.map((delta) => Math.exp(-delta / 2));
  const total = likelihoods.reduce((sum, likelihood) => sum + likelihood, 0);
  let cumulative = 0;
  return ranked.map((model, i) => {
    const likelihood = likelihoods[i] as number;
    const weight = likelihood / total;
    const inSet = cumulative < level;
    cumulative += weight;
    const delta = deltas[i] as number;
    const { penalties: _, ...told } = model;
    const evidenceRatio = Math.exp(delta / 2);
    return { ...told, criterion, delta, likelihood, weight, cumulative: Math.min(1, cumulative), evidenceRatio, inSet };
  });
}

/**
 * The table as people print it: K, the criterion, Δ, relative likelihood, weight, cumulative weight and log-likelihood, a model a line; those of the confidence set
 * have a star.
 *
 * @param ranked what {@link rankModels} has returned
 *
 * @example
 * console.log(formatRanking(rankModels(models, { n: 20 })));
 */
export function formatRanking(ranked: readonly RankedModel[]): string {
  checkList('ranked', ranked, 'an array, as rankModels returns it');
  for (const [i, model] of ranked.entries())
    if (LABELS[model?.criterion] === undefined) throw argumentError('ERR_KIND', `ranked[${i}]`, 'a model as rankModels returns it', model);
  const [name = ''] = ranked.map(({ criterion }) => LABELS[criterion]);
  const lines = ranked.map((model) => {
    const { name, k, criterion, delta, likelihood, weight, cumulative, logLikelihood, inSet } = model;
    const score = model[criterion];
    return [
      `${inSet ? '*' : ' '} ${name}`,
      String(k),
      Number.isFinite(score) ? score.toFixed(2) : String(score),
      Number.isFinite(delta) ? delta.toFixed(2) : String(delta),
      ...[likelihood, weight, cumulative].map((share) => formatNumber(share, 2)),
      logLikelihood.toFixed(2),
    ];
  });
  return formatTable([['  model', 'K', name, `Δ${name}`, 'likelihood', 'weight', 'cum.', 'LL'], ...lines], [0]).join('\n');
}

const LABELS: Readonly<Record<Criterion, string>> = { aic: 'AIC', aicc: 'AICc', bic: 'BIC', hqic: 'HQIC', qaic: 'QAIC', qaicc: 'QAICc' };

/** What each criterion adds to the deviance; and the criteria. */
function criteriaOf(logLikelihood: number, k: number, n: number, overdispersion: number | undefined) {
  const correction = (parameters: number) =>
    n - parameters - 1 > 0 ? (2 * parameters * (parameters + 1)) / (n - parameters - 1) : Infinity;
  // ĉ is estimated too.
  const [c, q] = overdispersion === undefined ? [1, k] : [overdispersion, k + 1];
  const penalties: Record<Criterion, number> = {
    aic: 2 * k,
    aicc: 2 * k + correction(k),
    bic: k * Math.log(n),
    hqic: n > Math.E ? 2 * k * Math.log(Math.log(n)) : Infinity,
    qaic: 2 * q,
    qaicc: 2 * q + correction(q),
  };
  const deviance = -2 * logLikelihood;
  const { aic, aicc, bic, hqic, qaic, qaicc } = penalties;
  return {
    penalties,
    aic: deviance + aic,
    aicc: deviance + aicc,
    bic: deviance + bic,
    hqic: deviance + hqic,
    qaic: deviance / c + qaic,
    qaicc: deviance / c + qaicc,
  };
}

function checkSelection(models: readonly FittedModel[], options: SelectionOptions): void {
  checkNames(options, ['n', 'criterion', 'overdispersion', 'level']);
  checkNumber('n', options?.n, 'a number of observations ≥ 1', (n) => n >= 1);
  checkOption('criterion', options.criterion, oneOf(...CRITERIA));
  checkOption('level', options.level, openShare);
  const { overdispersion } = options;
  if (overdispersion !== undefined && !(overdispersion >= 1 && overdispersion < Infinity))
    throw optionError('overdispersion', overdispersion, 'a finite number ≥ 1 (below, take 1)');
  if (!Array.isArray(models) || models.length === 0) throw argumentError('ERR_EMPTY', 'models', 'one model or more', 'none');
  for (const [row, model] of models.entries()) {
    if (typeof model !== 'object' || model === null) throw argumentError('ERR_KIND', 'models', '{name, logLikelihood, k}', model, { row });
    const { logLikelihood, k } = model;
    if (!Number.isFinite(logLikelihood)) throw argumentError('ERR_DOMAIN', 'models', 'a finite logLikelihood', logLikelihood, { row });
    if (!(Number.isSafeInteger(k) && k >= 0)) throw argumentError('ERR_DOMAIN', 'models', 'k, a whole number ≥ 0', k, { row });
  }
}
