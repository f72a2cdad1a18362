/** When a session of somebody else's role is asked for anew, and for how long it counts. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  type RenewedSession,
  renewedSession,
} from '../../../../lambdas/key-stores/aws-kms-external/renewed-session.ts';

const maxAgeMs = 60_000;
let nowMs: number;
let asked: number;
/** what STS answers */
let answer: () => Promise<string>;
let sessions: RenewedSession<string>;
beforeEach(() => {
  nowMs = 1_000_000;
  asked = 0;
  answer = async () => `session ${asked}`;
  sessions = renewedSession({
    open: () => {
      asked += 1;
      return answer();
    },
    maxAgeMs,
    isUnavailable: (error) => (error as Error).message === 'down',
    now: () => nowMs,
  });
});

const current = async () => (await sessions.current()).session;
const says = (message: string) => async () => {
  throw new Error(message);
};

test('all that come at once wait for one call', async () => {
  expect(await Promise.all([current(), current(), current()])).toEqual(Array(3).fill('session 1'));
});

test('it is renewed after half of its time, by one request, while the others go on', async () => {
  await current();
  nowMs += maxAgeMs / 2 - 1;
  expect(await current()).toBe('session 1');
  nowMs += 1;
  expect(await Promise.all([current(), current()])).toEqual(['session 2', 'session 1']);
  expect(await current()).toBe('session 2');
});

test('its age counts from when STS was asked', async () => {
  answer = async () => {
    nowMs += 10_000;
    return `session ${asked}`;
  };
  await current();
  nowMs += maxAgeMs - 10_000;
  expect(await current()).toBe('session 2');
});

describe('STS refuses', () => {
  test('at once, however good the old session is, and what is refused is not used again', async () => {
    await current();
    nowMs += maxAgeMs / 2;
    answer = says('no');
    await expect(current()).rejects.toThrow('no');
    nowMs += 2_000;
    await expect(current()).rejects.toThrow('no');
    expect(asked).toBe(3);
  });

  test('for two seconds nobody asks again; then the first that comes is let in', async () => {
    answer = says('no');
    await expect(current()).rejects.toThrow('no');
    answer = async () => 'back';
    nowMs += 1_999;
    await expect(current()).rejects.toThrow('no');
    expect(asked).toBe(1);
    nowMs += 1;
    expect(await current()).toBe('back');
  });
});

describe('STS gives no answer', () => {
  test('the old session counts until it is too old, and STS is asked every five seconds', async () => {
    await current();
    nowMs += maxAgeMs / 2;
    answer = says('down');
    expect(await current()).toBe('session 1');
    expect(await current()).toBe('session 1');
    expect(asked).toBe(2);
    nowMs += 5_000;
    expect(await current()).toBe('session 1');
    expect(asked).toBe(3);
    nowMs = 1_000_000 + maxAgeMs;
    await expect(current()).rejects.toThrow('down');
  });
});

test('of no age at all each request asks', async () => {
  const each = renewedSession({
    open: async () => {
      asked += 1;
      return asked;
    },
    maxAgeMs: 0,
    isUnavailable: () => false,
    now: () => nowMs,
  });
  expect((await each.current()).session).toBe(1);
  expect((await each.current()).session).toBe(2);
});

test('a clock that was set back makes no session live on', async () => {
  await current();
  nowMs -= 1;
  expect(await current()).toBe('session 2');
});

test('a session that was dropped is not given again; one that was renewed meanwhile stays', async () => {
  const old = await sessions.current();
  sessions.drop(old);
  expect(await current()).toBe('session 2');
  sessions.drop(old);
  expect(await current()).toBe('session 2');
});
