/**
 * The reconciler as a deputy: a key that somebody has dressed up as a tenant's, and a row that names it. Whoever may
 * write the registry and tag keys wants the reconciler to change a key that it should not.
 */

import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tagsOf } from '../../harness/tenant-key.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import { alias, later, openReconcilerHarness, type ReconcilerHarness } from './harness.ts';

let harness: ReconcilerHarness;
beforeAll(async () => {
  harness = await openReconcilerHarness();
  await harness.makeTenant();
});
afterAll(() => harness.close());

/** Each in a status in which the reconciler would like to change something of the key. */
const rows = [
  ['ACTIVE', {}],
  ['SUSPENDED', {}],
  ['OFFBOARDING', {}],
  ['SUSPENDED', { intent: 'resume' }],
  ['OFFBOARDING', { intent: 'restore' }],
  ['PROVISIONING', {}],
] as const;

/** A key of another team, as AWS makes it: its policy lets the account's IAM decide. */
const otherTeams = async (change: CreateKeyCommandInput = {}) => {
  const { KeyMetadata } = await harness.kms.createKey(change);
  return KeyMetadata?.Arn as string;
};

async function expectUntouched(tenantId: string, keyArn: string, finding: string) {
  const before = await harness.everythingOf(keyArn);
  for (const [status, change] of rows) {
    const row = rowOf({ tenantId, keyArn, status, ...change });
    await harness.put(row);
    const found = [status, await harness.findingsOf(tenantId, { now: later })];
    expect(found).toEqual([status, [finding]]);
    expect([await harness.everythingOf(keyArn), await harness.raw(tenantId)]).toEqual([
      before,
      row,
    ]);
  }
  await harness.putAway(tenantId, keyArn);
}

describe("what the control plane's role can tag, the reconciler does not touch", () => {
  test("another team's key, whose policy lets IAM decide", async () => {
    const tenantId = harness.newId();
    const keyArn = await otherTeams();
    await harness.kmsAs('ControlPlaneRole').tagResource({ KeyId: keyArn, Tags: tagsOf(tenantId) });
    await expectUntouched(tenantId, keyArn, 'key-foreign reported');
  });

  test.each([
    ['the certificate key', () => harness.certificateKeyArn],
    ["the product's key", () => harness.productKeyArn],
  ])('%s, with tags that an administrator gave it', async (_, keyOf) => {
    const tenantId = harness.newId();
    const keyArn = keyOf();
    await harness.kms.tagResource({ KeyId: keyArn, Tags: tagsOf(tenantId) });
    await expectUntouched(tenantId, keyArn, 'key-foreign reported');
    const TagKeys = ['TenantId', 'ManagedBy'];
    await harness.kms.untagResource({ KeyId: keyArn, TagKeys });
  });
});

describe('a planted key with the tags of a tenant is not touched', () => {
  const description = (tenantId: string) => `tenant-keys: tenant ${tenantId}`;
  const planted: readonly (readonly [string, (tenantId: string) => CreateKeyCommandInput])[] = [
    ['of many regions', (id) => ({ MultiRegion: true, Description: description(id) })],
    ['without a description', () => ({})],
    ["with a neighbour's description", () => ({ Description: description('neighbour') })],
    ['with more in its description', (id) => ({ Description: `${description(id)} ` })],
    [
      'that signs',
      (id) => ({
        KeySpec: 'ECC_NIST_P256',
        KeyUsage: 'SIGN_VERIFY',
        Description: description(id),
      }),
    ],
  ];

  test.each(planted)('%s', async (_, change) => {
    const tenantId = harness.newId();
    const keyArn = await otherTeams({ Tags: tagsOf(tenantId), ...change(tenantId) });
    await expectUntouched(tenantId, keyArn, 'key-foreign reported');
  });

  test.each(planted)('%s, where no row names it', async (_, change) => {
    const tenantId = harness.newId();
    const Policy = JSON.stringify(harness.keyPolicyOf(tenantId));
    const keyArn = await otherTeams({ Policy, Tags: tagsOf(tenantId), ...change(tenantId) });
    const before = await harness.everythingOf(keyArn);
    expect(await harness.findingsOf(keyArn, { now: later })).toEqual(['unnamed-key reported']);
    expect(await harness.everythingOf(keyArn)).toBe(before);
    await harness.putAway(tenantId, keyArn);
  });

  test.each(planted)(
    '%s, when an onboarding whose answer was lost is finished',
    async (_, change) => {
      const tenantId = harness.newId();
      const Policy = JSON.stringify(harness.keyPolicyOf(tenantId));
      const keyArn = await otherTeams({ Policy, Tags: tagsOf(tenantId), ...change(tenantId) });
      const before = await harness.everythingOf(keyArn);
      const keyRequestedAt = new Date(Date.now() - 1000).toISOString();
      await harness.put({
        ...rowOf({ tenantId, status: 'PROVISIONING', keyRequestedAt }),
        keyArn: undefined,
      });
      expect(await harness.findingsOf(tenantId)).toEqual(['unfinished-onboarding repaired']);
      expect([await harness.everythingOf(keyArn), await harness.raw(tenantId)]).toEqual([
        before,
        undefined,
      ]);
    },
  );
});

test("a tenant's key whose description was changed is reported until it is put back", async () => {
  const { tenantId, keyArn } = await harness.makeTenant();
  const KeyId = keyArn;
  await harness.kms.updateKeyDescription({ KeyId, Description: 'mine' });
  await harness.kms.disableKeyRotation({ KeyId });
  const { found } = await harness.reconcile();
  expect(found.filter((one) => one.tenantId === tenantId)).toEqual([
    expect.objectContaining({
      kind: 'key-foreign',
      detail: expect.stringContaining('Description'),
    }),
  ]);
  const Description = `tenant-keys: tenant ${tenantId}`;
  await harness.kms.updateKeyDescription({ KeyId, Description });
  expect(await harness.findingsOf(tenantId)).toEqual(['rotation repaired']);
  expect(await harness.findingsOf(tenantId)).toEqual([]);
});

test('a key whose policy hides what it is from the reconciler is not touched', async () => {
  const { tenantId, keyArn } = await harness.makeTenant();
  const statement = (Effect: string, Principal: object | string, Action: string, more = {}) => ({
    Effect,
    Principal,
    Action,
    Resource: '*',
    ...more,
  });
  const isReconciler = { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*Reconciler*' } };
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      statement('Allow', { AWS: 'arn:aws:iam::111122223333:root' }, 'kms:*'),
      statement('Deny', '*', 'kms:DescribeKey', { Condition: isReconciler }),
    ],
  });
  await harness.kms.putKeyPolicy({ KeyId: keyArn, Policy });
  const before = await harness.everythingOf(keyArn);
  expect(await harness.findingsOf(tenantId)).toEqual(['key-unreadable failed']);
  expect(await harness.everythingOf(keyArn)).toBe(before);
  await harness.kms.deleteAlias({ AliasName: alias(tenantId) });
  await harness.putAway(tenantId, keyArn);
});
