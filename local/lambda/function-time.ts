/**
 * Time as the functions' code sees it. A test can put it forward, or let it pass faster, and need not wait for what
 * takes a function seconds: its time limit, the pauses between attempts, what it remembers.
 */
import { syncBuiltinESMExports } from 'node:module';
import promises from 'node:timers/promises';

/** From a moment on, given in milliseconds since 1970 by either time, this many times as fast as real time. */
export interface FunctionTime {
  readonly realMs: number;
  readonly functionMs: number;
  readonly speed: number;
}

export interface TimeChange {
  readonly advanceMs?: number;
  readonly speed?: number;
}

export const realTime: FunctionTime = { realMs: 0, functionMs: 0, speed: 1 };

const { now: realNow } = Date;

/** @returns in milliseconds since 1970 */
export const nowIn = ({ realMs, functionMs, speed }: FunctionTime): number =>
  functionMs + (realNow() - realMs) * speed;

export const changedTime = (
  time: FunctionTime,
  { advanceMs = 0, speed = time.speed }: TimeChange,
): FunctionTime => ({ realMs: realNow(), functionMs: nowIn(time) + advanceMs, speed });

/**
 * Replaces this thread's clocks and timers, before other code of it remembers them.
 * @returns what changes the time; timers that are set already keep their length
 */
export function replaceClocks(first: FunctionTime): (next: FunctionTime) => void {
  let time = first;
  const now = () => nowIn(time);
  const origin = now() - performance.now();
  const real = (milliseconds = 0) => milliseconds / time.speed;
  const { setTimeout: after, setInterval: every, Date: RealDate } = globalThis;
  const { setTimeout: pause } = promises;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, self) =>
      Reflect.construct(target, given.length > 0 ? given : [now()], self),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  performance.now = () => now() - origin;
  const faster =
    (set: typeof after | typeof every) =>
    (run: () => void, milliseconds?: number, ...given: []) =>
      set(run, real(milliseconds), ...given);
  globalThis.setTimeout = faster(after) as typeof setTimeout;
  globalThis.setInterval = faster(every) as typeof setInterval;
  promises.setTimeout = (milliseconds, ...given) => pause(real(milliseconds), ...given);
  syncBuiltinESMExports();
  return (next) => {
    time = next;
  };
}
