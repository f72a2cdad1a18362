/**
 * The attempts of a delivery. Invariant: who has no token that counts cannot write a row with each request: what comes
 * from one address to one operation of one tenant is one event, which says how many there were. Those of a known
 * principal are an event each.
 */
import { type AccessLine, type Attempt, attemptOf } from './access-line.ts';

export function attemptsOf(lines: readonly AccessLine[]): Attempt[] {
  const attempts = lines.flatMap((line) => attemptOf(line) ?? []);
  const alike = Map.groupBy(attempts, keyOf);
  return [...alike.values()].map(([first, ...others]) =>
    others.length === 0 ? (first as Attempt) : counted(first as Attempt, 1 + others.length),
  );
}

const keyOf = ({ partition, event }: Attempt): string => {
  const { principal, sourceAddress, operation, errorCode, eventId } = event;
  const caller = principal === 'unknown' ? sourceAddress : eventId;
  return JSON.stringify([partition, principal, caller, operation, errorCode]);
};

const counted = ({ partition, event }: Attempt, times: number): Attempt => ({
  partition,
  event: { ...event, times },
});
