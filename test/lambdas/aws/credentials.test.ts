import { describe, expect, test } from '@jest/globals';
import { cachedCredentials } from '../../../lambdas/aws/credentials.ts';

const minute = 60_000;
const credentialsFor = (ms: number) => ({
  accessKeyId: 'a',
  secretAccessKey: 's',
  sessionToken: 't',
  expiration: new Date(Date.now() + ms),
});

describe("a session's credentials", () => {
  test('are asked for once, also when many ask at once', async () => {
    let asked = 0;
    const { get } = cachedCredentials(async () => {
      asked += 1;
      return credentialsFor(60 * minute);
    });
    const all = await Promise.all(Array.from({ length: 20 }, get));
    expect(new Set([...all, await get()]).size).toBe(1);
    expect(asked).toBe(1);
  });

  test('are renewed before the SDK would take them for expiring', async () => {
    let asked = 0;
    const { get } = cachedCredentials(async () => {
      asked += 1;
      return credentialsFor(5.5 * minute);
    });
    await get();
    await get();
    expect(asked).toBe(2);
  });

  test('that could not be had are asked for again', async () => {
    let asked = 0;
    const { get } = cachedCredentials(async () => {
      asked += 1;
      if (asked === 1) throw new Error('throttled');
      return credentialsFor(60 * minute);
    });
    await expect(get()).rejects.toThrow('throttled');
    expect((await get()).accessKeyId).toBe('a');
  });
});
