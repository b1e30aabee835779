import { writeBaseLogits } from './support/baseLogits.js';
console.log(writeBaseLogits('/tmp/big.kld', { contextLength: 128, vocabulary: 128256, chunks: 6 }, 1));
console.log(writeBaseLogits('/tmp/small.kld', { contextLength: 512, vocabulary: 32000, chunks: 6 }, 1));
