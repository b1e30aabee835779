/** Where p has mass and q has none, by their supports. */
import { SurprisalError } from '../index.js';
import type { Law } from './law.js';
import type { Result } from './result.js';

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** As text, without an end at infinity and without that of `open`. */
function interval({ from, to }: Interval, open?: 'from' | 'to'): string {
  const left = open === 'from' || from === -Infinity ? '(' : '[';
  const right = open === 'to' || to === Infinity ? ')' : ']';
  return `${left}${from}, ${to}${right}`.replace('-Infinity', '−∞').replace('Infinity', '∞');
}

/** The part of p below what q has, else that above: of masses the points of p, of densities all up to q's end. */
function beyond({ support: s, points }: Law, t: Interval): { readonly place: Interval; readonly open?: 'from' | 'to' } {
  const isBelow = s.from < t.from;
  if (points !== undefined) {
    const outside = points.filter((x) => (isBelow ? x < t.from : x > t.to));
    return { place: { from: outside[0] as number, to: outside.at(-1) as number } };
  }
  if (s.kind === 'masses')
    return {
      place: isBelow
        ? { from: s.from, to: Math.min(s.to, Math.ceil(t.from) - 1) }
        : { from: Math.max(s.from, Math.floor(t.to) + 1), to: s.to },
    };
  if (isBelow) return s.to < t.from ? { place: s } : { place: { from: s.from, to: t.from }, open: 'to' };
  return s.from > t.to ? { place: s } : { place: { from: t.to, to: s.to }, open: 'from' };
}

/** Where a table q has no mass between its ends and p has, be it beyond the range of doubles. */
function hole({ support: { from, to }, points }: Law, q: Law): Pick<Result, 'supportViolation' | 'why'> | undefined {
  if (q.points === undefined) return undefined;
  const count = points?.length ?? to - from + 1;
  for (let i = 0; i < count; i++) {
    const x = points === undefined ? from + i : (points[i] as number);
    if (q.logDensity(x) === -Infinity) return { supportViolation: { from: x, to: x }, why: `p has mass at ${x}, where q has none` };
  }
  return undefined;
}

/** Where p has mass and q none by their supports; undefined where there is no such place. */
export function violation(p: Law, q: Law): Pick<Result, 'supportViolation' | 'why'> | undefined {
  const [s, t] = [p.support, q.support];
  if (s.kind !== t.kind) {
    if (s.kind === 'circle' || t.kind === 'circle')
      throw new SurprisalError(
        'ERR_KIND',
        `"q" expected a distribution on the circle, as vonMises is, beside one: they live on different spaces`,
        {
          argument: 'q',
          value: q.name,
        },
      );
    const why =
      s.kind === 'masses'
        ? 'p has mass at single points, where q, which has a density, has none'
        : 'q has mass at single points alone, where p, which has a density, has none';
    return { supportViolation: { from: s.from, to: s.to }, why };
  }
  if (s.from >= t.from && s.to <= t.to) return hole(p, q);
  const { place, open } = beyond(p, t);
  const why = `p has mass in ${interval(place, open)}, where q has none: q's support is ${interval(t)}`;
  return { supportViolation: { from: place.from, to: place.to }, why };
}
