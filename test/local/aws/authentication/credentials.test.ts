import { describe, expect, test } from '@jest/globals';
import { credentialStore } from '../../../../local/aws/authentication/credentials.ts';
import { administrator } from '../../../harness/account.ts';
import { MovableClock } from '../harness.ts';

const hourMs = 3_600_000;

function storeAt() {
  const clock = new MovableClock();
  const store = credentialStore(clock);
  const session = (durationMs: number) =>
    store.issue(administrator, { expiresAt: new Date(clock.now().getTime() + durationMs) });
  return { clock, store, session };
}

describe('credentials', () => {
  test('look like those of AWS: a user without a token, a session with one', () => {
    const { store, session } = storeAt();
    expect(store.issue(administrator)).toEqual({
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
    });
    expect(session(hourMs)).toEqual({
      accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
      sessionToken: expect.stringMatching(/^[A-Za-z0-9+/]{320}$/),
      expiresAt: expect.any(Date),
    });
  });

  test('are never the same twice', () => {
    const { store } = storeAt();
    const made = Array.from({ length: 1000 }, () => store.issue(administrator));
    expect(new Set(made.map(({ accessKeyId }) => accessKeyId)).size).toBe(1000);
    expect(new Set(made.map(({ secretAccessKey }) => secretAccessKey)).size).toBe(1000);
  });

  test('that expired are dropped, an hour later, and no others', () => {
    const { clock, store, session } = storeAt();
    const user = store.issue(administrator);
    const short = session(hourMs);
    const long = session(12 * hourMs);
    clock.advance(1.5 * hourMs);
    session(hourMs);
    expect(store.find(short.accessKeyId)).toBeDefined();
    clock.advance(hourMs);
    session(hourMs);
    expect(store.find(short.accessKeyId)).toBeUndefined();
    expect(store.find(long.accessKeyId)).toBeDefined();
    expect(store.find(user.accessKeyId)).toBeDefined();
  });
});
