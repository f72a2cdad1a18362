/** A clock that moves to the next sleeper's time as soon as everybody sleeps. */
import type { Clock } from '../../../bin/onboard/clock.ts';

export function virtualClock(): Clock {
  let now = 0;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const pass = () => {
    sleepers.sort((one, other) => one.at - other.at);
    const next = sleepers.shift();
    if (next === undefined) return;
    now = Math.max(now, next.at);
    next.wake();
    setImmediate(pass);
  };
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
        sleepers.push({ at: now + milliseconds, wake: resolve });
        if (sleepers.length === 1) setImmediate(pass);
      }),
  };
}
