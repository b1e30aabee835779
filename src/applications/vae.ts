/** The KL term of variational autoencoders: loss and gradients, schedules, and what the latent space has become. `surprisal/vae`. */
export { type Estimate, type LatentOptions, type LatentReport, latentReport, type RatePoint, rateCurve } from './vae/latent.js';
export { type Regulariser, type RegulariserOptions, regulariser } from './vae/loss.js';
export type { EncoderOutputs, Posterior } from './vae/posterior.js';
export { cyclicalSchedule, linearSchedule, logisticSchedule, type Schedule } from './vae/schedule.js';
