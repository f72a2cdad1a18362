/**
 * Which probes a run tries: the sentinels, and two shares of the others. Invariant: it follows from the time alone.
 * Nothing is kept from run to run, so nobody can keep the canary from a path by what they write.
 */
import { runsARound } from '../../contract/canary-rotation.ts';
import type { Probe } from './probe.ts';
import { sentinelNames } from './sentinels.ts';

const isSentinel = ({ name }: Probe): boolean => sentinelNames.has(name);

/**
 * Two shares: the scheduler may start runs a moment early or late, so that two fall into one slot and none into the
 * next, whose share the run before has had by then. It also makes good a run that is missed.
 * @param now epoch milliseconds
 */
export function probesAt(now: number, everyMinutes: number, probes: readonly Probe[]): Probe[] {
  const shares = runsARound(everyMinutes);
  const slot = Math.floor(now / (everyMinutes * 60_000));
  const due = [slot % shares, (slot + 1) % shares];
  // Neighbours in the list are of one kind: so each share has some of every kind.
  const others = probes.filter((probe) => !isSentinel(probe));
  const rotating = new Set(others.filter((_, index) => due.includes(index % shares)));
  return probes.filter((probe) => isSentinel(probe) || rotating.has(probe));
}
