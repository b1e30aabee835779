import { expect, it } from 'vitest';
import * as families from '../../src/families/index.js';
import { createCore } from '../../src/index.js';
import { errorOf } from '../support/errors.js';

const { categorical, crossEntropy, entropy, gamma, kl, klBatch, klWithGradient, normal } = families;

const disposed = createCore({ backend: 'js' });
disposed.dispose();

const CALLS: Readonly<Record<string, (core: never) => unknown>> = {
  'kl of numbers': (core) => kl(normal(), normal({ mean: 1 }), { core }),
  'kl of equals': (core) => kl(normal(), normal(), { core }),
  'kl of shares': (core) => kl(categorical({ probabilities: [1, 2] }), categorical({ probabilities: [2, 1] }), { core }),
  'kl by quadrature': (core) => kl(normal(), families.cauchy(), { core }),
  entropy: (core) => entropy(gamma({ shape: 2, rate: 1 }), { core }),
  crossEntropy: (core) => crossEntropy(normal(), normal(), { core }),
  klWithGradient: (core) => klWithGradient(normal(), normal(), { core }),
  'klBatch on kernels': (core) => klBatch({ family: 'normal' }, { family: 'normal' }, { core }),
  'klBatch in blocks': (core) => klBatch({ family: 'gamma', shape: 1, rate: 1 }, { family: 'gamma', shape: 2, rate: 1 }, { core }),
  'klBatch in a loop': (core) => klBatch({ family: 'laplace' }, { family: 'laplace' }, { core }),
};

it.each(Object.keys(CALLS))('a core that is none is refused, needed or not: %s', (name) => {
  const call = CALLS[name] as (core: unknown) => unknown;
  for (const core of [{}, 5, null]) expect(errorOf(() => call(core))).toMatchObject({ code: 'ERR_OPTION', argument: 'core' });
  expect(errorOf(() => call(disposed))).toMatchObject({ code: 'ERR_BACKEND', argument: 'core' });
  expect(() => call(undefined)).not.toThrow();
  expect(() => call(createCore({ backend: 'js' }))).not.toThrow();
});

it.each([{ method: 'monte-carlo' }, { draws: 5 }, { seed: 1 }])('klWithGradient has no other way, and names the option: %o', (options) => {
  const [argument] = Object.keys(options);
  expect(errorOf(() => klWithGradient(normal(), normal(), options as object))).toMatchObject({ code: 'ERR_OPTION', argument });
});

it('klBatch takes null for no parameter that was left out', () => {
  const members = { family: 'normal', mean: null, std: [1, 2] } as unknown as families.Members;
  expect(errorOf(() => klBatch(members, { family: 'normal' }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p.mean' });
  const leftOut = { family: 'normal', mean: undefined, std: [1, 2] } as unknown as families.Members;
  expect(klBatch(leftOut, { family: 'normal' })[0]).toBe(0);
});
