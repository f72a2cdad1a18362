/** What comes again, when, and when no more. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConnectionError, TokenError } from '../../../client/http/connection-error.ts';
import { problemError } from '../../../client/http/problem-error.ts';
import { delayMs, isRepeatable, retryAfterMs, withRetries } from '../../../client/http/retries.ts';

const problem = (status: number, code = 'bad-request') =>
  problemError({ status, code: code as 'bad-request', detail: 'd' });

describe('comes again', () => {
  test.each([
    ['429', problem(429)],
    ['503', problem(503)],
    ['504', problem(504)],
    ['409 tenant-busy', problem(409, 'tenant-busy')],
    ['no connection', new ConnectionError('unreachable', 'm')],
    ['no answer in time', new ConnectionError('timeout', 'm')],
    ["a proxy's 503", new ConnectionError('unexpected-answer', 'm', { status: 503 })],
    ["an issuer's 429", new TokenError('m', { status: 429 })],
  ])('%s', (_, error) => expect(isRepeatable(error)).toBe(true));
});

describe('does not come again', () => {
  test.each([
    ['400', problem(400)],
    ['401', problem(401, 'unauthorized')],
    ['409 rotation-unconfirmed', problem(409, 'rotation-unconfirmed')],
    ['409 rotation-in-progress', problem(409, 'rotation-in-progress')],
    ['500', problem(500, 'internal-error')],
    ['502', new ConnectionError('unexpected-answer', 'm', { status: 502 })],
    [
      "a proxy's page with status 200",
      new ConnectionError('unexpected-answer', 'm', { status: 200 }),
    ],
    ["an issuer's 400", new TokenError('m', { status: 400 })],
    ['an error of others', new TypeError('m')],
  ])('%s', (_, error) => expect(isRepeatable(error)).toBe(false));
});

describe('the waiting', () => {
  test('is anywhere up to a bound that doubles, and ends at ten seconds', () => {
    expect(delayMs(1, undefined, 0)).toBe(0);
    expect([1, 2, 3, 20].map((count) => delayMs(count, undefined, 1))).toEqual([
      200, 400, 800, 10_000,
    ]);
  });

  test('is never shorter than Retry-After', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    const property = fc.property(fc.nat(100), fc.nat(1e6), random, (count, ms, at) => {
      expect(delayMs(count, ms, at)).toBeGreaterThanOrEqual(ms);
    });
    fc.assert(property);
  });
});

describe('Retry-After', () => {
  const of = (value: string | undefined) =>
    retryAfterMs(
      new Headers(value === undefined ? {} : { 'Retry-After': value }),
      Date.UTC(2026, 10, 26, 12, 0, 0),
    );
  test.each<[string, string | undefined, number | undefined]>([
    ['seconds', '7', 7000],
    ['a date', 'Thu, 26 Nov 2026 12:00:30 GMT', 30_000],
    ['a date that is over', 'Thu, 26 Nov 2026 11:00:00 GMT', 0],
    ['none', undefined, undefined],
    ['a fraction', '1.5', undefined],
    ['a negative number', '-1', undefined],
    ['a year', '2027', 2_027_000],
    ['another date', '2026-11-26T12:00:30Z', undefined],
    ['nonsense', 'soon GMT', undefined],
  ])('%s', (_, value, expected) => expect(of(value)).toBe(expected));
});

describe('attempts', () => {
  const policy = { maxAttempts: 3, deadlineMs: 2000 };
  const failing = (error: Error) => {
    let count = 0;
    const attempt = async () => {
      count++;
      throw error;
    };
    return { attempt, count: () => count };
  };

  test('end at their number', async () => {
    const { attempt, count } = failing(problem(503));
    await expect(withRetries(attempt, policy, undefined)).rejects.toMatchObject({ status: 503 });
    expect(count()).toBe(3);
  });

  test('end where Retry-After is after the deadline, without waiting', async () => {
    const { attempt, count } = failing(
      problemError({ status: 503, code: 'unavailable', detail: 'd', retryAfterMs: 3000 }),
    );
    const startedMs = performance.now();
    await expect(withRetries(attempt, policy, undefined)).rejects.toMatchObject({ status: 503 });
    expect(count()).toBe(1);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  test('end with the signal, in the middle of the waiting', async () => {
    const { attempt, count } = failing(
      problemError({ status: 503, code: 'unavailable', detail: 'd', retryAfterMs: 1500 }),
    );
    const startedMs = performance.now();
    const ended = withRetries(attempt, policy, AbortSignal.timeout(50));
    await expect(ended).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(count()).toBe(1);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});
