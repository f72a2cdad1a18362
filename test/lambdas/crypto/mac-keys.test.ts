/** The life of a purpose's keys: begun once, changed step by step, and each used for its own tenant, purpose and version only. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DataKeyCache } from '../../../lambdas/crypto/data-key-cache.ts';
import type { MacKeyRow } from '../../../lambdas/crypto/mac-key-rows.ts';
import { liveVersions, setVersions, withMacKey } from '../../../lambdas/crypto/mac-keys.ts';
import { KeyStoreFailure } from '../../../lambdas/key-stores/keyring.ts';
import { hex, limits } from './harness.ts';
import { keyStore, macKeysHarness, purpose } from './mac-keys-harness.ts';

describe('a purpose that is used for the first time', () => {
  test('has one key, by whichever of many first uses at once', async () => {
    const { store, table, keys } = macKeysHarness();
    table.before = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    const found = await Promise.all(Array.from({ length: 20 }, () => liveVersions(keys, purpose)));
    const [first] = found[0] ?? [];
    expect(first?.version).toBe(1);
    for (const versions of found) expect(versions).toEqual([first]);
    expect(store.made).toContain(hex(first?.wrappedKey ?? new Uint8Array(0)));
    expect(await liveVersions(keys, purpose)).toEqual([first]);
  });

  test('takes the key of whoever was faster, and not its own', async () => {
    const { table, keys } = macKeysHarness();
    const wrappedKey = new Uint8Array(60).fill(9);
    const versions = [{ version: 1, wrappedKey, createdAt: 'before' }];
    table.before = async () => {
      table.rows.set(purpose, { tenantId: 'acme', purpose, revision: 1, versions });
    };
    expect(await liveVersions(keys, purpose)).toEqual(versions);
  });

  test('is refused where the tenant has as many as it may, and no key is made', async () => {
    const { store, table, keys, live } = macKeysHarness();
    await live();
    table.isFull = true;
    expect(await live()).toEqual([1]);
    for (const refused of [liveVersions(keys, 'other'), setVersions(keys, 'other', [1])]) {
      await expect(refused).rejects.toMatchObject({ code: 'too-many-purposes' });
    }
    await setVersions(keys, purpose, [1, 2]);
    expect(store.made).toHaveLength(2);
  });

  test('that was erased meanwhile is out of reach, not without a hash', async () => {
    const { keys } = macKeysHarness();
    const macKeyRows = { ...keys.macKeyRows, get: async () => undefined };
    const refused = liveVersions({ ...keys, macKeyRows }, purpose);
    await expect(refused).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('the versions of a purpose', () => {
  test.each([
    [[1], [1, 2], true],
    [[1], [1], true],
    [[1], [2], false],
    [[1], [1, 3], false],
    [[1], [2, 1], false],
    [[1], [], false],
    [[1, 2], [2], true],
    [[1, 2], [1, 2], true],
    [[1, 2], [1], false],
    [[1, 2], [2, 3], false],
    [[1, 2], [1, 2, 3], false],
  ])('from %j to %j', async (from, to, isAllowed) => {
    const { keys, live } = macKeysHarness();
    await live();
    if (from.length === 2) await setVersions(keys, purpose, from);
    const changed = setVersions(keys, purpose, to);
    if (isAllowed) await changed;
    else await expect(changed).rejects.toMatchObject({ code: 'mac-versions-differ' });
    expect(await live()).toEqual(isAllowed ? to : from);
  });

  test('are, whatever is asked for, one or two in a row, and no number has a second key', async () => {
    const some = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(some, { maxLength: 12 }), async (changes) => {
        const { table, keys } = macKeysHarness();
        const keyOf = new Map<number, string>();
        let newest = 0;
        for (const wanted of changes) {
          await setVersions(keys, purpose, wanted).catch(({ code }) =>
            expect(code).toBe('mac-versions-differ'),
          );
          const live = table.rows.get(purpose)?.versions ?? [];
          for (const { version, wrappedKey } of live) {
            expect(keyOf.get(version) ?? hex(wrappedKey)).toBe(hex(wrappedKey));
            keyOf.set(version, hex(wrappedKey));
          }
          const numbers = live.map(({ version }) => version);
          const last = numbers.at(-1) ?? 0;
          expect(last === newest || last === newest + 1).toBe(true);
          expect([[], [last], [last - 1, last]]).toContainEqual(numbers);
          newest = last;
        }
      }),
    );
  });

  test('that many begin at once have one new key', async () => {
    const { table, keys, live } = macKeysHarness();
    await live();
    table.before = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    await Promise.all(Array.from({ length: 5 }, () => setVersions(keys, purpose, [1, 2])));
    expect(await live()).toEqual([1, 2]);
    expect(table.rows.get(purpose)?.revision).toBe(2);
  });

  test('of a purpose that others change all the time are given up at last', async () => {
    const { table, keys, live } = macKeysHarness();
    await live();
    let writes = 0;
    table.before = async () => {
      writes += 1;
      const row = table.rows.get(purpose) as MacKeyRow;
      table.rows.set(purpose, { ...row, revision: row.revision + 1 });
    };
    const changed = setVersions(keys, purpose, [1, 2]);
    await expect(changed).rejects.toMatchObject({ code: 'unavailable' });
    expect(writes).toBe(5);
    expect(await live()).toEqual([1]);
  });
});

describe('the key of a version', () => {
  const made = async () => {
    const { keys, ...rest } = macKeysHarness();
    const [version] = await liveVersions(keys, purpose);
    if (version === undefined) throw new Error('there is none');
    return { ...rest, keys, version };
  };

  test('is the same each time, and unwrapped once', async () => {
    const { store, keys, version } = await made();
    const [one, other] = [
      await withMacKey(keys, purpose, version, hex),
      await withMacKey(keys, purpose, version, hex),
    ];
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(other).toBe(one);
    expect(store.unwrapped).toBe(1);
  });

  test('is of its tenant, purpose and version only, also out of the cache', async () => {
    const { keys, version } = await made();
    await withMacKey(keys, purpose, version, hex);
    const others = [
      withMacKey({ ...keys, tenantId: 'globex' }, purpose, version, hex),
      withMacKey(keys, 'customer/name', version, hex),
      withMacKey(keys, purpose, { ...version, version: 2 }, hex),
      withMacKey(
        { ...keys, keyring: keyStore().keyring, cache: new DataKeyCache(limits) },
        purpose,
        version,
        hex,
      ),
    ];
    for (const other of others) await expect(other).rejects.toThrow('no key of its tenant');
  });

  test.each([0, 28, 29, 60])('is no key of %d bytes that are none', async (length) => {
    const { keys, version } = await made();
    const wrappedKey = new Uint8Array(length);
    const used = withMacKey(keys, purpose, { ...version, wrappedKey }, hex);
    await expect(used).rejects.toThrow('no key of its tenant');
  });

  test.each([16, 31, 33])('has 32 bytes, and not %d', async (keyBytes) => {
    const { store, keys } = macKeysHarness();
    store.keyBytes = keyBytes;
    const [version] = await liveVersions(keys, purpose);
    if (version === undefined) throw new Error('there is none');
    const used = withMacKey(keys, purpose, version, hex);
    await expect(used).rejects.toThrow('no key of its tenant');
  });

  test.each<[string, Error, string]>([
    ['a failure of the key store', new KeyStoreFailure(new Error('slow down')), 'slow down'],
    ['any other error', new Error('disabled'), 'disabled'],
  ])('%s is not taken for a wrong key', async (_, failure, message) => {
    const { keys, version } = await made();
    const keyring = { ...keys.keyring, unwrapDataKey: () => Promise.reject(failure) };
    const used = withMacKey({ ...keys, keyring }, purpose, version, hex);
    await expect(used).rejects.toThrow(message);
  });
});
