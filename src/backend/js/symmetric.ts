/** Twin of assembly/kernels/symmetric.ts. Formulas and bounds stand there. */
import type { Kernel } from '../contract.js';
import { equalMassRows32, equalMassRows64 } from './math/equalMass.js';
import { JEFFREYS, JENSEN_SHANNON, KL } from './math/robust.js';

export const symmetric = {
  generalizedKlRows: { f64: equalMassRows64(KL), f32: equalMassRows32(KL) },
  jeffreysRows: { f64: equalMassRows64(JEFFREYS), f32: equalMassRows32(JEFFREYS) },
  jensenShannonRows: { f64: equalMassRows64(JENSEN_SHANNON), f32: equalMassRows32(JENSEN_SHANNON) },
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
