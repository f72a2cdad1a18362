/** Which keys and aliases of a stack outlive it, in KMS. */
import { expect, test } from '@jest/globals';
import { openClock, systemClock } from '../../../local/clock.ts';
import type { KmsAccount } from '../../../local/kms/account.ts';
import { declareKeys } from '../../../local/kms/declared-key.ts';
import { deleteKeysOf } from '../../../local/kms/deleted-stack.ts';
import { openKeyStore } from '../../../local/kms/store.ts';
import { readKeys } from '../../../local/kms/template.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { synthesizedTemplate } from '../../harness/synthesized.ts';

const document = await synthesizedTemplate({ tenants: [{ tenantId: 'acme' }] });
const keys = readKeys(readTemplate({ ...document }, localAccount));

const clock = openClock(systemClock);

function deployed(): KmsAccount {
  const account = { ...localAccount, clock, store: openKeyStore() };
  declareKeys(account, keys);
  return account;
}

test('the keys stay but for the canary, which are pending deletion in seven days', () => {
  const account = deployed();
  deleteKeysOf(account, keys);
  const shut = keys.filter(({ keyId }) => account.store.keys.get(keyId)?.deletion !== undefined);
  expect(shut.map(({ Description }) => Description)).toHaveLength(5);
  for (const { keyId, Description } of shut) {
    expect(Description).toMatch(/canary/);
    expect(account.store.keys.get(keyId)?.deletion?.windowInDays).toBe(7);
  }
  expect(account.store.keys.size).toBe(keys.length);
});

test('the alias of a tenant stays, and those of the product go, so that the next stack can make them', () => {
  const account = deployed();
  const before = [...account.store.aliases.keys()];
  deleteKeysOf(account, keys);
  expect([...account.store.aliases.keys()]).toEqual(['alias/tenant-keys/acme']);
  expect(before).toHaveLength(4);
});

test('what was deleted once is not deleted later for it', () => {
  const account = deployed();
  deleteKeysOf(account, keys);
  const once = [...account.store.keys.values()];
  clock.advance(86_400_000);
  deleteKeysOf(account, keys);
  expect([...account.store.keys.values()]).toEqual(once);
});
