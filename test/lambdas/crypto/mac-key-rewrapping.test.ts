/** The keys of macs while the tenant's key is moved to another store: the same keys, and in the end none under the old key. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DataKeyCache } from '../../../lambdas/crypto/data-key-cache.ts';
import { mac, macBatch } from '../../../lambdas/crypto/mac.ts';
import { maxRewrapped, rewrapMacKeys } from '../../../lambdas/crypto/mac-key-rewrapping.ts';
import { liveVersions, type MacKeys, setVersions } from '../../../lambdas/crypto/mac-keys.ts';
import { keyringOfTwo } from '../../../lambdas/key-stores/keyring-of-two.ts';
import { limits } from './harness.ts';
import { keyStore, macKeysHarness, purpose } from './mac-keys-harness.ts';

/** A tenant with one key, and the same tenant at each moment of its move to another. */
function moving() {
  const before = macKeysHarness();
  const next = keyStore('next');
  const [old, now] = [before.keys.keyring, next.keyring];
  // As ciphertexts of two keys of KMS, which have no name on them.
  const at = (rewraps: boolean): MacKeys => ({
    ...before.keys,
    keyring: rewraps ? keyringOfTwo(now, old) : keyringOfTwo(old, now),
    cache: new DataKeyCache(limits),
    move: { to: 'next', rewraps },
  });
  const alone: MacKeys = { ...before.keys, keyring: now, cache: new DataKeyCache(limits) };
  return { before, next, unsettled: at(false), settled: at(true), alone };
}

const value = Buffer.from('ada@example.com');
const macOf = async (keys: MacKeys, of = purpose) => {
  const { macs } = await mac(keys, { purpose: of, value, bits: 256 });
  return macs.map(({ mac: text }) => text);
};

describe('a mac key under the key before', () => {
  test('is wrapped anew by its use, and the mac stays', async () => {
    const { before, next, settled, alone } = moving();
    const first = await macOf(before.keys);
    expect(await macOf(settled)).toEqual(first);
    expect(before.table.rows.get(purpose)).toMatchObject({ keyName: 'next', revision: 2 });
    expect(next.store.rewrapped).toBe(1);
    expect(await macOf(settled)).toEqual(first);
    expect(next.store.rewrapped).toBe(1);
    expect(await macOf(alone)).toEqual(first);
  });

  test('stays where it is as long as a function may not know of the new key', async () => {
    const { before, next, unsettled } = moving();
    const first = await macOf(before.keys);
    expect(await macOf(unsettled)).toEqual(first);
    expect(await rewrapMacKeys(unsettled)).toEqual({ rewrapped: 0, left: 1 });
    expect(next.store.rewrapped).toBe(0);
    expect(before.table.rows.get(purpose)?.keyName).toBeUndefined();
  });

  test('is wrapped anew before a second version stands beside it: a row is under one key', async () => {
    const { before, settled, alone } = moving();
    const first = await macOf(before.keys);
    await setVersions(settled, purpose, [1, 2]);
    expect(before.table.rows.get(purpose)).toMatchObject({ keyName: 'next' });
    const macs = await macOf(alone);
    expect([macs.length, macs[0]]).toEqual([2, first[0]]);
  });

  test('is not lost where two rewrap it at once, nor where somebody changes it meanwhile', async () => {
    const { before, settled, alone } = moving();
    const first = await macOf(before.keys);
    await Promise.all([macOf(settled), rewrapMacKeys(settled), macOf(settled)]);
    expect(await macOf(alone)).toEqual(first);
  });

  test('stays under it, and is counted, where the new store gives no answer', async () => {
    const { before, settled } = moving();
    const first = await macOf(before.keys);
    const failure = new Error('out of reach');
    const keyring = { ...settled.keyring, wrapDataKey: () => Promise.reject(failure) };
    await expect(rewrapMacKeys({ ...settled, keyring })).rejects.toBe(failure);
    expect(await macOf(before.keys)).toEqual(first);
  });
});

test('a purpose that is first used during the move is under the key that encrypts, and the row says so', async () => {
  const { before, unsettled, settled } = moving();
  await macOf(unsettled, 'early');
  expect(before.table.rows.get('early')?.keyName).toBe('acme');
  await macOf(settled, 'late');
  expect(before.table.rows.get('late')?.keyName).toBe('next');
  expect(await rewrapMacKeys(settled)).toEqual({ rewrapped: 1, left: 0 });
});

test('without a move no row names its key, and there is nothing to rewrap', async () => {
  const { before } = moving();
  await macOf(before.keys);
  await setVersions(before.keys, purpose, [1, 2]);
  expect(before.table.rows.get(purpose)?.keyName).toBeUndefined();
  expect(await rewrapMacKeys(before.keys)).toEqual({ rewrapped: 0, left: 0 });
});

test('a request rewraps so many purposes and no more; repeated, all', async () => {
  const { before, settled, alone } = moving();
  const purposes = Array.from({ length: 60 }, (_, n) => `p/${n}`);
  for (const one of purposes) await liveVersions(before.keys, one);
  expect(await rewrapMacKeys(settled)).toEqual({ rewrapped: maxRewrapped, left: 35 });
  expect(await rewrapMacKeys(settled)).toEqual({ rewrapped: 25, left: 10 });
  expect(await rewrapMacKeys(settled)).toEqual({ rewrapped: 10, left: 0 });
  for (const one of purposes) expect(await macOf(alone, one)).toHaveLength(1);
});

test('a batch of many purposes keeps its number of calls: it leaves them to others', async () => {
  const { before, next, settled } = moving();
  const items = Array.from({ length: 26 }, (_, n) => ({ purpose: `p/${n}`, value: 'eA==' }));
  for (const { purpose: one } of items) await liveVersions(before.keys, one);
  await macBatch(settled, items);
  expect(next.store.rewrapped).toBe(0);
  await macBatch(settled, items.slice(1));
  expect(next.store.rewrapped).toBe(25);
});

test('whatever is done in between, a purpose has the same hashes before, during and after', async () => {
  const steps = fc.constantFrom('use', 'rewrap', 'unsettled use', 'begin', 'retire');
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 8 }), async (taken) => {
      const { before, unsettled, settled, alone } = moving();
      const [first] = await macOf(before.keys);
      for (const step of taken) {
        if (step === 'use') await macOf(settled);
        if (step === 'unsettled use') await macOf(unsettled);
        if (step === 'rewrap') await rewrapMacKeys(settled);
        if (step === 'begin') await setVersions(settled, purpose, [1, 2]).catch(() => undefined);
        if (step === 'retire') await setVersions(settled, purpose, [1]).catch(() => undefined);
      }
      expect((await macOf(settled))[0]).toBe(first);
      expect(await rewrapMacKeys(settled)).toMatchObject({ left: 0 });
      expect((await macOf(alone))[0]).toBe(first);
    }),
    { numRuns: 50 },
  );
});
