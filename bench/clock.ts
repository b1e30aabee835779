import { now } from 'tinybench';

/** Milliseconds that `work` takes: the lesser of wall and CPU time, so that a neighbour who takes the core away is not counted. */
export function timed(work: () => void): number {
  const stop = startClock();
  work();
  return stop();
}

/** The same of passes one after the other, or their wall time; only one that answers with a promise is awaited, since that costs. */
export async function timedPasses(pass: () => unknown, times: number, isByWall = false): Promise<number> {
  const stop = startClock(isByWall);
  for (let i = 0; i < times; i++) {
    const results = pass();
    if (results instanceof Promise) await results;
  }
  return stop();
}

function startClock(isByWall = false): () => number {
  const cpu = process.cpuUsage();
  const started = now();
  return () => {
    const wall = now() - started;
    if (isByWall) return wall;
    const { user, system } = process.cpuUsage(cpu);
    return Math.min(wall, (user + system) / 1000);
  };
}
