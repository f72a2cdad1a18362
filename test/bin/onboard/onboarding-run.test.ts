/** How a run behaves towards an API that is slow, full or down, by a clock that moves by itself. */
import { describe, expect, test } from '@jest/globals';
import type { PutResult } from '../../../bin/onboard/tenants-api.ts';
import { TokenError } from '../../../bin/onboard/token-source.ts';
import { onboardAgainst } from './harness.ts';

const created: PutResult = { kind: 'created' };
const again = (retryAfterMs: number, throttled = true): PutResult => ({
  kind: 'again',
  reason: '429 throttled',
  throttled,
  retryAfterMs,
});

const mostInASecond = (sent: readonly { readonly at: number }[]) =>
  Math.max(...sent.map(({ at }) => sent.filter((o) => o.at >= at && o.at < at + 1000).length));

describe('the rate', () => {
  test('while requests take longer than the rate allows for one, several are under way, and 4 go out a second', async () => {
    const { summary, sent, mostUnderWay } = await onboardAgainst({
      count: 100,
      answer: (_, clock, stop) => clock.sleep(1500, stop.signal).then(() => created),
    });
    expect(summary.created).toBe(100);
    expect(mostInASecond(sent)).toBe(4);
    expect(mostUnderWay).toBe(6);
  });

  test('an API that takes forever has no more than 8 under way', async () => {
    const { mostUnderWay } = await onboardAgainst({
      count: 40,
      answer: (_, clock, stop) => clock.sleep(20_000, stop.signal).then(() => created),
    });
    expect(mostUnderWay).toBe(8);
  });

  test('where others use up half of the quota, every tenant goes through, with few requests in vain', async () => {
    const window = { second: -1, count: 0 };
    const { summary, sent } = await onboardAgainst({
      count: 200,
      answer: (_, clock) => {
        const second = Math.floor(clock.now() / 1000);
        if (window.second !== second) Object.assign(window, { second, count: 0 });
        window.count += 1;
        return window.count > 2 ? again(1000) : created;
      },
    });
    expect(summary.created).toBe(200);
    expect(sent.length).toBeLessThan(200 * 1.25);
  });
});

describe('back-pressure', () => {
  test('nobody sends before Retry-After is over', async () => {
    const { summary, sent } = await onboardAgainst({
      count: 20,
      answer: (n) => (n === 5 ? again(30_000) : created),
    });
    expect(summary.created).toBe(20);
    expect(sent.slice(0, 5).at(-1)?.at).toBe(1000);
    expect(sent[5]?.at).toBeGreaterThanOrEqual(31_000);
  });

  test('a key that is not ready holds up its own row only', async () => {
    const { summary, sent } = await onboardAgainst({
      count: 20,
      answer: (n) => (n === 5 ? again(30_000, false) : created),
    });
    expect(summary.created).toBe(20);
    expect(sent.slice(0, 20).at(-1)?.at).toBe(4750);
    expect(sent.at(-1)).toMatchObject({ tenantId: 'tenant-4' });
  });

  test('a row is given up after 8 tries, with its reason; the others go on', async () => {
    const stuck = 'tenant-3';
    const ended = await onboardAgainst({
      count: 20,
      answer: (_n, _clock, _stop, tenantId) => (tenantId === stuck ? again(1000, false) : created),
    });
    expect(ended.summary).toMatchObject({ created: 19, failed: 1, unsent: 0 });
    expect(ended.sent.filter(({ tenantId }) => tenantId === stuck)).toHaveLength(8);
    expect(ended.failures).toEqual(['429 throttled']);
    expect(ended.added).not.toContain(stuck);
  });

  test('where every row fails, the run stops after 10 of them, not after 10,000', async () => {
    const { summary, hopeless } = await onboardAgainst({
      count: 10_000,
      answer: () => again(0, false),
    });
    expect(hopeless).toBe('10 tenants failed one after the other');
    expect(summary).toMatchObject({ created: 0, failed: 10, unsent: 9990 });
  });
});

describe('the end', () => {
  test('a stop waits for the requests under way, puts them in the journal and sends nothing more', async () => {
    const { summary, sent, added, hopeless } = await onboardAgainst({
      count: 100,
      answer: async (n, clock, stop) => {
        await clock.sleep(1500, new AbortController().signal);
        if (n === 10) stop.abort();
        return created;
      },
    });
    expect(summary.created).toBe(sent.length);
    expect(added).toHaveLength(sent.length);
    expect(summary).toMatchObject({ unsent: 100 - sent.length, failed: 0 });
    expect(sent.length).toBeLessThan(20);
    expect(hopeless).toBeUndefined();
  });

  test('a stop does not wait for Retry-After', async () => {
    const { summary, sent } = await onboardAgainst({
      count: 3,
      answer: (n, _, stop) => {
        if (n === 2) stop.abort();
        return again(60_000);
      },
    });
    expect([summary.unsent, sent.length]).toEqual([3, 2]);
  });

  test.each<[string, () => PutResult | Promise<PutResult>, string]>([
    [
      'a token that the API refuses',
      () => ({ kind: 'hopeless', reason: '403 forbidden' }),
      '403 forbidden',
    ],
    [
      'an issuer that gives no token',
      () => Promise.reject(new TokenError('the token issuer answers 401')),
      'the token issuer answers 401',
    ],
  ])('%s ends the run at the first row', async (_, answer, reason) => {
    const { summary, hopeless, sent } = await onboardAgainst({ count: 1000, answer });
    expect(hopeless).toBe(reason);
    expect([sent.length, summary.unsent, summary.failed]).toEqual([1, 1000, 0]);
  });

  test('a journal that cannot be written ends the run, since what is done would be forgotten', async () => {
    const { hopeless, sent } = await onboardAgainst({
      count: 100,
      answer: () => created,
      journal: {
        add: () => {
          throw new Error('ENOSPC: no space left on device');
        },
      },
    });
    expect(hopeless).toBe('the journal cannot be written: ENOSPC: no space left on device');
    expect(sent).toHaveLength(1);
  });

  test('conflicts and refusals are counted and reported, and are not in the journal', async () => {
    const { summary, added, failures } = await onboardAgainst({
      count: 4,
      answer: (n) => {
        if (n === 1) return { kind: 'conflict', reason: '409 tenant-exists' };
        if (n === 2) return { kind: 'refused', reason: '400 bad-request' };
        return n === 3 ? { kind: 'existing' } : created;
      },
    });
    expect(summary).toMatchObject({ conflict: 1, refused: 1, existing: 1, created: 1, failed: 0 });
    expect(failures).toEqual(['409 tenant-exists', '400 bad-request']);
    expect(added).toEqual(['tenant-2', 'tenant-3']);
  });
});
