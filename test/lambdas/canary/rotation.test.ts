import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Probe } from '../../../lambdas/canary/probe.ts';
import { probes } from '../../../lambdas/canary/probes.ts';
import { probesAt } from '../../../lambdas/canary/rotation.ts';
import { sentinelNames } from '../../../lambdas/canary/sentinels.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const everyMinutes = fc.integer({ min: 1, max: 1440 });
const start = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2100-01-01T00:00:00Z'),
  noInvalidDate: true,
});

/** @returns the moments of a day's runs; each is late by up to an interval, as its number says of 0 to 1 */
const runsOfDay = (from: Date, minutes: number, late: readonly number[]): number[] => {
  const interval = minutes * minuteMs;
  const count = Math.floor(dayMs / interval);
  return Array.from({ length: count }, (_, run) => {
    const lateness = late[run % late.length] as number;
    return from.getTime() + run * interval + Math.floor(lateness * (interval - 1));
  });
};
const lateness = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });

/** @returns the names of the paths that none of the runs tries */
function missedBy(moments: readonly number[], minutes: number): string[] {
  const missed = new Set<Probe>(probes);
  for (const moment of moments)
    for (const probe of probesAt(moment, minutes, probes)) missed.delete(probe);
  return [...missed].map(({ name }) => name);
}

describe('in any day of runs every path is tried', () => {
  test('whatever the interval, and however late each run begins', () => {
    fc.assert(
      fc.property(start, everyMinutes, lateness, (from, minutes, late) => {
        expect(missedBy(runsOfDay(from, minutes, late), minutes)).toEqual([]);
      }),
    );
  });

  test('also where no run began for half of the day, at whatever hour', () => {
    const upToTwoHours = fc.integer({ min: 1, max: 120 });
    fc.assert(
      fc.property(start, upToTwoHours, lateness, fc.nat(), (from, minutes, late, at) => {
        const runs = runsOfDay(from, minutes, late);
        const gap = Math.floor((12 * 60) / minutes) - 1;
        const begin = at % runs.length;
        const left = runs.filter((_, run) => run < begin || run >= begin + gap);
        expect(missedBy(left, minutes)).toEqual([]);
      }),
    );
  });

  test('also where every second run is missed, of runs that begin on time', () => {
    fc.assert(
      fc.property(start, fc.integer({ min: 1, max: 360 }), (from, minutes) => {
        const runs = runsOfDay(from, minutes, [0]).filter((_, run) => run % 2 === 0);
        expect(missedBy(runs, minutes)).toEqual([]);
      }),
    );
  });
});

test('every run tries the sentinels, in the order of all', () => {
  fc.assert(
    fc.property(start, everyMinutes, (from, minutes) => {
      const due = probesAt(from.getTime(), minutes, probes);
      expect(due).toEqual(probes.filter((probe) => due.includes(probe)));
      const names = due.map(({ name }) => name);
      expect([...sentinelNames].filter((name) => !names.includes(name))).toEqual([]);
    }),
  );
});

test('every sentinel is a probe', () => {
  const names = probes.map(({ name }) => name);
  expect([...sentinelNames].filter((name) => !names.includes(name))).toEqual([]);
});

test('who runs twice a day, or less, tries all each time', () => {
  for (const minutes of [361, 720, 1440]) expect(probesAt(0, minutes, probes)).toEqual(probes);
});

test('a day of quarters of an hour has a tenth of the refused calls that all paths each time would have', () => {
  const refusedIn = (some: readonly Probe[]) =>
    some.filter(({ expected }) => expected === 'refused').length;
  const runs = runsOfDay(new Date('2026-11-26T00:07:00Z'), 15, [0]);
  const refused = runs.map((moment) => refusedIn(probesAt(moment, 15, probes)));
  expect(refused.reduce((sum, one) => sum + one, 0)).toBeLessThan(4_000);
  expect(Math.max(...refused)).toBeLessThan(45);
  expect(runs.length * refusedIn(probes)).toBeGreaterThan(37_000);
});
