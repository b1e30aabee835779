/** How a number was found. */
export type Method = 'closed-form' | 'sum' | 'quadrature' | 'monte-carlo';

export interface Result {
  /** In nats. */
  readonly value: number;
  readonly method: Method;
  /** How far the value may be off, absolute: derived for closed forms and sums, estimated for quadrature, for Monte Carlo four standard errors and what rare outcomes may add. */
  readonly errorBound: number;
  /** Of Monte Carlo. */
  readonly standardError?: number;
  /** Where p has mass and q has none. */
  readonly supportViolation?: { readonly from: number; readonly to: number };
  /** Why the value is Infinity; or −Infinity, which a cross-entropy is where q's density has no bound at a sample. */
  readonly why?: string;
}

const UNIT = 2 ** -53;
/** Roundings of an expectation and its terms: each is a special function of moderate size. */
export const TERM_ERROR = 32 * UNIT;

export const infinite = (method: Method, why: Pick<Result, 'supportViolation' | 'why'>): Result => ({
  value: Infinity,
  method,
  errorBound: 0,
  ...why,
});

/** A divergence that is no more than large. */
export const BEYOND = { why: 'the divergence is beyond the range of doubles' } as const;
