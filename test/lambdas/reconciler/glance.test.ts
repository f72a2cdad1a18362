/** A run between two thorough ones: what it costs, what it sees at once, and what waits for the next thorough one. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dueShares } from '../../../contract/rounds.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import { alias, later, openReconcilerHarness, type ReconcilerHarness, short } from './harness.ts';

let harness: ReconcilerHarness;
beforeAll(async () => {
  harness = await openReconcilerHarness();
});
afterAll(() => harness.close());

type Tenant = Awaited<ReturnType<ReconcilerHarness['makeTenant']>>;
const glance = { isThorough: false };
const openPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});

describe('what it costs', () => {
  /** @returns the calls to KMS that are made for each tenant, by operation */
  async function callsForEach(isThorough: boolean): Promise<Record<string, number>> {
    const few = (await harness.reconcile({ isThorough })).summary;
    const more = 5;
    for (let n = 0; n < more; n += 1) await harness.makeTenant();
    const many = (await harness.reconcile({ isThorough })).summary;
    expect([few.findings, many.findings]).toEqual([nothing, nothing]);
    expect(many.tenants - few.tenants).toBe(more);
    const operations = Object.keys(many.calls).map((operation) => {
      const added = (many.calls[operation] ?? 0) - (few.calls[operation] ?? 0);
      return [operation, added / more] as const;
    });
    return Object.fromEntries(operations.filter(([, count]) => count !== 0));
  }
  const nothing = { repaired: 0, reported: 0, failed: 0 };

  test('one call for each tenant in most runs of a day, four in four of them', async () => {
    const [glanced, thorough] = [await callsForEach(false), await callsForEach(true)];
    expect(glanced).toEqual({ GetKeyPolicy: 1 });
    expect(thorough).toEqual({
      DescribeKey: 1,
      GetKeyPolicy: 1,
      GetKeyRotationStatus: 1,
      ListResourceTags: 1,
    });
    const runs = Array.from({ length: 96 }, (_, run) => dueShares(run * 900_000, 15).includes(0));
    expect(runs.filter(Boolean)).toHaveLength(4);
    const sum = (calls: Record<string, number>) => Object.values(calls).reduce((a, b) => a + b, 0);
    const calls = runs.map((isThorough) => sum(isThorough ? thorough : glanced));
    expect(calls.reduce((a, b) => a + b, 0)).toBe(108);
  });

  test('one call more for a tenant who may not use the key', async () => {
    const before = (await harness.reconcile(glance)).summary.calls;
    await harness.makeTenant('suspend');
    await harness.makeTenant('offboard');
    const { calls } = (await harness.reconcile(glance)).summary;
    expect(calls.DescribeKey).toBe((before.DescribeKey ?? 0) + 2);
    expect(calls.GetKeyPolicy).toBe((before.GetKeyPolicy ?? 0) + 2);
    expect(calls.ListResourceTags).toBe(before.ListResourceTags);
  });
});

async function dropKey({ keyArn, tenantId }: Tenant) {
  const gone = `${keyArn.slice(0, -12)}000000000000`;
  await harness.put({ ...(await harness.raw(tenantId)), keyArn: gone });
  await harness.kms.scheduleKeyDeletion({ KeyId: keyArn });
}

describe('it sees at once', () => {
  const change: Record<
    string,
    [
      status: 'suspend' | 'offboard' | undefined,
      change: (tenant: Tenant) => Promise<unknown>,
      finding: string,
    ]
  > = {
    'a policy that lets others in': [
      undefined,
      ({ keyArn }) => harness.kms.putKeyPolicy({ KeyId: keyArn, Policy: openPolicy }),
      'key-policy repaired',
    ],
    "a suspended tenant's policy": [
      'suspend',
      ({ keyArn }) => harness.kms.putKeyPolicy({ KeyId: keyArn, Policy: openPolicy }),
      'key-policy repaired',
    ],
    "a suspended tenant's key, enabled by hand": [
      'suspend',
      ({ keyArn }) => harness.kms.enableKey({ KeyId: keyArn }),
      'key-enabled repaired',
    ],
    'a deletion that was cancelled by hand': [
      'offboard',
      ({ keyArn }) => harness.kms.cancelKeyDeletion({ KeyId: keyArn }),
      'deletion-cancelled repaired',
    ],
    'an alias that is gone': [
      undefined,
      ({ tenantId }) => harness.kms.deleteAlias({ AliasName: alias(tenantId) }),
      'alias repaired',
    ],
    'a key that KMS does not have': [undefined, dropKey, 'key-missing reported'],
    'a row that names a key of another region': [
      undefined,
      async ({ tenantId, keyArn }) =>
        harness.put({
          ...(await harness.raw(tenantId)),
          keyArn: keyArn.replace(/us-east-1/, 'eu-west-1'),
        }),
      'key-elsewhere reported',
    ],
    'a row that names the key of another tenant': [
      undefined,
      async ({ tenantId }) => {
        const other = await harness.makeTenant();
        await harness.put({ ...(await harness.raw(tenantId)), keyArn: other.keyArn });
        await harness.kms.deleteAlias({ AliasName: alias(other.tenantId) });
      },
      'key-tags reported',
    ],
    'a transition that was cut off': [
      undefined,
      async ({ tenantId }) =>
        harness.put({ ...(await harness.raw(tenantId)), status: 'SUSPENDED', intent: 'suspend' }),
      'unfinished-step repaired',
    ],
    'a row that is not as it must be': [
      undefined,
      async ({ tenantId }) => harness.put({ ...(await harness.raw(tenantId)), status: 'OTHER' }),
      'row-invalid reported',
    ],
  };

  test.each(Object.entries(change))('%s', async (_, [status, act, finding]) => {
    const tenant = await harness.makeTenant(status);
    await act(tenant);
    expect(await harness.findingsOf(tenant.tenantId, glance)).toEqual([finding]);
    await harness.putAway(tenant.tenantId, tenant.keyArn);
  });

  test('that a policy keeps it from reading the policy', async () => {
    const tenant = await harness.makeTenant();
    const policy = JSON.parse(openPolicy);
    policy.Statement.push({
      Effect: 'Deny',
      Principal: '*',
      Action: 'kms:GetKeyPolicy',
      Resource: '*',
      Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*Reconciler*' } },
    });
    await harness.kms.putKeyPolicy({ KeyId: tenant.keyArn, Policy: JSON.stringify(policy) });
    expect(await harness.findingsOf(tenant.tenantId, glance)).toEqual(['key-policy repaired']);
    expect(await harness.findingsOf(tenant.tenantId, glance)).toEqual([]);
  });
});

describe('for a thorough run it leaves', () => {
  const changes: Record<string, [(tenant: Tenant) => Promise<unknown>, finding: string]> = {
    'rotation that is off': [
      ({ keyArn }) => harness.kms.disableKeyRotation({ KeyId: keyArn }),
      'rotation repaired',
    ],
    'tags that were changed': [
      ({ keyArn }) =>
        harness.kms.tagResource({ KeyId: keyArn, Tags: [{ TagKey: 'TenantId', TagValue: 'x' }] }),
      'key-tags reported',
    ],
    'a description that was changed': [
      ({ keyArn }) => harness.kms.updateKeyDescription({ KeyId: keyArn, Description: 'x' }),
      'key-foreign reported',
    ],
    'a key that an active tenant cannot use': [
      ({ keyArn }) => harness.kms.disableKey({ KeyId: keyArn }),
      'key-unusable reported',
    ],
  };

  test.each(Object.entries(changes))('%s', async (_, [act, finding]) => {
    const tenant = await harness.makeTenant();
    await act(tenant);
    expect(await harness.findingsOf(tenant.tenantId, glance)).toEqual([]);
    expect(await harness.findingsOf(tenant.tenantId)).toEqual([finding]);
    await harness.putAway(tenant.tenantId, tenant.keyArn);
  });

  test('a key that no row names', async () => {
    const keyArn = await harness.makeKey(harness.newId());
    expect(await harness.findingsOf(keyArn, { ...glance, now: later })).toEqual([]);
    expect(await harness.findingsOf(keyArn, { now: later })).toEqual(['unnamed-key repaired']);
  });

  test("an erased tenant's mac keys", async () => {
    const { tenantId, keyArn } = await harness.makeTenant();
    const gone = `${keyArn.slice(0, -12)}111111111111`;
    const erasedAt = '2026-01-31T12:00:00.000Z';
    await harness.put(rowOf({ tenantId, keyArn: gone, status: 'ERASED', erasedAt }));
    const Item = { tenantId, purpose: 'x' };
    await harness.table.send(new PutCommand({ TableName: harness.macKeyTableName, Item }));
    await harness.kms.scheduleKeyDeletion({ KeyId: keyArn });
    expect(await harness.findingsOf(tenantId, glance)).toEqual([]);
    expect(await harness.findingsOf(tenantId)).toEqual(['mac-keys repaired']);
  });
});

test('what KMS does not answer for one tenant is a finding, and the others have their turn', async () => {
  await harness.makeTenant();
  await harness.makeTenant();
  let asked = 0;
  const { found, summary } = await harness.reconcile({
    ...glance,
    before: (operation) => {
      if (operation !== 'GetKeyPolicy') return;
      asked += 1;
      if (asked === 1) throw Object.assign(new Error('lost'), { name: 'TimeoutError' });
    },
  });
  expect(found.filter(({ outcome }) => outcome === 'failed').map(short)).toEqual([
    'tenant-failed failed',
  ]);
  expect(summary.calls.GetKeyPolicy).toBe(asked - 1);
  expect(asked).toBeGreaterThan(10);
});
