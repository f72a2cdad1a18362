/** A clock that moves to the next sleeper's time as soon as everybody sleeps. */
import type { Clock } from '../../../../client/command-line/tenant-import/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function virtualClock(): Clock {
  let now = 0;
  let sleepers: readonly Sleeper[] = [];
  const pass = () => {
    const [next, ...others] = [...sleepers].sort((one, other) => one.at - other.at);
    if (next === undefined) return;
    sleepers = others;
    now = Math.max(now, next.at);
    next.wake();
    setImmediate(pass);
  };
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper = { at: now + milliseconds, wake: resolve };
        const leave = () => {
          sleepers = sleepers.filter((one) => one !== sleeper);
          resolve();
        };
        signal.addEventListener('abort', leave, { once: true });
        sleepers = [...sleepers, sleeper];
        if (sleepers.length === 1) setImmediate(pass);
      }),
  };
}
