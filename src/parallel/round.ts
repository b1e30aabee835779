/** Which worker gets the next task: they go round, so that a call, which has one for each of them, gives each of them one. */

interface Busy {
  /** Tasks that it has and has not answered yet, as far as this thread has heard. */
  readonly currentUsage: number;
}

/** @param most tasks of a worker; null where all have as many */
export function createRound(most: number) {
  let last = -1;
  return <Worker extends Busy>(_task: unknown, workers: readonly Worker[]): Worker | null => {
    for (let k = 1; k <= workers.length; k++) {
      const at = (last + k) % workers.length;
      const worker = workers[at] as Worker;
      if (worker.currentUsage >= most) continue;
      last = at;
      return worker;
    }
    return null;
  };
}
