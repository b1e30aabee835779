/** Simulated orders, the same at every visit. */
let state = 20261128;

/** mulberry32. */
function uniform() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

/** An order of one kind of traffic: 'usual', 'phones' (more of them), 'feed' (one amount in ten is lost). */
export function order(traffic) {
  const phone = uniform() < (traffic === 'phones' ? 0.6 : 0.4);
  const amount = Math.exp(3 + 0.6 * normal());
  return {
    amount: traffic === 'feed' && uniform() < 0.1 ? null : amount,
    device: phone ? 'phone' : uniform() < 0.8 ? 'computer' : 'tablet',
    hour: Math.floor(24 * uniform() ** 0.7),
  };
}
