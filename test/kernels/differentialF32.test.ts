import { describeBits } from '../support/bits.js';

describeBits('f32');
