/**
 * real/: the answers of SciPy, PyTorch and scikit-learn on real data, each with its own tolerance in manifest.json.
 * float32 arrays are widened first, as they were for the expected values.
 */
import { distillationLoss, distillationLossWithGradient } from '../../src/applications/distillation.js';
import { bald, TopK } from '../../src/applications/activeLearning.js';
import { latentReport, regulariser } from '../../src/applications/vae.js';
import { disparity, type Level } from '../../src/applications/fairness.js';
import { oodMetrics, oodScores } from '../../src/applications/ood.js';
import { expSingle } from '../../src/applications/kld/expSingle.js';
import { ewc } from './ewc.js';
import { type Answers, type Expected, matrixOf, mean, type Sources } from './sources.js';
import { type NpyArray, type Run, readJson, readNpy } from './reference.js';

type Table = readonly (readonly number[])[];

/** Runs every entry that the library can answer. */
export function runReal(run: Run, folder: string): void {
  const { expected: entries } = readJson<{ expected: Record<string, Sources['expected']> }>(`${folder}/manifest.json`);
  const cache = new Map<string, NpyArray & { data: Float64Array }>();
  const array: Sources['array'] = (name) => {
    const known = cache.get(name);
    if (known !== undefined) return known;
    const { data, shape } = readNpy(folder, name);
    const widened = { data: Float64Array.from(data), shape };
    cache.set(name, widened);
    return widened;
  };
  for (const [name, expected] of Object.entries(entries)) {
    const answer = answerFor(name);
    if (answer === undefined) continue;
    const answers = answer({ library: run.library, options: { core: run.core }, array, expected }, name);
    for (const [quantity, [actual, wanted]] of Object.entries(answers)) {
      const place = { backend: run.backend, section: 'real', quantity: name, dtype: 'f64' as const, id: quantity };
      const allowed = (value: number) => expected.atol + expected.rtol * Math.abs(value);
      run.report.checkAll(place, actual, Array.from(wanted), allowed);
    }
  }
}

export function skipReal(report: Run['report'], folder: string): void {
  const { expected } = readJson<{ expected: Record<string, Expected> }>(`${folder}/manifest.json`);
  for (const name of Object.keys(expected)) if (answerFor(name) === undefined) report.skip('real', name, 'not in the library yet', 1);
}

type Answer = (sources: Sources, name: string) => Answers;

function answerFor(name: string): Answer | undefined {
  if (name.startsWith('vae_')) return vae;
  if (name.startsWith('ewc_')) return ewc;
  return ANSWERS[name];
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  digits_ood: ({ library, options, array, expected }) => {
    const isOod = array('digits_is_ood').data;
    const teacher = matrixOf(library, array('digits_teacher_logits'));
    const scores = library.logits.klToUniform(teacher, options);
    const value = expected.value as Record<string, number>;
    const metrics = oodMetrics(teacher, isOod, { ...options, replicates: 100 });
    const told = {
      auroc: metrics.auroc.value,
      fpr95: metrics.fprAtTpr.value,
      tpr_at: metrics.tprAtThreshold,
      threshold: metrics.threshold,
      n_id: metrics.inDistribution,
      n_ood: metrics.outOfDistribution,
    };
    const answers = Object.entries(told).map(([name, number]) => [name, [[number], [value[name] as number]]] as const);
    return {
      ...Object.fromEntries(answers),
      'surprisal/ood: scores': [oodScores(teacher, options), array('digits_expected_ood_score').data],
      scores: [scores, array('digits_expected_ood_score').data],
      mean_id: [[mean(scores.filter((_, i) => isOod[i] === 0))], [expected['mean_id'] as number]],
      mean_ood: [[mean(scores.filter((_, i) => isOod[i] === 1))], [expected['mean_ood'] as number]],
    };
  },
  digits_ood_reverse: ({ library, options, array, expected }) => {
    const teacher = matrixOf(library, array('digits_teacher_logits'));
    const uniform = library.matrix(new Float64Array(teacher.data.length), teacher.rows, teacher.cols);
    const { first10, auroc } = expected.value as { first10: number[]; auroc: number };
    const settings = { ...options, score: 'reverse-kl-to-uniform', replicates: 100 } as const;
    return {
      first10: [library.logits.klDivergence(uniform, teacher, options).slice(0, 10), first10],
      auroc: [[oodMetrics(teacher, array('digits_is_ood').data, settings).auroc.value], [auroc]],
    };
  },
  digits_distillation: ({ library, options, array, expected }) => {
    const [teacher, student] = [matrixOf(library, array('digits_teacher_logits')), matrixOf(library, array('digits_student_logits'))];
    const answers: Answers = {};
    for (const [text, value] of Object.entries(expected.value as Record<string, Record<string, number | number[]>>)) {
      const temperature = Number(text);
      const kl = library.logits.klDivergence(teacher, student, { ...options, temperature });
      const loss = library.logits.distillationLossWithGradient(teacher, student, { ...options, temperature, withRespectTo: ['student'] });
      // The loss there is the mean over the batch.
      const slopes = Array.from(loss.gradient.student.data, (x) => x / teacher.rows);
      const reduced = distillationLossWithGradient(teacher, student, { ...options, temperature });
      answers[`T=${text} surprisal/distillation: loss`] = [[reduced.loss], [value['loss'] as number]];
      answers[`T=${text} surprisal/distillation: gradient`] = [
        reduced.gradient.data.slice(0, 2 * teacher.cols),
        value['grad_first2rows'] as number[],
      ];
      answers[`T=${text} per_sample_first10`] = [kl.slice(0, 10), value['per_sample_first10'] as number[]];
      answers[`T=${text} mean_kl`] = [[mean(kl)], [value['mean_kl'] as number]];
      answers[`T=${text} loss`] = [[mean(loss.value)], [value['loss'] as number]];
      answers[`T=${text} grad_first2rows`] = [slopes.slice(0, 2 * teacher.cols), value['grad_first2rows'] as number[]];
      answers[`T=${text} grad_norm`] = [[Math.sqrt(slopes.reduce((sum, x) => sum + x * x, 0))], [value['grad_norm'] as number]];
      if (text === '4') answers['T=4 gradient'] = [slopes, array('digits_expected_distill_grad_T4').data];
    }
    return answers;
  },
  digits_distillation_mixed: ({ library, options, array, expected }) => {
    const student = array('digits_student_logits');
    const kl = library.logits.klDivergence(matrixOf(library, array('digits_teacher_logits')), matrixOf(library, student), {
      ...options,
      temperature: 4,
    });
    const [labels, isOod] = [array('digits_labels').data, array('digits_is_ood').data];
    const surprisals = library.logits.surprisal(matrixOf(library, student), labels, options);
    const losses = kl.map((value, i) => 0.7 * 16 * value + 0.3 * (surprisals[i] as number));
    const inside = labels.map((label, i) => (isOod[i] === 0 ? label : -100));
    const teacher = matrixOf(library, array('digits_teacher_logits'));
    const mixed = distillationLoss(teacher, matrixOf(library, student), { ...options, temperature: 4, labels: inside, alpha: 0.3 });
    return {
      loss: [[mean(losses.filter((_, i) => isOod[i] === 0))], [expected.value as number]],
      'surprisal/distillation': [[mixed.loss], [expected.value as number]],
    };
  },
  digits_bald: ({ options, array, expected }) => {
    const { data, shape } = array('digits_member_logits');
    const [members, samples, classes] = shape as [number, number, number];
    const byCandidate = new Float64Array(data.length);
    for (let m = 0, i = 0; m < members; m++)
      for (let n = 0; n < samples; n++)
        for (let k = 0; k < classes; k++, i++) byCandidate[(n * members + m) * classes + k] = data[i] as number;
    const scores = bald({ data: byCandidate, shape: [samples, members, classes] }, { as: 'logits', ...options });
    const top = new TopK(30).add(scores).chosen.map(({ index }) => index);
    const isOod = array('digits_is_ood').data;
    const value = expected.value as Record<string, number>;
    const [outside, inside] = [1, 0].map((kind) => scores.filter((_, i) => isOod[i] === kind)) as [Float64Array, Float64Array];
    return {
      auroc_ood: [
        [mean(Array.from(outside, (score) => mean(inside.map((other) => (score > other ? 1 : score === other ? 0.5 : 0)))))],
        [value['auroc_ood'] as number],
      ],
      scores: [scores, array('digits_expected_bald').data],
      top30: [top, (expected.value as { top30: number[] }).top30],
      mean: [[mean(scores)], [value['mean'] as number]],
      mean_id: [[mean(inside)], [value['mean_id'] as number]],
      mean_ood: [[mean(outside)], [value['mean_ood'] as number]],
    };
  },
  digits_accuracy_id: (sources) => {
    const value = sources.expected.value as { teacher: number; student: number; members: number[] };
    const [members, samples, classes] = sources.array('digits_member_logits').shape as [number, number, number];
    const all = sources.array('digits_member_logits').data;
    const member = (m: number) => all.subarray(m * samples * classes, (m + 1) * samples * classes);
    return {
      teacher: [[accuracy(sources, sources.array('digits_teacher_logits').data)], [value.teacher]],
      student: [[accuracy(sources, sources.array('digits_student_logits').data)], [value.student]],
      members: [Array.from({ length: members }, (_, m) => accuracy(sources, member(m))), value.members],
    };
  },
  microbiome_gp: (sources) => {
    const {
      samples: names,
      sample_types,
      types,
      phyla,
    } = sources.expected.value as Record<string, string[]> & Record<'sample_types' | 'types', string[]>;
    const { value } = sources.expected as { value: Record<string, Table> };
    const answers: Answers = { names: [sources.array('microbiome_gp_phylum_counts').shape, [names?.length ?? 0, phyla?.length ?? 0]] };
    for (const level of ['phylum', 'otu']) {
      const samples = split(sources.array(`microbiome_gp_${level}_counts`));
      const pooled = types.map((type) => sumRows(samples.filter((_, i) => sample_types[i] === type)));
      for (const [suffix, pseudo] of [
        ['pc0_5', 0.5],
        ['pc1', 1],
      ] as const) {
        const name = `kl_types_${level}_${suffix}`;
        answers[name] = [allPairs(pooled, (p, q) => kl(sources, p, q, pseudo)), (value[name] as Table).flat()];
      }
      const name = `js_distance_types_${level}`;
      answers[name] = [allPairs(pooled, (p, q) => jsDistance(sources, p, q)), (value[name] as Table).flat()];
      answers[`${name}, sparse`] = [sparsePairs(sources, pooled), (value[name] as Table).flat()];
    }
    const samples = split(sources.array('microbiome_gp_phylum_counts'));
    const distances = value['js_distance_samples_phylum'] as Table;
    answers['js_distance_samples_phylum'] = [allPairs(samples, (p, q) => jsDistance(sources, p, q)), distances.flat()];
    const divergences = value['jsd_samples_phylum_phyloseq'] as Table;
    const js = (p: Float64Array, q: Float64Array) => sources.library.jensenShannonDivergence(p, q, sources.options);
    answers['jsd_samples_phylum_phyloseq'] = [allPairs(samples, js), divergences.flat()];
    return answers;
  },
  microbiome_mouse: (sources) => pairedRows(sources, 'microbiome_mouse_class_counts', 'later', 'baseline'),
  microbiome_ecam_antibiotic: (sources) => pairedRows(sources, 'microbiome_ecam_antibiotic_counts', 'after', 'before'),
  cellcycle_hsmm: (sources) => {
    const hours = split(sources.array('cellcycle_hsmm_counts'));
    const start = hours[0] as Float64Array;
    const value = sources.expected.value as Record<string, number[]>;
    return {
      kl_vs_0h_pc0: [hours.map((p) => kl(sources, p, start, 0)), value['kl_vs_0h_pc0'] as number[]],
      kl_vs_0h_pc0_5: [hours.map((p) => kl(sources, p, start, 0.5)), value['kl_vs_0h_pc0_5'] as number[]],
      kl_0h_vs_pc0_5: [hours.map((p) => kl(sources, start, p, 0.5)), value['kl_0h_vs_pc0_5'] as number[]],
      js_distance_vs_0h: [hours.map((p) => jsDistance(sources, p, start)), value['js_distance_vs_0h'] as number[]],
    };
  },
  fairness_german: (sources) => {
    const [members, prob, outcome] = ['groups', 'prob', 'outcome'].map((name) => sources.array(`fairness_german_${name}`).data) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const answers: Answers = {};
    for (const [column, [group, stored]] of Object.entries(sources.expected.value as Record<string, object>).entries()) {
      const value = stored as Record<string, number> & { hist_group: number[]; hist_rest: number[] };
      const isMember = Array.from(prob, (_, row) => members[3 * row + column] === 1);
      const compared = (predictions: Float64Array, of: Level) => {
        const { groups, comparisons } = disparity(predictions, isMember, { of, permutations: 1, ...sources.options });
        const summary = (name: string) => groups.find((one) => one.group === name) as (typeof groups)[number];
        const forth = comparisons.find((one) => one.group === 'true') as (typeof comparisons)[number];
        return {
          own: summary('true'),
          rest: summary('false'),
          kl: forth.kl,
          reverse: comparisons.find((one) => one !== forth)?.kl as number,
        };
      };
      for (const [rate, predictions, of] of [
        ['mean_prob', prob, 'means'],
        ['accept', prob, 'decisions'],
        ['outcome', outcome, 'means'],
      ] as const) {
        const { own, rest, kl: forth, reverse } = compared(predictions, of);
        const told = { [`${rate}_group`]: own.mean[1], [`${rate}_rest`]: rest.mean[1], n_group: own.rows, n_rest: rest.rows };
        const divergences = { [`kl_bernoulli_${rate}`]: forth, [`kl_bernoulli_${rate}_reverse`]: reverse };
        for (const [name, actual] of Object.entries({ ...told, ...divergences }))
          if (value[name] !== undefined) answers[`${group} ${name}`] = [[actual as number], [value[name]]];
      }
      const { own, rest } = compared(prob, 'scores');
      const [p, q] = [own, rest].map(({ mean, rows }) => mean.map((share) => Math.round(share * rows))) as [Float64Array, Float64Array];
      answers[`${group} hist_group`] = [p, value.hist_group];
      answers[`${group} hist_rest`] = [q, value.hist_rest];
      const psi = sources.library.jeffreysDivergence(plus(p, 1), plus(q, 1), sources.options);
      answers[`${group} kl_hist_pc1`] = [[kl(sources, p, q, 1)], [value['kl_hist_pc1'] as number]];
      answers[`${group} kl_hist_pc1_reverse`] = [[kl(sources, q, p, 1)], [value['kl_hist_pc1_reverse'] as number]];
      answers[`${group} kl_hist_pc0_5`] = [[kl(sources, p, q, 0.5)], [value['kl_hist_pc0_5'] as number]];
      answers[`${group} psi_hist_pc1`] = [[psi], [value['psi_hist_pc1'] as number]];
      answers[`${group} js_distance_hist`] = [[jsDistance(sources, p, q)], [value['js_distance_hist'] as number]];
    }
    return answers;
  },
};

/** Share of the digits that the networks know whose largest logit is their own: that is the least surprising label. */
function accuracy({ library, options, array }: Sources, logits: Float64Array): number {
  const [labels, isOod] = [array('digits_labels').data, array('digits_is_ood').data];
  const z = library.matrix(logits, labels.length, logits.length / labels.length);
  const logP = library.logits.logSoftmax(z, options).data;
  const right = Array.from(labels, (label, row) => {
    const own = logP.subarray(row * z.cols, (row + 1) * z.cols);
    return own.every((x) => x <= (own[label] as number)) ? 1 : 0;
  });
  return mean(right.filter((_, row) => isOod[row] === 0));
}

/** An encoder's means and log-variances against the standard-normal prior: per sample, per dimension, in total. */
function vae({ library, options, array, expected }: Sources, name: string): Answers {
  const [mu, logvar] = [array(`${name}_mu`), array(`${name}_logvar`)];
  const { gaussian } = library;
  const rows = gaussian.klDivergence({ mean: matrixOf(library, mu), logVariance: matrixOf(library, logvar) }, gaussian.standard, options);
  const elements = gaussian.univariateKlDivergence({ mean: mu.data, logVariance: logvar.data }, gaussian.standard, options);
  const cols = mu.shape[1] as number;
  const perDimension = Array.from({ length: cols }, (_, j) => mean(elements.filter((_value, i) => i % cols === j)));
  const value = expected.value as { per_dim_kl: number[]; total_kl: number; per_sample_first10: number[] } & Record<string, number>;
  const posterior = { mean: matrixOf(library, mu), logVariance: matrixOf(library, logvar) };
  const freeBits = { freeBits: value['free_bits_lambda'] as number, ...options };
  const { active, meanVariance } = latentReport(posterior, { draws: 2, ...options });
  const told = value as Readonly<Record<string, number>>;
  const textbook = elementsOfTorch(mu.data, logvar.data);
  const [fewest, most] = negativeSingles(mu.data, logvar.data);
  const ofSingles = told['negative_elements_naive_float32'] as number;
  return {
    'elements below 0': [[elements.filter((kl) => kl < 0).length], [0]],
    min_element_torch_distributions: [
      [least(textbook), least(elements)],
      [told['min_element_torch_distributions'] as number, told['min_element_torch_distributions'] as number],
    ],
    negative_elements_torch_distributions: [
      [textbook.filter((kl) => kl < 0).length],
      [told['negative_elements_torch_distributions'] as number],
    ],
    max_abs_diff_torch_distributions: [
      [elements.reduce((far, kl, i) => Math.max(far, Math.abs(kl - (textbook[i] as number))), 0)],
      [told['max_abs_diff_torch_distributions'] as number],
    ],
    'negative_elements_naive_float32, for some exponential that is off by a float32 step at most': [
      [Math.min(most, Math.max(fewest, ofSingles))],
      [ofSingles],
    ],
    free_bits_total: [[regulariser(posterior, freeBits).loss], [value['free_bits_total'] as number]],
    free_bits_per_sample_total: [
      [regulariser(posterior, { ...freeBits, freeBitsOver: 'sample' }).loss],
      [value['free_bits_per_sample_total'] as number],
    ],
    mean_variance_per_dim: [meanVariance, value['mean_variance_per_dim'] as unknown as number[]],
    active_by_kl_0_01: [[perDimension.filter((kl) => kl > 0.01).length], [value['active_by_kl_0_01'] as number]],
    active_by_mean_variance_0_01: [[active.length], [value['active_by_mean_variance_0_01'] as number]],
    per_sample_first10: [rows.slice(0, 10), value.per_sample_first10],
    total_kl: [[mean(rows)], [value.total_kl]],
    per_dim_kl: [perDimension, value.per_dim_kl],
  };
}

const least = (values: Float64Array) => values.reduce((low, x) => Math.min(low, x), Infinity);

/** The divergence of each element as torch.distributions has it, from standard deviations, in float64. */
function elementsOfTorch(mean: Float64Array, logVariance: Float64Array): Float64Array {
  return mean.map((m, i) => {
    const ratio = Math.exp((logVariance[i] as number) / 2) ** 2;
    return 0.5 * (ratio + m * m - 1 - Math.log(ratio));
  });
}

/** How many elements of −½(1 + l − m² − e^l) are below 0 in float32: at least, and at most, whatever of three neighbours the tool's exponential is. */
function negativeSingles(mean: Float64Array, logVariance: Float64Array): [number, number] {
  const { fround } = Math;
  let [always, ever] = [0, 0];
  for (const [i, m] of mean.entries()) {
    const l = logVariance[i] as number;
    const exponential = expSingle(l);
    const step = 2 ** (Math.floor(Math.log2(exponential)) - 23);
    const below = [-step, 0, step].map((by) => fround(fround(fround(1 + l) - fround(m * m)) - fround(exponential + by)) > 0);
    if (below.every(Boolean)) always++;
    if (below.some(Boolean)) ever++;
  }
  return [always, ever];
}

/** Rows 2i and 2i + 1 are the two states of one subject; divergences both ways with pseudo-counts, and the distance without. */
function pairedRows(sources: Sources, array: string, second: string, first: string): Answers {
  const rows = split(sources.array(array));
  const value = sources.expected.value as Record<string, number[]>;
  const [before, after] = [rows.filter((_, i) => i % 2 === 0), rows.filter((_, i) => i % 2 === 1)];
  const answers: Answers = {};
  for (const [suffix, pseudo] of [
    ['pc0_5', 0.5],
    ['pc1_0', 1],
  ] as const) {
    const forward = `kl_${second}_vs_${first}_${suffix}`;
    const backward = `kl_${first}_vs_${second}_${suffix}`;
    answers[forward] = [after.map((p, i) => kl(sources, p, before[i] as Float64Array, pseudo)), value[forward] as number[]];
    answers[backward] = [before.map((p, i) => kl(sources, p, after[i] as Float64Array, pseudo)), value[backward] as number[]];
  }
  answers['js_distance'] = [after.map((p, i) => jsDistance(sources, p, before[i] as Float64Array)), value['js_distance'] as number[]];
  return answers;
}

function kl({ library, options }: Sources, p: Float64Array, q: Float64Array, pseudo: number): number {
  const handled = library.handleZeros(p, q, pseudo === 0 ? {} : { method: 'pseudocount', alpha: pseudo });
  return library.klDivergence(handled.p, handled.q, options);
}

function jsDistance({ library, options }: Sources, p: Float64Array, q: Float64Array): number {
  return library.jensenShannonDistance(p, q, options);
}

function split({ data, shape }: { data: Float64Array; shape: readonly number[] }): Float64Array[] {
  const cols = shape[1] as number;
  return Array.from({ length: shape[0] as number }, (_, i) => data.slice(i * cols, (i + 1) * cols));
}

function sumRows(rows: readonly Float64Array[]): Float64Array {
  return (rows[0] as Float64Array).map((_, j) => rows.reduce((sum, row) => sum + (row[j] as number), 0));
}

function allPairs(rows: readonly Float64Array[], score: (p: Float64Array, q: Float64Array) => number): number[] {
  return rows.flatMap((p) => rows.map((q) => score(p, q)));
}

/** All pairs of rows, as two batches that hold what is not zero. */
function sparsePairs({ library, options }: Sources, rows: readonly Float64Array[]): Float64Array {
  const batch = (of: readonly Float64Array[]) => {
    const stored = of.map((row) => [...row.keys()].filter((column) => row[column] !== 0));
    const indptr = [0];
    for (const columns of stored) indptr.push((indptr.at(-1) as number) + columns.length);
    const data = of.flatMap((row, i) => (stored[i] as number[]).map((column) => row[column] as number));
    return library.csr({ data, indices: stored.flat(), indptr, cols: (of[0] as Float64Array).length });
  };
  return library.jensenShannonDistance(batch(rows.flatMap((p) => rows.map(() => p))), batch(rows.flatMap(() => rows)), options);
}

function plus(counts: Float64Array, pseudo: number): Float64Array {
  return counts.map((count) => count + pseudo);
}
