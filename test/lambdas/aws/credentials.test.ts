import { describe, expect, test } from '@jest/globals';
import { unauthorized, unavailable } from '../../../contract/problem.ts';
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
    const all = await Promise.all(Array.from({ length: 20 }, () => get('token')));
    expect(new Set([...all, await get('token')]).size).toBe(1);
    expect(asked).toBe(1);
  });

  test('are renewed before the SDK would take them for expiring', async () => {
    let asked = 0;
    const { get } = cachedCredentials(async () => {
      asked += 1;
      return credentialsFor(5.5 * minute);
    });
    await get('token');
    await get('token');
    expect(asked).toBe(2);
  });

  test('that could not be had are asked for again', async () => {
    let asked = 0;
    const { get } = cachedCredentials(async () => {
      asked += 1;
      if (asked === 1) throw new Error('throttled');
      return credentialsFor(60 * minute);
    });
    await expect(get('token')).rejects.toThrow('throttled');
    expect((await get('token')).accessKeyId).toBe('a');
  });
});

describe('credentials that are asked for before they are too old', () => {
  test('replace those that were there', async () => {
    let asked = 0;
    const cached = cachedCredentials(async () => {
      asked += 1;
      return { ...credentialsFor(60 * minute), accessKeyId: String(asked) };
    });
    await cached.get('token');
    expect((await cached.renew('token')).accessKeyId).toBe('2');
    expect((await cached.get('token')).accessKeyId).toBe('2');
  });

  test('are asked for once by all who have the same token, and by each other token itself', async () => {
    const asked: string[] = [];
    const { renew } = cachedCredentials(async (token) => {
      asked.push(token);
      return credentialsFor(60 * minute);
    });
    await Promise.all(['a', 'a', 'b', 'a'].map((token) => renew(token)));
    expect(asked).toEqual(['a', 'b']);
  });

  test('and are not given leave the others as they were, for whoever waits for these', async () => {
    const cached = cachedCredentials(async (token) => {
      if (token === 'forged') throw new Error('refused');
      return credentialsFor(60 * minute);
    });
    await cached.get('token');
    const forged = cached.renew('forged');
    expect((await cached.get('token')).accessKeyId).toBe('a');
    await expect(forged).rejects.toThrow('refused');
    expect((await cached.get('other')).accessKeyId).toBe('a');
  });
});

describe('where new ones cannot be had', () => {
  /** The first are given, and no others, for that reason. */
  function failing(error: unknown, ofFirst = credentialsFor(5 * minute)) {
    let asked = 0;
    const cached = cachedCredentials(async () => {
      asked += 1;
      if (asked > 1) throw error;
      return ofFirst;
    });
    return { ...cached, asked: () => asked };
  }
  const throttled = Object.assign(new Error(), { name: 'TooManyRequestsException' });

  test.each([unavailable(), throttled])(
    'the old ones are used while they are good: %s',
    async (error) => {
      const cached = failing(error);
      await cached.get('token');
      for (const _ of [1, 2, 3]) expect((await cached.get('token')).accessKeyId).toBe('a');
      expect(cached.asked()).toBe(2);
    },
  );

  test('the old ones are of no use once they have expired', async () => {
    const cached = failing(unavailable(), credentialsFor(-1));
    await cached.get('token');
    await expect(cached.get('token')).rejects.toMatchObject({ status: 503 });
  });

  test('nor once AWS has refused them', async () => {
    const cached = failing(unavailable());
    await cached.get('token');
    await cached.drop('a');
    await expect(cached.get('token')).rejects.toMatchObject({ status: 503 });
  });

  test.each([unauthorized(), new Error('a defect')])(
    'but not where a token is refused: %s',
    async (error) => {
      const cached = failing(error);
      await cached.get('token');
      await expect(cached.get('token')).rejects.toBe(error);
    },
  );
});
