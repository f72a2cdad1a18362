/** The stack's time: every date that the stack hands out or compares comes from here. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
