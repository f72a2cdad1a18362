import { expect, test } from '@jest/globals';
import { hoursDue, hourText, newestDue } from '../../../lambdas/decrypt-anomalies/hour.ts';

const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
const times = (hours: readonly number[]) => hours.map((hour) => hourText(hour).slice(8, 16));

test.each([
  ['12:29:59.999', '10:00'],
  ['12:30:00.000', '11:00'],
  ['13:00:00.000', '11:00'],
  ['13:29:59.999', '11:00'],
  ['13:30:00.000', '12:00'],
])('at %s the last hour that is due is that of %s: it ended half an hour ago', (now, hour) => {
  expect(newestDue(at(now))).toBe(at(`${hour}:00.000`));
});

test('of a tenant that was never judged, only the last hour is due', () => {
  expect(times(hoursDue(undefined, at('10:00')))).toEqual(['24T10:00']);
});

test('an hour that was judged is not due again', () => {
  expect(hoursDue(at('10:00'), at('10:00'))).toEqual([]);
  expect(hoursDue(at('11:00'), at('10:00'))).toEqual([]);
});

test('hours that were missed are due in their order', () => {
  expect(times(hoursDue(at('07:00'), at('10:00')))).toEqual(['24T08:00', '24T09:00', '24T10:00']);
});

test('of many that were missed, the last day is due', () => {
  const due = times(hoursDue(at('10:00') - 100 * 86_400_000, at('10:00')));
  expect([due.length, due[0], due.at(-1)]).toEqual([24, '23T11:00', '24T10:00']);
});
