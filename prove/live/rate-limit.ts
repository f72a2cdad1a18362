/** Turns at even distances, so that no second has more of them than are allowed. */
import { setTimeout as sleep } from 'node:timers/promises';

/** @returns waits for the next turn */
export function paced(perSecond: number): () => Promise<void> {
  const distanceMs = 1000 / perSecond;
  let nextAt = 0;
  return async () => {
    const now = performance.now();
    const at = Math.max(nextAt, now);
    nextAt = at + distanceMs;
    if (at > now) await sleep(at - now);
  };
}
