/** Keys that no row names: which are deleted, and which are not touched. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rowOf } from '../../harness/tenant-row.ts';
import { alias, hour, later, openReconcilerHarness, type ReconcilerHarness } from './harness.ts';

let harness: ReconcilerHarness;
let tenantId: string;
beforeAll(async () => {
  harness = await openReconcilerHarness();
  await harness.makeTenant();
});
beforeEach(() => {
  tenantId = harness.newId();
});
afterAll(() => harness.close());

const tagged = (tags: Record<string, string>) =>
  Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
const root = { AWS: 'arn:aws:iam::111122223333:root' };
const allow = { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' };
const anyPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });

/** Only a tenant's session may use the key by its own policy, so it gets another policy for this call. */
async function use(keyArn: string) {
  const KeyId = keyArn;
  const { Policy } = await harness.kms.getKeyPolicy({ KeyId });
  await harness.kms.putKeyPolicy({ KeyId, Policy: anyPolicy });
  await harness.kms.encrypt({ KeyId, Plaintext: Buffer.from('x') });
  await harness.kms.putKeyPolicy({ KeyId, Policy });
}

describe('a key with the tags and the policy of the product', () => {
  test('older than an hour and never used, is disabled and deleted in 30 days', async () => {
    const keyArn = await harness.makeKey(tenantId);
    const { found } = await harness.reconcile({ now: later });
    expect(found).toEqual([
      expect.objectContaining({ kind: 'unnamed-key', outcome: 'repaired', tenantId, keyArn }),
    ]);
    const { KeyMetadata } = await harness.kms.describeKey({ KeyId: keyArn });
    expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
    const days = ((KeyMetadata?.DeletionDate?.getTime() ?? 0) - Date.now()) / (24 * hour);
    expect(Math.round(days)).toBe(30);
    expect((await harness.reconcile({ now: later })).found).toEqual([]);
  });

  test('that was used once is reported, and is left as it is', async () => {
    const keyArn = await harness.makeKey(tenantId);
    await use(keyArn);
    const before = await harness.everythingOf(keyArn);
    expect(await harness.findingsOf(keyArn, { now: later })).toEqual(['unnamed-key reported']);
    expect(await harness.everythingOf(keyArn)).toBe(before);
    await harness.putAway(tenantId, keyArn);
  });

  test('that is used after it was observed, and before it is disabled, is enabled again', async () => {
    const keyArn = await harness.makeKey(tenantId);
    const before = async (operation: string) => {
      if (operation === 'DisableKey') await use(keyArn);
    };
    expect(await harness.findingsOf(keyArn, { before, now: later })).toEqual([
      'unnamed-key reported',
    ]);
    expect(await harness.keyState(keyArn)).toBe('Enabled');
    await harness.putAway(tenantId, keyArn);
  });

  test('younger than an hour waits', async () => {
    const keyArn = await harness.makeKey(tenantId);
    expect(await harness.findingsOf(keyArn)).toEqual([]);
    expect(await harness.keyState(keyArn)).toBe('Enabled');
    await harness.putAway(tenantId, keyArn);
  });

  test('of a tenant that is being onboarded is not orphaned', async () => {
    const keyArn = await harness.makeKey(tenantId);
    const lease = { holder: 'another', expiresAt: Date.now() + 30_000 };
    await harness.put({ ...rowOf({ tenantId, status: 'PROVISIONING', lease }), keyArn: undefined });
    expect(await harness.findingsOf(keyArn, { now: later })).toEqual([]);
    expect(await harness.keyState(keyArn)).toBe('Enabled');
    await harness.putAway(tenantId, keyArn);
  });

  test('that an invalid row names is not orphaned', async () => {
    const keyArn = await harness.makeKey(tenantId);
    await harness.put({ ...rowOf({ tenantId, keyArn }), status: 'FROZEN' });
    const before = await harness.everythingOf(keyArn);
    expect(await harness.findingsOf(tenantId, { now: later })).toEqual(['row-invalid reported']);
    expect(await harness.everythingOf(keyArn)).toBe(before);
    await harness.putAway(tenantId, keyArn);
  });

  test('whose tenant has an invalid row that names no key is not touched', async () => {
    const keyArn = await harness.makeKey(tenantId);
    await harness.put({ tenantId, version: 1 });
    const before = await harness.everythingOf(keyArn);
    expect(await harness.findingsOf(keyArn, { now: later })).toEqual(['unnamed-key failed']);
    expect(await harness.everythingOf(keyArn)).toBe(before);
    await harness.putAway(tenantId, keyArn);
  });
});

describe("a key that is not the product's stays as it is, byte for byte", () => {
  test.each([
    ['without tags', {}],
    ['with a TenantId', { TenantId: 'acme' }],
    ['with the tag of another stack', { TenantId: 'acme', ManagedBy: 'tenant-keys-Staging' }],
    ['with the tag of another product', { TenantId: 'acme', ManagedBy: 'tenant-keys2' }],
    ['with the tag in another spelling', { TenantId: 'acme', managedby: 'tenant-keys' }],
  ])("%s, also under one of the product's aliases", async (_, tags) => {
    const keyArn = await harness.makeKey(tenantId, { Policy: anyPolicy, Tags: tagged(tags) });
    await harness.kms.createAlias({ AliasName: alias(tenantId), TargetKeyId: keyArn });
    const before = await harness.everythingOf(keyArn);
    const { found } = await harness.reconcile({ now: later });
    expect([found, await harness.everythingOf(keyArn)]).toEqual([[], before]);
  });

  test.each([
    ['and a tenant', { TenantId: 'acme', ManagedBy: 'tenant-keys' }],
    ['and no tenant', { ManagedBy: 'tenant-keys' }],
    ['and what is no tenant', { TenantId: 'No Tenant', ManagedBy: 'tenant-keys' }],
  ])("with the product's tag forged %s, and is reported", async (_, tags) => {
    const keyArn = await harness.makeKey(tenantId, { Policy: anyPolicy, Tags: tagged(tags) });
    const before = await harness.everythingOf(keyArn);
    expect(await harness.findingsOf(keyArn, { now: later })).toEqual(['unnamed-key reported']);
    expect(await harness.everythingOf(keyArn)).toBe(before);
    await harness.kms.untagResource({ KeyId: keyArn, TagKeys: ['ManagedBy'] });
  });
});

test('where the table has lost its rows no key is deleted', async () => {
  const lost = await openReconcilerHarness();
  try {
    const keyArns: string[] = [];
    for (let count = 0; count < 12; count += 1) keyArns.push(await lost.makeKey(lost.newId()));
    const { summary } = await lost.reconcile({ now: later });
    expect(summary.findings).toEqual({ repaired: 0, reported: 12, failed: 0 });
    for (const keyArn of keyArns) expect(await lost.keyState(keyArn)).toBe('Enabled');
  } finally {
    await lost.close();
  }
});
