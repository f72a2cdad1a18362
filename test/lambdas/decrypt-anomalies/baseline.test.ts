/** What is usual, and what an attacker cannot make usual. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Baseline,
  beforeAnyHour,
  judge,
  learningHours,
  mostUsual,
} from '../../../lambdas/decrypt-anomalies/baseline.ts';

const items = fc.nat({ max: 1_000_000 });
const day = fc.array(items, { minLength: 24, maxLength: 24 });
/** Long enough that old hours weigh less. */
const history = fc.array(items, { minLength: 24, maxLength: 600 });

function learn(hours: readonly number[], from: Baseline = beforeAnyHour) {
  let baseline = from;
  const unusual: boolean[] = [];
  for (const hour of hours) {
    const judgement = judge(baseline, hour);
    baseline = judgement.next;
    unusual.push(judgement.unusual);
  }
  return { baseline, unusual };
}

const most = (hours: readonly number[]) => hours.reduce((a, b) => Math.max(a, b));
const least = (hours: readonly number[]) => hours.reduce((a, b) => Math.min(a, b));
/** How far above its mean a baseline finds usual. */
const reach = (baseline: Baseline) => mostUsual(baseline) - baseline.mean;
/** The least that is unusual, and by no rounding. */
const justUnusual = (baseline: Baseline) => Math.floor(mostUsual(baseline)) + 1;

describe('what is never unusual', () => {
  test('anything in the first day', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: learningHours }), (hours) => {
        expect(learn(hours).unusual).not.toContain(true);
      }),
    );
  });

  test('a steady volume, however large', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 800 }), (volume, count) => {
        expect(learn(Array(count).fill(volume)).unusual).not.toContain(true);
      }),
    );
  });

  test('a volume that never exceeds three times its smallest hour', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1000, max: 3000 }), { maxLength: 600 }), (hours) => {
        expect(learn(hours).unusual).not.toContain(true);
      }),
    );
  });

  test('a small tenant: no hour is more than 100 items above another', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(100), { maxLength: 600 }), (floor, hours) => {
        expect(learn(hours.map((hour) => floor + hour)).unusual).not.toContain(true);
      }),
    );
  });

  test('an hour without a decrypt, whatever came before', () => {
    fc.assert(
      fc.property(history, (hours) => {
        expect(judge(learn(hours).baseline, 0).unusual).toBe(false);
      }),
    );
  });

  test('office hours, after a night and a weekend', () => {
    const workday = [...Array(8).fill(0), ...Array(10).fill(20_000), ...Array(6).fill(0)];
    const week = [...Array(5).fill(workday).flat(), ...Array(48).fill(0)];
    expect(learn(Array(8).fill(week).flat()).unusual).not.toContain(true);
  });
});

describe('what is always unusual after the first day', () => {
  test('more than four times the largest hour so far and more than 100 above it', () => {
    fc.assert(
      fc.property(history, fc.nat(), (hours, more) => {
        const largest = most(hours);
        const spike = Math.max(4 * largest, largest + 100) + 1 + more;
        expect(judge(learn(hours).baseline, spike).unusual).toBe(true);
      }),
    );
  });

  test('the first use of a tenant that never decrypted, if it is more than 100', () => {
    const { baseline } = learn(Array(200).fill(0));
    expect([100, 101].map((volume) => judge(baseline, volume).unusual)).toEqual([false, true]);
  });

  test('more than what is unusual', () => {
    fc.assert(
      fc.property(history, fc.nat(), (hours, more) => {
        const { baseline } = learn(hours);
        expect(judge(baseline, justUnusual(baseline) + more).unusual).toBe(true);
      }),
    );
  });

  test('the same of a tenant that does all of it many times over', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 1000 }), (hours, times) => {
        const spike = Math.ceil(mostUsual(learn(hours).baseline)) + 1;
        const scaled = learn(hours.map((hour) => hour * times)).baseline;
        expect(judge(scaled, spike * times).unusual).toBe(true);
      }),
    );
  });
});

describe('what is learned', () => {
  test('of the first day: its mean and standard deviation, in whatever order the hours came', () => {
    fc.assert(
      fc.property(day, (hours) => {
        const mean = hours.reduce((a, b) => a + b) / hours.length;
        const variance = hours.reduce((sum, hour) => sum + (hour - mean) ** 2, 0) / hours.length;
        for (const order of [hours, hours.toSorted((a, b) => a - b), hours.toReversed()]) {
          const { baseline } = learn(order);
          expect(baseline.mean).toBeCloseTo(mean, 3);
          expect(baseline.deviation).toBeCloseTo(Math.sqrt(variance), 3);
          expect(baseline.hours).toBe(24);
        }
      }),
    );
  });

  test('stays between the smallest and the largest hour', () => {
    fc.assert(
      fc.property(history, (hours) => {
        const { mean, deviation } = learn(hours).baseline;
        expect(mean).toBeGreaterThanOrEqual(least(hours) - 0.001);
        expect(mean).toBeLessThanOrEqual(most(hours) + 0.001);
        expect(deviation).toBeLessThanOrEqual((most(hours) - least(hours)) / 2 + 0.001);
      }),
    );
  });

  test('is half forgotten after 14 days, once there were some weeks', () => {
    const { baseline } = learn(Array(14 * 24).fill(2000), learn(Array(1000).fill(1000)).baseline);
    expect(baseline.mean).toBeCloseTo(1500, 0);
  });

  test('comes to rest where nothing is decrypted for years, at numbers that DynamoDB takes', () => {
    const { baseline } = learn(Array(60_000).fill(0), learn(Array(500).fill(5)).baseline);
    for (const value of [baseline.mean, baseline.deviation]) {
      expect(value === 0 || value >= 1e-6).toBe(true);
    }
  });
});

describe('an unusual hour', () => {
  test('is learned the same however far it was', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), (hours, one, other) => {
        const { baseline } = learn(hours);
        const spike = justUnusual(baseline);
        expect(judge(baseline, spike + one).next).toEqual(judge(baseline, spike + other).next);
      }),
    );
  });

  test('lifts what is usual by less than a fifth of how far it was above the mean', () => {
    fc.assert(
      fc.property(history, fc.nat(), (hours, more) => {
        const { baseline } = learn(hours);
        const { next } = judge(baseline, justUnusual(baseline) + more);
        expect(mostUsual(next) - mostUsual(baseline)).toBeLessThan(reach(baseline) / 5);
        expect(next.mean - baseline.mean).toBeLessThanOrEqual(reach(baseline) / 50 + 0.001);
      }),
    );
  });

  test('does not lower what is usual', () => {
    fc.assert(
      fc.property(history, fc.nat(), (hours, more) => {
        const { baseline } = learn(hours);
        const { next } = judge(baseline, justUnusual(baseline) + more);
        expect(next.mean).toBeGreaterThanOrEqual(baseline.mean);
      }),
    );
  });

  test('does not make the next one usual, or any of half a day, at ten times what is usual', () => {
    fc.assert(
      fc.property(history, (hours) => {
        const { baseline } = learn(hours);
        const volume = Math.ceil(baseline.mean + 10 * reach(baseline)) + 1;
        expect(learn(Array(12).fill(volume), baseline).unusual).not.toContain(false);
      }),
    );
  });

  test('among usual ones is unusual each time', () => {
    const { baseline } = learn(Array(240).fill(1000));
    const spikes = Array.from({ length: 20 }, () => [...Array(11).fill(1000), 100_000]).flat();
    expect(learn(spikes, baseline).unusual.filter((unusual) => unusual)).toHaveLength(20);
  });
});

describe('a new level', () => {
  test('is unusual for a day, at a hundred times what was, and is usual a day later', () => {
    const { baseline } = learn(Array(1000).fill(10_000));
    const { unusual } = learn(Array(72).fill(1_000_000), baseline);
    expect(unusual.slice(0, 24)).not.toContain(false);
    expect(unusual.slice(48)).not.toContain(true);
  });

  test('of any height is usual two days later, whatever came before', () => {
    fc.assert(
      fc.property(history, fc.nat(), (hours, volume) => {
        const { unusual } = learn(Array(72).fill(volume), learn(hours).baseline);
        expect(unusual.slice(48)).not.toContain(true);
      }),
    );
  });

  test('is none where an hour of it is missing: the day begins anew', () => {
    const { baseline } = learn(Array(1000).fill(10_000));
    const { unusual } = learn([...Array(24).fill(1e6), 10_000, ...Array(24).fill(1e6)], baseline);
    expect(unusual.filter((one) => !one)).toHaveLength(1);
  });
});
