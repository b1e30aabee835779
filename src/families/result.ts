/** How a number was found. */
export type Method = 'closed-form' | 'sum' | 'quadrature' | 'monte-carlo';

export interface Result {
  /** In nats. */
  readonly value: number;
  readonly method: Method;
  /** How far the value may be off, absolute: derived for closed forms and sums, estimated for quadrature, four standard errors for Monte Carlo. */
  readonly errorBound: number;
  /** Of Monte Carlo. */
  readonly standardError?: number;
  /** Where p has mass and q has none. */
  readonly supportViolation?: { readonly from: number; readonly to: number };
  /** Why the value is Infinity; or −Infinity, which a cross-entropy is where q's density has no bound at a sample. */
  readonly why?: string;
}
