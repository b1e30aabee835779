import { expect, it } from 'vitest';
import { createCore } from '../../src/index.js';
import { Rooms } from '../../src/parallel/rooms.js';

const MB = 2 ** 20;

it('the smallest room that is large enough is taken again', () => {
  const rooms = new Rooms(createCore());
  const [large, small] = [rooms.take(8 * MB), rooms.take(MB)];
  rooms.giveBack([large, small]);
  expect([rooms.take(MB), rooms.take(MB)]).toEqual([small, large]);
  rooms.giveBack([large, small]);
  rooms.dispose();
});

it('law 5: rooms that grow do not leave one of each size', () => {
  const core = createCore({ backend: 'wasm' });
  const rooms = new Rooms(core);
  let most = 0;
  for (let bytes = MB; bytes < 64 * MB; bytes *= 1.2) {
    const room = rooms.take(bytes);
    most = room.data.buffer.byteLength;
    rooms.giveBack([room]);
  }
  // The arena takes 90 MB. Sizes that went by halves to 64 MB are 270 MB together.
  expect(most).toBeLessThan((90 + 2.5 * 64) * MB);
  rooms.dispose();
});
