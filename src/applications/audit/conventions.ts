/** The table of conventions: everything an audit compares with. To add one is a line here and its lines in peers/. */
import type { Convention, Reading } from './peers/convention.js';
import { EVIDENTLY } from './peers/evidently.js';
import { JAVASCRIPT } from './peers/javascript.js';
import { KERAS } from './peers/keras.js';
import { LOOP } from './peers/loop.js';
import { NUMKONG } from './peers/numkong.js';
import { PHILENTROPY } from './peers/philentropy.js';
import { SCIPY } from './peers/scipy.js';
import { TORCH, TORCH_READINGS } from './peers/torch.js';

export const CONVENTIONS: readonly Convention[] = [
  ...LOOP,
  ...SCIPY,
  ...TORCH,
  ...KERAS,
  ...JAVASCRIPT,
  ...PHILENTROPY,
  ...NUMKONG,
  ...EVIDENTLY,
];

export const READINGS: readonly Reading[] = TORCH_READINGS;
