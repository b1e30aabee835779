import { now } from 'tinybench';

/** Milliseconds that `work` takes: the lesser of wall and CPU time, so that a neighbour who takes the core away is not counted. */
export function timed(work: () => void): number {
  const cpu = process.cpuUsage();
  const started = now();
  work();
  const wall = now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return Math.min(wall, (user + system) / 1000);
}
