/** RFC 3339's forms, the rarer ones too, and what only looks like one. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseTime } from '../../contract/time.ts';

test.each([
  ['2026-11-24T17:00:00Z', '2026-11-24T17:00:00.000Z'],
  ['2026-11-24t17:00:00z', '2026-11-24T17:00:00.000Z'],
  ['2026-11-24T17:00:00.5Z', '2026-11-24T17:00:00.500Z'],
  ['2026-11-24T17:00:00.123000000000000000000Z', '2026-11-24T17:00:00.123Z'],
  ['2026-11-24T17:00:00.1230000000000000000001Z', '2026-11-24T17:00:00.124Z'],
  ['2026-11-24T17:00:59.9999Z', '2026-11-24T17:01:00.000Z'],
  ['2026-11-24T18:00:00+01:00', '2026-11-24T17:00:00.000Z'],
  ['2026-11-24T17:00:00-00:00', '2026-11-24T17:00:00.000Z'],
  ['2026-11-24T17:00:00+00:00', '2026-11-24T17:00:00.000Z'],
  ['2026-11-24T00:00:00+23:59', '2026-11-23T00:01:00.000Z'],
  ['2026-11-24T23:59:59.999-23:59', '2026-11-25T23:58:59.999Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ['1990-12-31T15:59:60-08:00', '1991-01-01T00:00:00.000Z'],
  ['2015-06-30T23:59:60.25Z', '2015-07-01T00:00:00.250Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['0000-01-01T00:00:00+01:00', '0000-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59-01:00', '9999-12-31T23:59:59.999Z'],
  ['9999-12-31T23:59:60Z', '9999-12-31T23:59:59.999Z'],
])('%s is %s', (text, moment) => {
  expect(parseTime(text)).toBe(moment);
});

describe('no time', () => {
  test.each([
    ['a space for the T', '2026-11-24 17:00:00Z'],
    ['a space for the + of a query', '2026-11-24T17:00:00 01:00'],
    ['no zone', '2026-11-24T17:00:00'],
    ['a date', '2026-11-24'],
    ['no seconds', '2026-11-24T17:00Z'],
    ['the basic form of ISO 8601', '20261124T170000Z'],
    ['a comma', '2026-11-24T17:00:00,5Z'],
    ['an empty fraction', '2026-11-24T17:00:00.Z'],
    ['an offset of hours', '2026-11-24T17:00:00+01'],
    ['an offset without a colon', '2026-11-24T17:00:00+0100'],
    ['an offset of a day', '2026-11-24T17:00:00+24:00'],
    ['an offset of 60 minutes', '2026-11-24T17:00:00+01:60'],
    ['the minus of typography', '2026-11-24T17:00:00\u221201:00'],
    ['a 24th hour', '2026-11-24T24:00:00Z'],
    ['a 60th minute', '2026-11-24T17:60:00Z'],
    ['a second 61', '2016-12-31T23:59:61Z'],
    ['a leap second within a day', '2016-12-31T22:59:60Z'],
    ['a leap second within a month', '2016-12-30T23:59:60Z'],
    ['a leap second elsewhere', '2016-12-31T23:59:60-08:00'],
    ['a 29th of February', '2026-02-29T00:00:00Z'],
    ['a 29th of February 2100', '2100-02-29T00:00:00Z'],
    ['a 31st of April', '2026-04-31T00:00:00Z'],
    ['a 13th month', '2026-13-01T00:00:00Z'],
    ['a month 0', '2026-00-01T00:00:00Z'],
    ['a day 0', '2026-01-00T00:00:00Z'],
    ['a year of five digits', '12026-11-24T17:00:00Z'],
    ['a year with a sign', '+002026-11-24T17:00:00Z'],
    ['a line after it', '2026-11-24T17:00:00Z\n'],
    ['other digits', '\u0662026-11-24T17:00:00Z'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(parseTime(text)).toBeUndefined();
  });
});

const two = (number: number) => String(number).padStart(2, '0');
const moment = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9998-12-31T00:00:00Z'),
  noInvalidDate: true,
});

test('each spelling of a moment is that moment, in the order of text and of time', () => {
  const offset = fc.integer({ min: -1439, max: 1439 });
  fc.assert(
    fc.property(
      moment,
      offset,
      fc.nat({ max: 20 }),
      fc.boolean(),
      (date, minutes, zeros, lower) => {
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const zone = `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
        const text = `${local}${'0'.repeat(zeros)}${zone}`;
        expect(parseTime(lower ? text.toLowerCase() : text)).toBe(date.toISOString());
      },
    ),
  );
});

test('whatever comes is no time, or one of 24 characters that means itself', () => {
  const part = fc.constantFrom(
    '2026-11-24',
    'T',
    't',
    '17:00:00',
    '23:59:60',
    '.5',
    'Z',
    '+',
    '-',
    '01:00',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 7 }), (parts) => {
      const taken = parseTime(parts.join(''));
      if (taken === undefined) return;
      expect(taken).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(parseTime(taken)).toBe(taken);
    }),
    { numRuns: 1000 },
  );
});
