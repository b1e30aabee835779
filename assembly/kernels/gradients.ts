/**
 * KL, Jensen–Shannon or generalised KL divergence (`divergence` = 0, 1, 2) of rows of masses with its gradients, in the lanes of the rows' own type.
 *
 * Method  q is brought to the mass of p as in equalMass.ts: y = q·(1 + η), d = (p − q) − q·η = p − y without cancellation. KL: m = y; Jensen–Shannon: m = (p + y)/2.
 *         l = log(p/m); KL k = −d/y, Jensen–Shannon k = log(y/m); differences handed in, so that near-equal rows keep their digits.
 *         ∂p = (l − Σp·l/P)/P, ∂q = (k − Σy·k/P)/Q, times `gradientFactor`, halved for Jensen–Shannon. Masses being equal, Σp·l = Σφ(p, m), likewise Σy·log(y/m),
 *         and Σy·k of KL is 0: one pass makes slopes and the terms of the value, from one quotient each. As given (normalize = 0) η = 0 and P = Q = 1;
 *         KL l + 1 and −p/q, Jensen–Shannon and generalised KL l and k.
 * Zeros   p = 0 < q: ∂p is −∞ in truth and 0 here, likewise ∂q of Jensen–Shannon at q = 0 < p. p = q = 0: KL and generalised KL 0 and k = 1; Jensen–Shannon
 *         l = k = ln2.
 *         Rows of KL with q = 0 < p, rows with zeros where `boundary` asks for the infinite slopes, and sums out of the lanes' range are left to the
 *         twin (NaN).
 * Error   ε = 2⁻⁵³ (f32: 2⁻²⁴). l and log(y/m): 2.5 of their own ε and what d lost, (2|η| + |d|/y)·ε; k = −d/y: 2 ε beside that. The difference with the mean and
 *         the product with the factor add one each of |l| + |mean|; the mean is as good as the value. Allowed: 32ε (f32 16ε = 2⁻²⁰) of |l| + |mean|, of |k|.
 * Source  NUMERICS, section 2.
 */
import { half, splatOf, zero } from '../simd/lanes';
import { pairBytes } from '../simd/pairs';
import { clearSum, sumAt } from '../simd/tile';
import { DENSE, KL, TWIN, admit, layMasksOf, surveyOf } from '../math/equalMass';
import { unscaleFactor } from '../math/logRatio';
import { D, ETA, FACTOR, FACTS, LEAST, LONE_X, ROWS, SIDE, STATE, TILE, Y, gather, guardBlocks, spreadOf } from '../math/massTile';
import { PHI_AND_LOG, phis } from '../math/phiLoops';
import { OTHER } from '../math/terms';

const LN2: f64 = 0.6931471805599453;

/** What `divergence` says; anything else is KL. */
const JENSEN_SHANNON: f64 = 1;
const GENERALIZED: f64 = 2;

/** What k is multiplied by on its way, in every lane. */
const TIMES: usize = ROWS;
const LESS: usize = ROWS + 16;
const LONE: usize = ROWS + 32;

/** The sum of φ(y, m), beside that of φ(p, m) at STATE. */
const OTHER_STATE: usize = ROWS + 48;
/** Behind it two rows of slopes: those that nobody wants, and the last ones. */
const UNWANTED: usize = ROWS + 64;

/** From n entries x, y and their differences d: −d/y, or −x/y, times TIMES. The product first: a quotient by a tiny y might leave the range on its way. */
function quotients<T>(isExcess: bool, x: usize, scratch: usize, n: i32, k: usize): void {
  const times = v128.load(scratch, TIMES), size = <usize>n * sizeof<T>(), from = isExcess ? scratch + D : x;
  let o: usize = 0;
  do {
    v128.store(k + o, v128.div<T>(v128.sub<T>(zero(), v128.mul<T>(v128.load(from + o), times)), v128.load(scratch + o, Y)));
    o += 16;
  } while (o < size);
}

/** x·l in place of the terms. */
function products<T>(x: usize, l: usize, n: i32, t: usize): void {
  for (let o: usize = 0, size = <usize>n * sizeof<T>(); o < size; o += 16) v128.store(t + o, v128.mul<T>(v128.load(x + o), v128.load(l + o)));
}

/**
 * Of n entries x and of y and d in scratch: l, and k, which for KL is finished: times TIMES. The terms go to the place of d, Jensen–Shannon's of p OTHER bytes behind it.
 * `isExcess`: they are φ(x, m), and k is −d/y.
 */
function slopes<T>(jensenShannon: bool, isExcess: bool, x: usize, scratch: usize, n: i32, l: usize, k: usize): void {
  const a = half<T>(), y = scratch + Y, t = scratch + D, side = scratch + SIDE;
  if (!jensenShannon) quotients<T>(isExcess, x, scratch, n, k);
  phis<T>(PHI_AND_LOG, jensenShannon, a, a, a, x, y, t, n, x, jensenShannon ? t + OTHER : t, l, side);
  if (jensenShannon) phis<T>(PHI_AND_LOG, true, a, a, v128.neg<T>(a), y, x, t, n, y, t, k, side);
  else if (!isExcess) products<T>(x, l, n, t);
}

/** (l − less)·times in the place of l; 0 where x is, `lone` where the other is: a dense row has no such place. */
function finish<T>(isDense: bool, x: usize, other: usize, l: usize, cols: i32, scratch: usize): void {
  const end = l + <usize>cols * sizeof<T>();
  do {
    let slope = v128.mul<T>(v128.sub<T>(v128.load(l), v128.load(scratch, LESS)), v128.load(scratch, TIMES));
    if (!isDense) {
      const here = v128.andnot(slope, v128.eq<T>(v128.load(x), zero()));
      slope = v128.bitselect(v128.load(scratch, LONE), here, v128.eq<T>(v128.load(other), zero()));
    }
    v128.store(l, slope);
    x += 16;
    other += 16;
    l += 16;
  } while (l < end);
}

function finishOf(double: bool, isDense: bool, x: usize, other: usize, l: usize, cols: i32, less: f64, times: f64, lone: f64, scratch: usize): void {
  v128.store(scratch, splatOf(double, less), LESS);
  v128.store(scratch, splatOf(double, times), TIMES);
  v128.store(scratch, splatOf(double, lone), LONE);
  if (double) finish<f64>(isDense, x, other, l, cols, scratch);
  else finish<f32>(isDense, x, other, l, cols, scratch);
}

/** One row; NaN where it is left to the twin. */
function gradientRow(
  double: bool, divergence: f64, normalize: bool, boundary: bool, p: usize, q: usize, cols: i32, factor: f64, scratch: usize, l: usize, k: usize,
): f64 {
  const jensenShannon = divergence == JENSEN_SHANNON, isExcess = normalize || divergence == GENERALIZED;
  surveyOf(double, p, q, cols, scratch);
  const way = admit(double, KL, normalize, p, q, cols, scratch);
  if (way == TWIN || (boundary && min(load<f64>(scratch + LEAST), load<f64>(scratch + LEAST, 8)) == 0)) return NaN;
  const eta = load<f64>(scratch + ETA), power = load<f64>(scratch + FACTOR);
  const P = normalize ? load<f64>(scratch + FACTS) : 1;
  if (jensenShannon) factor *= 0.5;
  const timesP = factor / P, timesQ = normalize ? factor / (P / (1 + eta) / power) : factor;
  const state = scratch + STATE, other = scratch + OTHER_STATE;
  clearSum(state);
  clearSum(other);
  v128.store(scratch + LONE_X, zero());
  v128.store(scratch + TIMES, splatOf(double, timesQ));
  for (let c = 0; c < cols; c += TILE) {
    const n = min(TILE, cols - c), from = <usize>c << (double ? 3 : 2), x = way == DENSE ? p + from : scratch;
    if (way == DENSE) spreadOf(double, x, q + from, <usize>n << (double ? 3 : 2), scratch, scratch + Y, scratch + D);
    else guardBlocks(double, p + from, q + from, n, scratch, 0);
    if (double) slopes<f64>(jensenShannon, isExcess, x, scratch, n, l + from, k + from);
    else slopes<f32>(jensenShannon, isExcess, x, scratch, n, l + from, k + from);
    gather(double, KL, scratch + D + (jensenShannon ? OTHER : 0), n, 0, state);
    if (jensenShannon) gather(double, KL, scratch + D, n, 0, other);
  }
  let byP = sumAt(state), byQ = sumAt(other);
  if (way != DENSE) {
    // Masses beside zeros: φ(x, ½x) = (ln2 − ½)·x and φ(0, ½y) = ½·y.
    const onlyP = load<f64>(scratch + LONE_X), onlyQ = load<f64>(scratch + LONE_X, 8), unscale = double ? unscaleFactor<f64>() : unscaleFactor<f32>();
    if (jensenShannon) {
      byP += 0.5 * onlyQ + (LN2 - 0.5) * onlyP;
      byQ += 0.5 * onlyP + (LN2 - 0.5) * onlyQ;
    } else {
      if (onlyP > 0) return NaN;
      if (isExcess) byP += onlyQ;
    }
    byP *= unscale;
    byQ *= unscale;
  }
  byP /= P;
  byQ /= P;
  let value = jensenShannon ? 0.5 * (byP + byQ) : byP;
  if (isExcess) value = jensenShannon && value > LN2 ? LN2 : value < 0 ? 0 : value;
  if (!normalize) {
    byP = jensenShannon || isExcess ? 0 : -1;
    byQ = 0;
  }
  finishOf(double, way == DENSE, p, q, l, cols, byP, timesP, jensenShannon ? (LN2 - byP) * timesP : 0, scratch);
  if (jensenShannon) finishOf(double, way == DENSE, q, p, k, cols, byQ, timesQ, (LN2 - byQ) * timesQ, scratch);
  else if (way != DENSE) finishOf(double, false, q, p, k, cols, 0, 1, isExcess ? timesQ : 0, scratch); // finished but for zeros
  return value < Infinity ? value : NaN;
}

export function divergence_gradient_rows(
  double: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, divergence: f64, boundary: f64, factor: f64,
  scratch: usize, out: usize, ofP: usize, ofQ: usize,
): void {
  const size = <usize>cols << (double ? 3 : 2), rowP = scratch + UNWANTED, rowQ = rowP + pairBytes(cols) + 32, written = (size + 31) & ~31;
  layMasksOf(double, cols, scratch);
  for (let r = 0; r < rows; r++, p += pStep, q += qStep, out += 8) {
    // Whole pairs of vectors are written: what lies behind the last row may be somebody else's.
    const isInside = <usize>(rows - r) * size >= written, l = ofP != 0 && isInside ? ofP : rowP, k = ofQ != 0 && isInside ? ofQ : rowQ;
    store<f64>(out, gradientRow(double, divergence, normalize != 0, boundary != 0, p, q, cols, factor, scratch, l, k));
    if (ofP != 0) {
      if (!isInside) memory.copy(ofP, l, size);
      ofP += size;
    }
    if (ofQ != 0) {
      if (!isInside) memory.copy(ofQ, k, size);
      ofQ += size;
    }
  }
}
