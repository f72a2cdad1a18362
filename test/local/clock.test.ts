import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hundredYearsMs, openClock, systemClock } from '../../local/clock.ts';

const day = 86_400_000;
let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clock-'));
  file = join(folder, 'clock.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a clock that is put forward', () => {
  test('begins with the time that it is given, and goes on with it', () => {
    const base = { time: 1000, now: () => new Date(base.time) };
    const clock = openClock(base);
    expect([clock.now().getTime(), clock.aheadMs]).toEqual([1000, 0]);
    clock.advance(5 * day);
    base.time += 1;
    clock.advance(0.6);
    expect([clock.now().getTime(), clock.aheadMs]).toEqual([1002 + 5 * day, 5 * day + 1]);
  });

  test.each([0, -1, 0.4, Number.NaN, Number.NEGATIVE_INFINITY])('never goes back: %d', (step) => {
    const clock = openClock(systemClock, file);
    clock.advance(1);
    expect(() => clock.advance(step)).toThrow(RangeError);
    expect(clock.aheadMs).toBe(1);
  });

  test('goes at most a hundred years ahead in all', () => {
    const clock = openClock(systemClock, file);
    clock.advance(hundredYearsMs - 1);
    expect(() => clock.advance(2)).toThrow('at most 100 years');
    expect(() => clock.advance(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    clock.advance(1);
    expect(openClock(systemClock, file).aheadMs).toBe(hundredYearsMs);
  });

  test('is kept in its file, with nothing left beside it', () => {
    openClock(systemClock, file).advance(31 * day);
    openClock(systemClock, file).advance(day);
    expect(openClock(systemClock, file).aheadMs).toBe(32 * day);
    expect(readdirSync(folder)).toEqual(['clock.json']);
    expect(readFileSync(file, 'utf8')).toBe(`{"version":1,"ahead":${32 * day}}\n`);
  });

  test('that cannot be kept is not put forward', () => {
    const clock = openClock(systemClock, file);
    rmSync(folder, { recursive: true });
    expect(() => clock.advance(day)).toThrow('ENOENT');
    expect(clock.aheadMs).toBe(0);
  });

  test.each(['', '{', '5', '{"version":2,"ahead":1}', '{"version":1,"ahead":-1}', '{"version":1}'])(
    'does not start from %j',
    (text) => {
      writeFileSync(file, text);
      expect(() => openClock(systemClock, file)).toThrow(/clock\.json is not a clock/);
    },
  );
});
