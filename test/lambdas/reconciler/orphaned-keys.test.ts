/** Keys that no row names: which of them go, and which nobody touches. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rowOf } from '../tenants/row.ts';
import { alias, hour, later, openWorld, type World } from './harness.ts';

let world: World;
let tenantId: string;
beforeAll(async () => {
  world = await openWorld();
  await world.makeTenant();
});
beforeEach(() => {
  tenantId = world.newId();
});
afterAll(() => world.close());

const tagged = (tags: Record<string, string>) =>
  Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
const root = { AWS: 'arn:aws:iam::111122223333:root' };
const allow = { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' };
const anyPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });

/** Under the key's own policy nobody can without a tenant's session: it is lent another for the moment. */
async function use(keyArn: string) {
  const KeyId = keyArn;
  const { Policy } = await world.kms.getKeyPolicy({ KeyId });
  await world.kms.putKeyPolicy({ KeyId, Policy: anyPolicy });
  await world.kms.encrypt({ KeyId, Plaintext: Buffer.from('x') });
  await world.kms.putKeyPolicy({ KeyId, Policy });
}

describe('a key with the tags and the policy of the product', () => {
  test('older than an hour and never used, is disabled and deleted in 30 days', async () => {
    const keyArn = await world.makeKey(tenantId);
    const { found } = await world.run({ now: later });
    expect(found).toEqual([
      expect.objectContaining({ kind: 'unnamed-key', outcome: 'repaired', tenantId, keyArn }),
    ]);
    const { KeyMetadata } = await world.kms.describeKey({ KeyId: keyArn });
    expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
    const days = ((KeyMetadata?.DeletionDate?.getTime() ?? 0) - Date.now()) / (24 * hour);
    expect(Math.round(days)).toBe(30);
    expect((await world.run({ now: later })).found).toEqual([]);
  });

  test('that was used once is reported, and is left as it is', async () => {
    const keyArn = await world.makeKey(tenantId);
    await use(keyArn);
    const before = await world.everythingOf(keyArn);
    expect(await world.findingsOf(keyArn, { now: later })).toEqual(['unnamed-key reported']);
    expect(await world.everythingOf(keyArn)).toBe(before);
    await world.put(rowOf({ tenantId, keyArn, status: 'ERASED' }));
  });

  test('that is used after it was looked at, and before it is disabled, is enabled again', async () => {
    const keyArn = await world.makeKey(tenantId);
    const before = async (operation: string) => {
      if (operation === 'DisableKey') await use(keyArn);
    };
    expect(await world.findingsOf(keyArn, { before, now: later })).toEqual([
      'unnamed-key reported',
    ]);
    expect(await world.keyState(keyArn)).toBe('Enabled');
    await world.put(rowOf({ tenantId, keyArn, status: 'ERASED' }));
  });

  test('younger than an hour waits', async () => {
    const keyArn = await world.makeKey(tenantId);
    expect(await world.findingsOf(keyArn)).toEqual([]);
    expect(await world.keyState(keyArn)).toBe('Enabled');
    await world.put(rowOf({ tenantId, keyArn, status: 'ERASED' }));
  });

  test('of a tenant who is being onboarded just now is his', async () => {
    const keyArn = await world.makeKey(tenantId);
    const lease = { holder: 'another', expiresAt: Date.now() + 30_000 };
    await world.put({ ...rowOf({ tenantId, status: 'PROVISIONING', lease }), keyArn: undefined });
    expect(await world.findingsOf(keyArn, { now: later })).toEqual([]);
    expect(await world.keyState(keyArn)).toBe('Enabled');
    await world.put(rowOf({ tenantId, keyArn, status: 'ERASED' }));
  });

  test('that a row names which does not parse is not unnamed', async () => {
    const keyArn = await world.makeKey(tenantId);
    await world.put({ ...rowOf({ tenantId, keyArn }), status: 'FROZEN' });
    const before = await world.everythingOf(keyArn);
    expect(await world.findingsOf(tenantId, { now: later })).toEqual(['row-invalid reported']);
    expect(await world.everythingOf(keyArn)).toBe(before);
    await world.put(rowOf({ tenantId, keyArn, status: 'ERASED' }));
  });

  test('whose tenant has a row that does not parse, and names no key, is not touched', async () => {
    const keyArn = await world.makeKey(tenantId);
    await world.put({ tenantId, version: 1 });
    const before = await world.everythingOf(keyArn);
    expect(await world.findingsOf(keyArn, { now: later })).toEqual(['unnamed-key failed']);
    expect(await world.everythingOf(keyArn)).toBe(before);
    await world.put(rowOf({ tenantId, keyArn, status: 'ERASED' }));
  });
});

describe('a key of somebody else stays as it is, byte for byte', () => {
  test.each([
    ['without tags', {}],
    ['with a TenantId', { TenantId: 'acme' }],
    ['with the tag of another product', { TenantId: 'acme', ManagedBy: 'tenant-keys2' }],
    ['with the tag in another spelling', { TenantId: 'acme', managedby: 'tenant-keys' }],
  ])('%s, also under one of our aliases', async (_, tags) => {
    const keyArn = await world.makeKey(tenantId, { Policy: anyPolicy, Tags: tagged(tags) });
    await world.kms.createAlias({ AliasName: alias(tenantId), TargetKeyId: keyArn });
    const before = await world.everythingOf(keyArn);
    const { found } = await world.run({ now: later });
    expect([found, await world.everythingOf(keyArn)]).toEqual([[], before]);
  });

  test.each([
    ['and a tenant', { TenantId: 'acme', ManagedBy: 'tenant-keys' }],
    ['and no tenant', { ManagedBy: 'tenant-keys' }],
    ['and what is no tenant', { TenantId: 'No Tenant', ManagedBy: 'tenant-keys' }],
  ])("with the product's tag forged %s, and is reported", async (_, tags) => {
    const keyArn = await world.makeKey(tenantId, { Policy: anyPolicy, Tags: tagged(tags) });
    const before = await world.everythingOf(keyArn);
    expect(await world.findingsOf(keyArn, { now: later })).toEqual(['unnamed-key reported']);
    expect(await world.everythingOf(keyArn)).toBe(before);
    await world.kms.untagResource({ KeyId: keyArn, TagKeys: ['ManagedBy'] });
  });
});

test('where the table has lost its rows no key is deleted', async () => {
  const lost = await openWorld();
  try {
    const keyArns: string[] = [];
    for (let count = 0; count < 12; count += 1) keyArns.push(await lost.makeKey(lost.newId()));
    const { summary } = await lost.run({ now: later });
    expect(summary.findings).toEqual({ repaired: 0, reported: 12, failed: 0 });
    for (const keyArn of keyArns) expect(await lost.keyState(keyArn)).toBe('Enabled');
  } finally {
    await lost.close();
  }
});
