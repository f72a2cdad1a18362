/** Which probes a run tries: the sentinels, and the shares of the others that are due. */
import { dueShares, runsARound } from '../../contract/rounds.ts';
import type { Probe } from './probe.ts';
import { sentinelNames } from './sentinels.ts';

const isSentinel = ({ name }: Probe): boolean => sentinelNames.has(name);

/** @param now epoch milliseconds */
export function probesAt(now: number, everyMinutes: number, probes: readonly Probe[]): Probe[] {
  const shares = runsARound(everyMinutes);
  const due = dueShares(now, everyMinutes);
  // Neighbours in the list are of one kind: so each share has some of every kind.
  const others = probes.filter((probe) => !isSentinel(probe));
  const rotating = new Set(others.filter((_, index) => due.includes(index % shares)));
  return probes.filter((probe) => isSentinel(probe) || rotating.has(probe));
}
