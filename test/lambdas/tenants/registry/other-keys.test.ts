/** The row of a tenant with two keys: what each change of the store makes of it, and what the previous key's life does. */
import { describe, expect, test } from '@jest/globals';
import {
  abandonedNext,
  changeOfPrevious,
  hasOtherKeys,
  registryOfNext,
  registryOfPrevious,
  rowOfNext,
  rowOfPrevious,
  turnedBack,
  turnedToNext,
} from '../../../../lambdas/tenants/registry/other-keys.ts';
import { type RowChange, withChange } from '../../../../lambdas/tenants/registry/registry.ts';
import { type TenantRow, tenantRow } from '../../../../lambdas/tenants/registry/tenant-row.ts';
import { rowOf } from '../../../harness/tenant-row.ts';

const later = (ms: number) => new Date(Date.now() + ms).toISOString();
const keyName = 'tenant-keys/keys/acme';
const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1';
const otherArn = 'arn:aws:kms:eu-central-1:111122223333:key/2';
const rotation = { supersededKeyMaterialId: 'v1', requestedAt: later(0), state: 'accepted' };
const offboarding = {
  windowInDays: 7,
  requestedBy: 'operator',
  requestedAt: later(0),
  keyMaterialIds: ['v1'],
};
const parsed = (change: object): TenantRow => tenantRow.parse(rowOf({ keyArn, ...change }));
const changed = (row: TenantRow, change: RowChange) => tenantRow.parse(withChange(row, change));

const moving = parsed({
  nextKey: { keyStore: 'vault', keyName, keyCreatedAt: later(0), requestedAt: later(0) },
});
const inVault = (previous: object = {}) =>
  parsed({
    keyStore: 'vault',
    keyName,
    previousKey: { keyStore: 'aws-kms', keyArn, since: later(-120_000), ...previous },
  });

test("the new key is the tenant's by one change, and the other the key before, with its rotation", () => {
  const row = changed(
    parsed({ ...moving, rotation }),
    turnedToNext(parsed({ ...moving, rotation })),
  );
  expect([row.keyStore, row.keyName, row.rotation, row.nextKey]).toEqual([
    'vault',
    keyName,
    undefined,
    undefined,
  ]);
  expect(row.previousKey).toMatchObject({ keyStore: 'aws-kms', keyArn, rotation });
  // By it CloudTrail's events find their tenant.
  expect(row.keyArn).toBe(keyArn);
  expect(() => turnedToNext(parsed({}))).toThrow('without its key');
});

test.each([
  ['has settled', -1, 50_000, 65_000],
  ['has not settled', 30_000, -60_000, 0],
])('back where the change %s: the key that encrypts goes on', (_, sinceMs, from, to) => {
  const back = changed(inVault(), turnedBack(inVault({ since: later(sinceMs) })));
  expect([back.keyStore, back.keyArn, back.keyName]).toEqual(['aws-kms', keyArn, undefined]);
  const settlesInMs = Date.parse(back.previousKey?.since ?? '') - Date.now();
  expect(settlesInMs).toBeGreaterThan(from);
  expect(settlesInMs).toBeLessThanOrEqual(to);
});

test('a key that is made and not turned to can be a key before; one that is not known cannot', () => {
  const row = changed(moving, abandonedNext(moving));
  expect(row.previousKey).toMatchObject({ keyStore: 'vault', keyName });
  expect([row.nextKey, row.keyStore, hasOtherKeys(row)]).toEqual([undefined, undefined, true]);
  const ending = changed(moving, abandonedNext(moving, offboarding));
  expect(ending.previousKey).toMatchObject({
    status: 'OFFBOARDING',
    withTenant: true,
    offboarding,
  });
  expect(abandonedNext(parsed({ nextKey: { keyStore: 'vault', requestedAt: later(0) } }))).toEqual(
    {},
  );
});

describe('the identity by which a tenant signs in to a store goes with the key there, and with no other', () => {
  const azure = {
    keyStore: 'azure-key-vault',
    keyName: 'https://keys.vault.azure.net/keys/acme',
    keyClientId: '11111111-1111-4111-8111-111111111111',
  };
  const aws = { keyStore: 'aws-kms', keyArn };
  const there = parsed({ ...azure, previousKey: { ...aws, since: later(-120_000) } });

  test('there and back, made or abandoned', () => {
    const next = parsed({ nextKey: { ...azure, requestedAt: later(0) } });
    expect(rowOfNext(next).keyClientId).toBe(azure.keyClientId);
    const turned = changed(next, turnedToNext(next));
    expect(turned).toMatchObject(azure);
    expect(turned.previousKey).not.toHaveProperty('keyClientId');
    // Within 10 minutes its role counts, and Azure refuses to wrap until then.
    expect(Date.parse(turned.previousKey?.since ?? '')).toBeGreaterThan(Date.now() + 600_000);
    expect(rowOfPrevious(turned).keyClientId).toBeUndefined();
    const back = changed(there, turnedBack(there));
    expect(back).not.toHaveProperty('keyClientId');
    expect(back.previousKey).toMatchObject(azure);
    expect(rowOfPrevious(back)).toMatchObject(azure);
    expect(changed(next, abandonedNext(next)).previousKey).toMatchObject(azure);
    const another = parsed({ ...azure, nextKey: { ...aws, requestedAt: later(0) } });
    expect(rowOfNext(another).keyClientId).toBeUndefined();
    expect(changed(another, turnedToNext(another)).previousKey).toMatchObject(azure);
  });

  test('and is kept beside it once it is deleted', () => {
    const back = changed(there, turnedBack(there));
    const begun = changed(back, changeOfPrevious(back, { status: 'OFFBOARDING', offboarding }));
    const erased = { status: 'ERASED', erasedAt: later(0) } as const;
    const gone = changed(begun, changeOfPrevious(begun, erased));
    expect(gone.formerKeys).toMatchObject([azure]);
    expect(gone).not.toHaveProperty('keyClientId');
  });
});

describe("the key before, as the tenant's only one", () => {
  test("has the tenant's status, until it has one of its own", () => {
    const suspended = rowOfPrevious({ ...inVault(), status: 'SUSPENDED' });
    expect([suspended.status, suspended.keyArn, suspended.keyName]).toEqual([
      'SUSPENDED',
      keyArn,
      undefined,
    ]);
    expect(hasOtherKeys(suspended)).toBe(false);
    expect(rowOfPrevious(inVault({ status: 'OFFBOARDING' })).status).toBe('OFFBOARDING');
  });

  test('is suspended with the tenant, of which its own part of the row says nothing', () => {
    const row = inVault();
    const change = changeOfPrevious(row, { status: 'SUSPENDED', intent: 'suspend' });
    expect(changed(row, change)).toEqual(row);
  });

  test('ends, is restored, and once it is gone is kept for the certificate', () => {
    const begun = { status: 'OFFBOARDING', intent: 'offboard', offboarding } as const;
    const ending = changed(inVault(), changeOfPrevious(inVault(), begun));
    expect(ending.status).toBe('ACTIVE');
    expect(ending.previousKey).toMatchObject(begun);
    const back = changeOfPrevious(ending, { status: 'ACTIVE', intent: null, offboarding: null });
    expect(changed(ending, back).previousKey).toEqual({
      keyStore: 'aws-kms',
      keyArn,
      since: ending.previousKey?.since,
    });
    const erasedAt = later(0);
    const gone = changed(
      ending,
      changeOfPrevious(ending, { status: 'ERASED', erasedAt, lease: null }),
    );
    expect([gone.status, gone.previousKey]).toEqual(['ACTIVE', undefined]);
    expect(gone.formerKeys).toEqual([
      { keyStore: 'aws-kms', keyArn, since: ending.previousKey?.since, offboarding, erasedAt },
    ]);
  });
});

describe('a registry of one of the keys', () => {
  const registryOf = (row: TenantRow) => {
    let current = row;
    return {
      get: async () => current,
      add: async () => false,
      remove: async () => false,
      async change(read: TenantRow, change: RowChange) {
        if (read.version !== current.version) return undefined;
        current = { ...changed(current, change), version: current.version + 1 };
        return current;
      },
    };
  };

  test("changes that key's part of the row alone, from the version that was read", async () => {
    const registry = registryOf(inVault());
    const previous = registryOfPrevious(registry);
    const read = await previous.get('acme');
    if (read === undefined) throw new Error('no row');
    const lease = { holder: 'me', expiresAt: 1 };
    const held = await previous.change(read, { lease, status: 'OFFBOARDING', offboarding });
    expect([held?.status, held?.keyArn, held?.lease]).toEqual(['OFFBOARDING', keyArn, lease]);
    const row = await registry.get();
    expect([row.status, row.keyStore, row.keyName, row.offboarding]).toEqual([
      'ACTIVE',
      'vault',
      keyName,
      undefined,
    ]);
    expect(await previous.change(read, { lease: null })).toBeUndefined();
  });

  test('of a tenant without such a key says so', async () => {
    const previous = registryOfPrevious(registryOf(parsed({})));
    await expect(previous.get('acme')).rejects.toMatchObject({ code: 'no-previous-key' });
  });

  test('writes down the identity of a key that is made beside that key alone', async () => {
    const made = parsed({ nextKey: { keyStore: 'azure-key-vault', requestedAt: later(0) } });
    const registry = registryOf(made);
    const change = { keyName, keyClientId: 'c' };
    const written = await registryOfNext(registry).change(rowOfNext(made), change);
    expect(written).toMatchObject(change);
    const row = await registry.get();
    expect([row.keyClientId, row.nextKey?.keyClientId]).toEqual([undefined, 'c']);
  });

  test('writes down a key that is made where nothing else reads it', async () => {
    const made = parsed({ nextKey: { keyStore: 'aws-kms', requestedAt: later(0) } });
    const registry = registryOf(made);
    const next = registryOfNext(registry);
    const asked = await next.change(rowOfNext(made), { keyRequestedAt: later(0) });
    if (asked === undefined) throw new Error('not written');
    expect([asked.keyArn, asked.keyStore]).toEqual([undefined, 'aws-kms']);
    await next.change(asked, { keyArn: otherArn, keyRequestedAt: null });
    const row = await registry.get();
    expect([row.keyArn, row.nextKey?.keyArn, row.nextKey?.keyRequestedAt]).toEqual([
      keyArn,
      otherArn,
      undefined,
    ]);
  });
});
