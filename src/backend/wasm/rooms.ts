/** Resident matrices' memory: views that follow its growth, and what becomes of a matrix that nobody disposed of. */
import type { Room } from '../../rows/resident.js';
import type { Dtype, Floats } from '../../types.js';
import type { Heap } from './heap.js';

interface Lost {
  readonly pointer: number;
  readonly bytes: number;
  readonly what: string;
}

/** Hands out rooms of a heap in `memory`. */
export function createRooms(memory: WebAssembly.Memory, heap: Heap): (rows: number, cols: number, dtype: Dtype) => Room {
  /** Whose entries a view shows: as long as it is held, so is the room, and the memory is not handed out again. */
  const owners = new WeakMap<Floats, Room>();
  let isTold = false;
  const leaks = new FinalizationRegistry<Lost>(({ pointer, bytes, what }) => {
    heap.give(pointer, bytes);
    if (isTold) return;
    isTold = true;
    console.warn(`surprisal: a resident matrix of ${what} was dropped without dispose(). Later ones are not reported.`);
  });
  return (rows, cols, dtype) => {
    const length = rows * cols;
    const View = dtype === 'f64' ? Float64Array : Float32Array;
    const bytes = length * View.BYTES_PER_ELEMENT;
    const pointer = heap.take(bytes);
    let view = new View(memory.buffer, pointer, length).fill(0);
    const room: Room = {
      view() {
        if (view.buffer !== memory.buffer) {
          view = new View(memory.buffer, pointer, length);
          owners.set(view, room);
        }
        return view;
      },
      free() {
        leaks.unregister(room);
        heap.give(pointer, bytes);
      },
    };
    owners.set(view, room);
    leaks.register(room, { pointer, bytes, what: `${rows} × ${cols} ${dtype}` }, room);
    return room;
  };
}
