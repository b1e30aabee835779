/** What an abort stops. */

/** AbortSignal, by its shape: programs are compiled without the DOM's types and without Node's, too. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** By signal, what listens to it for all calls: one listener each, as Node warns of a leak at the eleventh. */
const listeners = new WeakMap<Signal, { readonly stops: Set<() => void>; readonly stopAll: () => void }>();

/** Calls `stop` at the abort that is still to come. What is returned takes that back. */
export function onAbort(signal: Signal, stop: () => void): () => void {
  const { stops, stopAll } = listeners.get(signal) ?? listen(signal);
  stops.add(stop);
  return () => {
    stops.delete(stop);
    if (stops.size > 0) return;
    signal.removeEventListener('abort', stopAll);
    listeners.delete(signal);
  };
}

function listen(signal: Signal) {
  const stops = new Set<() => void>();
  const stopAll = () => {
    for (const stop of stops) stop();
  };
  signal.addEventListener('abort', stopAll);
  const made = { stops, stopAll };
  listeners.set(signal, made);
  return made;
}
