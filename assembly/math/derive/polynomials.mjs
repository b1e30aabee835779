// Prints the polynomials, the quotients and the roots of assembly/math. Run by hand: node assembly/math/derive/polynomials.mjs
// Arithmetic: integers scaled by 2^256. Polynomials and quotients: interpolation at Chebyshev nodes (within a factor 2 of minimax).
const BITS = 256n;
const ONE = 1n << BITS;
const mul = (a, b) => (a * b) >> BITS;
const div = (a, b) => (a << BITS) / b;

/** Exact fixed-point value of a double. */
export function fixed(x) {
  const [, s, digits, e] = /^(-?)(\d+)e([+-]\d+)$/.exec(exactInteger(x));
  const v = BigInt(digits) << BITS;
  const shift = BigInt(e);
  const r = shift >= 0n ? v << shift : v >> -shift;
  return s ? -r : r;
}
function exactInteger(x) {
  let e = 0;
  let m = x;
  while (!Number.isInteger(m)) {
    m *= 2;
    e--;
  }
  return `${m < 0 ? '-' : ''}${BigInt(Math.abs(m))}e${e < 0 ? '' : '+'}${e}`;
}
/** Nearest double (float: nearest float32) to a fixed-point value, ties to even. */
export function nearest(v, float = false) {
  if (v === 0n) return 0;
  const neg = v < 0n;
  const a = neg ? -v : v;
  const length = a.toString(2).length;
  const keep = float ? 24 : 53;
  const drop = BigInt(Math.max(0, length - keep));
  const half = drop > 0n ? 1n << (drop - 1n) : 0n;
  let m = a >> drop;
  const rest = a - (m << drop);
  if (drop > 0n && (rest > half || (rest === half && m & 1n))) m += 1n;
  let r = Number(m);
  let e = Number(drop - BITS);
  while (e < -900) {
    r *= 2 ** -900;
    e += 900;
  }
  r *= 2 ** e;
  return neg ? -r : r;
}
const PI = (() => {
  // Machin
  const atanInverse = (n) => {
    let t = ONE / n,
      s = t,
      k = 1n;
    while (t) {
      t = -t / (n * n);
      k += 2n;
      s += t / k;
    }
    return s;
  };
  return 16n * atanInverse(5n) - 4n * atanInverse(239n);
})();
const cos = (x) => {
  let t = ONE,
    s = ONE;
  for (let k = 1n; t; k += 2n) {
    t = -mul(mul(t, x), x) / (k * (k + 1n));
    s += t;
  }
  return s;
};
export const exp = (x) => {
  let t = ONE,
    s = ONE;
  for (let k = 1n; t; k++) {
    t = mul(t, x) / k;
    s += t;
  }
  return s;
};
/** 2·atanh(s)/s = 2 + (2/3)z + …; returns (that − 2)/z at z. */
const atanhTail = (z) => {
  let t = 2n * ONE,
    s = 0n,
    k = 3n;
  while (t) {
    s += t / k;
    t = mul(t, z);
    k += 2n;
  }
  return s;
};
export const LN2 = (() => {
  const s = ONE / 3n;
  return mul(s, 2n * ONE + mul(mul(s, s), atanhTail(mul(s, s))));
})();
/** (eˣ − 1 − x)/x². */
const em1mxTail = (x) => {
  let t = ONE / 2n,
    s = 0n,
    k = 3n;
  while (t) {
    s += t;
    t = mul(t, x) / k;
    k++;
  }
  return s;
};

/** (2ᶠ − 1 − f·ln2)/f². */
const binaryTail = (f) => mul(mul(LN2, LN2), em1mxTail(mul(f, LN2)));
/** ((t/2)·tanh(t/2) − log cosh(t/2))/t² at t² = y. */
const jensenTail = (y) => {
  const u = sqrt(y) / 2n,
    e = exp(u),
    c = (e + div(ONE, e)) / 2n,
    s = (e - div(ONE, e)) / 2n;
  const half = div(c - ONE, c + ONE); // log c = 2·atanh of this
  return div(mul(u, div(s, c)) - mul(half, 2n * ONE + mul(mul(half, half), atanhTail(mul(half, half)))), y);
};
/** x·log x. */
const entropyTerm = (x) => {
  if (x <= 0n) return 0n;
  let [m, k] = [x, 0n];
  for (; m < (ONE * 2n) / 3n; k++) m *= 2n;
  for (; m > (ONE * 4n) / 3n; k--) m /= 2n;
  const s = div(m - ONE, m + ONE);
  return mul(x, mul(s, 2n * ONE + mul(mul(s, s), atanhTail(mul(s, s)))) - k * LN2);
};
/** What evenMixture.ts needs at w: [x·log(x/m) + y·log(y/m)]/2 over (√x − √y)², of x = 1 and y = w². */
const evenTail = (w) => {
  const t = div(ONE - mul(w, w), ONE + mul(w, w)); // x and y are 1 + t and 1 − t times m
  if (t < ONE >> 24n) return ONE / 2n; // 2⁻⁵⁰ beside it
  const roots = mul(ONE - w, ONE - w);
  return div(mul(div(ONE + mul(w, w), 4n * ONE), entropyTerm(ONE + t) + entropyTerm(ONE - t)), roots);
};
/** B₂ₖ/(2k·(2k − 1)), k from 1, by tangent numbers: the coefficients of μ's series. */
const STIRLING = (() => {
  const n = 32;
  const t = [0n, 1n];
  for (let k = 2; k <= n; k++) t[k] = BigInt(k - 1) * t[k - 1];
  for (let k = 2; k <= n; k++) for (let j = k; j <= n; j++) t[j] = BigInt(j - k) * t[j - 1] + BigInt(j - k + 2) * t[j];
  return t.slice(1).map((tangent, i) => {
    const [k, four] = [BigInt(i + 1), 4n ** BigInt(i + 1)];
    return ((i % 2 === 0 ? tangent : -tangent) << BITS) / (four * (four - 1n) * (2n * k - 1n));
  });
})();
/** x·μ(x), −x²·μ′(x) and x³·μ″(x) at x = 1/√z, μ = log Γ − its Stirling formula: what each step upwards adds, (m + ½)·log(1 + 1/m) − 1, and the series from x + 64. */
const binetTails = (z) => {
  const x = div(ONE, sqrt(z));
  let [value, slope, curvature] = [0n, 0n, 0n];
  for (let m = x; m < x + 64n * ONE; m += ONE) {
    const s = div(ONE, 2n * m + ONE);
    const z = mul(s, s);
    value += mul(z, atanhTail(z)) / 2n;
    slope += mul(mul(s, z), div(2n * ONE, ONE - z) - atanhTail(z));
    const step = mul(m, m + ONE);
    curvature += div(ONE, 2n * mul(step, step));
  }
  const u = div(ONE, x + 64n * ONE);
  let power = u;
  for (const [i, c] of STIRLING.entries()) {
    value += mul(c, power);
    power = mul(power, u);
    slope += BigInt(2 * i + 1) * mul(c, power);
    power = mul(power, u);
    curvature += BigInt((2 * i + 1) * (2 * i + 2)) * mul(c, power);
  }
  return [mul(x, value), mul(mul(x, x), slope), mul(mul(x, x), mul(x, curvature))];
};
const sqrt = (x) => {
  let r = ONE;
  for (let i = 0; i < 300; i++) r = (r + div(x, r)) / 2n;
  return r;
};

/** The n Chebyshev nodes of [a, b]. */
const nodes = (a, b, n) =>
  Array.from({ length: n }, (_, i) => (a + b) / 2n + mul((b - a) / 2n, cos((PI * BigInt(2 * i + 1)) / BigInt(2 * n))));
/** The polynomial of these coefficients, doubles, at t. */
const valueAt = (coefficients, t) => coefficients.map(fixed).reduceRight((s, k) => mul(s, t) + k, 0n);
/** The largest |g − f| seen on [a, b]. */
function worstOf(f, g, a, b) {
  let worst = 0n;
  for (let i = 0; i < 400; i++) {
    const t = a + ((b - a) * BigInt(i)) / 399n;
    const err = g(t) - f(t);
    if (err > worst) worst = err;
    else if (-err > worst) worst = -err;
  }
  return nearest(worst);
}

/** Interpolates f on [a, b] with n coefficients, rounds them, and returns them with the largest error found. */
function interpolate(f, a, b, n, float) {
  const x = nodes(a, b, n);
  const d = x.map(f);
  for (let j = 1; j < n; j++) for (let i = n - 1; i >= j; i--) d[i] = div(d[i] - d[i - 1], x[i] - x[i - j]);
  let c = [d[n - 1]];
  for (let i = n - 2; i >= 0; i--) {
    const next = [d[i] - mul(c[0], x[i])];
    for (let k = 1; k < c.length; k++) next.push(c[k - 1] - mul(c[k], x[i]));
    next.push(c[c.length - 1]);
    c = next;
  }
  const rounded = c.map((v) => nearest(v, float));
  return { c: rounded, worst: worstOf(f, (t) => valueAt(rounded, t), a, b) };
}
/** A quotient of polynomials of degrees n and m through f at n + m + 1 nodes, D(0) = 1. */
function quotientAt(f, nodes, n, m) {
  // N(x) − f(x)·(D(x) − 1) = f(x): Gauss–Jordan, pivots by columns.
  const rows = nodes.map((x) => {
    const powers = [ONE];
    while (powers.length <= Math.max(n, m)) powers.push(mul(powers.at(-1), x));
    const y = f(x);
    return [...powers.slice(0, n + 1), ...powers.slice(1, m + 1).map((power) => -mul(y, power)), y];
  });
  const size = (v) => (v < 0n ? -v : v);
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.slice(k).reduce((best, row) => (size(row[k]) > size(best[k]) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(k, 0, pivot);
    const leading = pivot[k];
    for (let c = 0; c < pivot.length; c++) pivot[c] = div(pivot[c], leading);
    for (const row of rows) {
      if (row === pivot) continue;
      const times = row[k];
      for (let c = 0; c < row.length; c++) row[c] -= mul(times, pivot[c]);
    }
  }
  const solved = rows.map((row) => row.at(-1));
  return { numerator: solved.slice(0, n + 1), denominator: [ONE, ...solved.slice(n + 1)] };
}
/** The like on [a, b] at Chebyshev nodes, the numerator's leading coefficient 1. */
function interpolateQuotient(f, a, b, n, m) {
  const exact = quotientAt(f, nodes(a, b, n + m + 1), n, m);
  const [numerator, denominator] = [exact.numerator, exact.denominator].map((c) => c.map((v) => nearest(div(v, exact.numerator[n]))));
  return { numerator, denominator, worst: worstOf(f, (t) => div(valueAt(numerator, t), valueAt(denominator, t)), a, b) };
}
/**
 * The best quotient by relative error on [0, 1], of f32: nodes between which the error rises to the same height, found by moving them towards where it is
 * larger. The denominator's leading coefficient is 1.
 */
function bestQuotient(f, degree) {
  const count = 2 * degree + 2;
  let gaps = Array.from(
    { length: count },
    (_, i) => Math.sin((Math.PI * (i + 1)) / (2 * count)) ** 4 - Math.sin((Math.PI * i) / (2 * count)) ** 4,
  );
  let best = { worst: Infinity };
  for (let turn = 0; turn < 60; turn++) {
    const whole = gaps.reduce((sum, gap) => sum + gap);
    const ends = [0];
    for (const gap of gaps) ends.push(ends.at(-1) + gap / whole);
    const exact = quotientAt(f, ends.slice(1, -1).map(fixed), degree, degree);
    const errors = gaps.map((_, i) =>
      Math.max(
        ...[0.1, 0.3, 0.5, 0.7, 0.9, i === 0 ? 0 : 0.5, i === count - 1 ? 1 : 0.5].map((k) => {
          const t = fixed(Math.min(1, ends[i] + k * (ends[i + 1] - ends[i])));
          const [n, d] = [exact.numerator, exact.denominator].map((c) => c.reduceRight((s, v) => mul(s, t) + v, 0n));
          return Math.abs(nearest(div(div(n, d), f(t)) - ONE));
        }),
      ),
    );
    const worst = Math.max(...errors);
    if (worst < best.worst) best = { ...exact, worst };
    const mean = Math.exp(errors.reduce((sum, e) => sum + Math.log(e), 0) / count);
    gaps = gaps.map((gap, i) => gap * (mean / errors[i]) ** 0.12);
  }
  const [numerator, denominator] = [best.numerator, best.denominator].map((c) =>
    c.map((v) => nearest(div(v, best.denominator[degree]), true)),
  );
  return { numerator, denominator, worst: best.worst };
}
const print = (name, size, a, b, worst, ...coefficients) => {
  const error = `${worst.toExponential(2)} = 2^${Math.log2(worst).toFixed(1)}`;
  console.log(`${name}  ${size} on [${a}, ${b}]  error ${error}\n  ${coefficients.map((c) => c.join(', ')).join(' over\n  ')}`);
};
const show = (name, f, a, b, n, float = false) => {
  const { c, worst } = interpolate(f, fixed(a), fixed(b), n, float);
  print(name, `n=${n}`, a, b, worst, c);
};
const showQuotient = (name, f, a, b, n, m) => {
  const { numerator, denominator, worst } = interpolateQuotient(f, fixed(a), fixed(b), n, m);
  print(name, `degrees ${n}, ${m}`, a, b, worst, numerator, denominator);
};

/** A fixed-point value as the nearest double and what that misses. */
export const twoParts = (v) => {
  const hi = nearest(v);
  return [hi, nearest(v - fixed(hi))];
};

if (process.argv[1] === (await import('node:url')).fileURLToPath(import.meta.url)) {
  console.log(
    'ln2 hi (33 bits), lo:',
    nearest((LN2 >> 223n) << 223n),
    nearest(LN2 - ((LN2 >> 223n) << 223n)),
    ' f32:',
    nearest((LN2 >> 241n) << 241n, true),
    nearest(LN2 - ((LN2 >> 241n) << 241n), true),
  );
  for (const m of [2, 3]) showQuotient('atanh f64', atanhTail, 0, 0.0401, 2, m);
  for (const n of [3, 4]) show('atanh f32', atanhTail, 0, 0.0401, n, true);
  for (const n of [13, 14]) show('em1mx f64', em1mxTail, -0.6932, 0.6932, n);
  for (const n of [6, 7, 8]) show('em1mx f32', em1mxTail, -0.6932, 0.6932, n, true);
  for (const n of [5, 6]) show('em1mx f32 short', em1mxTail, -0.3467, 0.3467, n, true);
  for (const n of [4, 5]) show('em1mx f64 table step', em1mxTail, -0.00271, 0.00271, n);
  for (const [n, of] of [
    [5, 'f32'],
    [6, 'f32'],
    [10, 'f64'],
    [11, 'f64'],
  ])
    show(`2^f ${of} rows`, binaryTail, -0.5, 0.5, n);
  for (const n of [10, 11, 12]) show('jensen f64', jensenTail, 2 ** -40, 1, n);
  const even = bestQuotient(evenTail, 6);
  print('even mixture f32, relative', 'degrees 6, 6', 0, 1, even.worst, even.numerator, even.denominator);
  for (const n of [9, 10]) show('Binet from 4 on', (z) => binetTails(z)[0], 2 ** -60, 2 ** -4, n);
  for (const n of [9, 10]) show("Binet's slope from 4 on", (z) => binetTails(z)[1], 2 ** -60, 2 ** -4, n);
  show("Binet's curvature from 4 on", (z) => binetTails(z)[2], 2 ** -60, 2 ** -4, 12);
  const roots = Array.from({ length: 7 }, (_, k) => twoParts(exp(LN2 >> BigInt(k + 1))));
  console.log(`roots of exp.table: ${roots.flat().join(', ')}`);
}
