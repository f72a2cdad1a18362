/** How a run behaves towards an API that is slow, full or down, by a clock that moves by itself. */
import { describe, expect, test } from '@jest/globals';
import type { PutResult } from '../../../../client/command-line/tenant-import/put-tenant.ts';
import { importAgainst } from './harness.ts';

const created: PutResult = { kind: 'created' };
const throttled = new Error('429 throttled');
const again = (retryAfterMs: number, isThrottled = true): PutResult => ({
  kind: 'again',
  error: throttled,
  isThrottled,
  retryAfterMs,
});

const mostInASecond = (sent: readonly { readonly at: number }[]) =>
  Math.max(...sent.map(({ at }) => sent.filter((o) => o.at >= at && o.at < at + 1000).length));

describe('the rate', () => {
  test('while requests take longer than the rate allows for one, several are under way, and 4 go out a second', async () => {
    const { summary, sent, mostUnderWay } = await importAgainst({
      count: 100,
      answer: (_, clock, stop) => clock.sleep(1500, stop.signal).then(() => created),
    });
    expect(summary.created).toBe(100);
    expect(mostInASecond(sent)).toBe(4);
    expect(mostUnderWay).toBe(6);
  });

  test('an API that takes forever has no more than 8 under way', async () => {
    const { mostUnderWay } = await importAgainst({
      count: 40,
      answer: (_, clock, stop) => clock.sleep(20_000, stop.signal).then(() => created),
    });
    expect(mostUnderWay).toBe(8);
  });

  test('where others use up half of the quota, every tenant goes through, with few requests in vain', async () => {
    const window = { second: -1, count: 0 };
    const { summary, sent } = await importAgainst({
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
    const { summary, sent } = await importAgainst({
      count: 20,
      answer: (n) => (n === 5 ? again(30_000) : created),
    });
    expect(summary.created).toBe(20);
    expect(sent.slice(0, 5).at(-1)?.at).toBe(1000);
    expect(sent[5]?.at).toBeGreaterThanOrEqual(31_000);
  });

  test('a key that is not ready holds up its own row only', async () => {
    const { summary, sent } = await importAgainst({
      count: 20,
      answer: (n) => (n === 5 ? again(30_000, false) : created),
    });
    expect(summary.created).toBe(20);
    expect(sent.slice(0, 20).at(-1)?.at).toBe(4750);
    expect(sent.at(-1)).toMatchObject({ tenantId: 'tenant-4' });
  });

  test('a row is given up after 8 tries, with its reason; the others go on', async () => {
    const stuck = 'tenant-3';
    const ended = await importAgainst({
      count: 20,
      answer: (_n, _clock, _stop, tenantId) => (tenantId === stuck ? again(1000, false) : created),
    });
    expect(ended.summary).toEqual({ created: 19, existing: 0, failed: 1, left: 0 });
    expect(ended.sent.filter(({ tenantId }) => tenantId === stuck)).toHaveLength(8);
    expect(ended.failures).toEqual([[stuck, throttled]]);
    expect(ended.endedBy).toBeUndefined();
  });

  test('where every row fails, the run stops after 10 of them, not after 10,000', async () => {
    const { summary, endedBy } = await importAgainst({
      count: 10_000,
      answer: () => again(0, false),
    });
    expect(endedBy).toBe(throttled);
    expect(summary).toEqual({ created: 0, existing: 0, failed: 10, left: 9990 });
  });
});

describe('the end', () => {
  test('a stop sends nothing more, and does not wait for Retry-After', async () => {
    const { summary, sent } = await importAgainst({
      count: 3,
      answer: (n, _, stop) => {
        if (n === 2) stop.abort();
        return again(60_000);
      },
    });
    expect([summary.left, sent.length]).toEqual([3, 2]);
  });

  test('what every row would be answered ends the run at the first one', async () => {
    const refused = new Error('403 forbidden');
    const { summary, endedBy, sent } = await importAgainst({
      count: 1000,
      answer: () => Promise.reject(refused),
    });
    expect(endedBy).toBe(refused);
    expect([sent.length, summary.left, summary.failed]).toEqual([1, 1000, 0]);
  });

  test('a list that cannot be read on ends it too', async () => {
    const broken = new Error('EIO');
    const ended = await importAgainst({ count: 100, answer: () => created, breaksAt: [5, broken] });
    expect(ended.endedBy).toBe(broken);
    expect(ended.sent.length).toBeLessThanOrEqual(5);
  });

  test("ten refused lines in a row are the list's fault, not an outage", async () => {
    const { summary, failures } = await importAgainst({
      count: 40,
      answer: (n) => (n > 20 ? created : { kind: 'failed', error: throttled }),
    });
    expect(summary).toEqual({ created: 20, existing: 0, failed: 20, left: 0 });
    expect(failures).toHaveLength(20);
  });
});

test('a list whose first half is there already is soon where it stopped', async () => {
  const { summary, sent } = await importAgainst({
    count: 200,
    answer: async (n, clock, stop) => {
      await clock.sleep(40, stop.signal);
      return n <= 100 ? { kind: 'existing' } : created;
    },
  });
  expect(summary).toEqual({ created: 100, existing: 100, failed: 0, left: 0 });
  // 100 of them at four a second would be 25,000.
  expect(sent[100]?.at).toBeLessThan(6000);
  expect(mostInASecond(sent.slice(100))).toBe(4);
});
