import { describe, expect, it } from 'vitest';
import { knnKlDivergence } from '../../../src/applications/drift.js';
import { matrix } from '../../../src/index.js';
import { errorOf } from '../../support/errors.js';

describe('nearest neighbours', () => {
  const y = matrix([0.5, 1.5, 2.5], 3, 1);

  it.each([Number.NaN, Infinity, -Infinity])('refuse %d, whose distances are no numbers, on either side', (value) => {
    const spoilt = matrix([0, 1, 2, 3, 4, value], 3, 2);
    const place = { code: 'ERR_DOMAIN', row: 2, column: 1, value };
    expect(errorOf(() => knnKlDivergence(spoilt, matrix([0, 1, 2, 3], 2, 2)))).toMatchObject({ ...place, argument: 'x' });
    expect(errorOf(() => knnKlDivergence(matrix([0, 1, 2, 3], 2, 2), spoilt))).toMatchObject({ ...place, argument: 'y' });
  });

  it('refuse points whose squared distances are no floats', () => {
    expect(errorOf(() => knnKlDivergence(matrix([0, 1e200, 3e200], 3, 1), y))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'x', row: 0 });
  });
});
