/**
 * Keys that somebody has laid ready for an onboarding to take: behind the tenant's alias, or with the tenant's tags
 * where the answer to CreateKey was lost. Whoever made a key may have kept a replica, a grant or data keys of it.
 */

import { randomUUID } from 'node:crypto';
import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeTenantKey } from '../../../harness/tenant-key.ts';
import { rowOf } from '../../../harness/tenant-row.ts';
import { type Aws, openAws } from '../aws.ts';
import { codeOf } from '../harness.ts';
import { keyPolicyOf, onboardings } from '../onboardings.ts';

let aws: Aws;
let invoke: ReturnType<typeof onboardings>;
beforeAll(async () => {
  aws = await openAws();
  invoke = onboardings(aws);
});
afterAll(() => aws.close());

const newId = () => `t-${randomUUID().slice(0, 13)}`;

/** @returns a key as the product makes one for the tenant, but for the change */
const plant = (tenantId: string, change: CreateKeyCommandInput = {}) =>
  makeTenantKey(aws.administrator, tenantId, keyPolicyOf(tenantId), change);

const root = { AWS: 'arn:aws:iam::111122223333:root' };
const everything = { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' };
const openPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [everything] });
const planterToo = (tenantId: string) => {
  const policy = keyPolicyOf(tenantId);
  return JSON.stringify({ ...policy, Statement: [...policy.Statement, everything] });
};

/** A row whose onboarding has asked KMS for a key, that long ago, and has lost the answer. */
const lostAnswer = (tenantId: string, agoMs = 1000) =>
  aws.put({
    ...rowOf({
      tenantId,
      status: 'PROVISIONING',
      displayName: undefined,
      keyRequestedAt: new Date(Date.now() - agoMs).toISOString(),
    }),
    keyArn: undefined,
  });

const planted: readonly (readonly [string, (tenantId: string) => CreateKeyCommandInput])[] = [
  ['of many regions, whose replica its maker keeps', () => ({ MultiRegion: true })],
  ['with a policy that lets its maker in', (id) => ({ Policy: planterToo(id) })],
  ['with the default policy', () => ({ Policy: openPolicy })],
  ["with a neighbour's policy", () => ({ Policy: JSON.stringify(keyPolicyOf('neighbour')) })],
  ['without a description', () => ({ Description: '' })],
  ["with a neighbour's description", () => ({ Description: 'tenant-keys: tenant neighbour' })],
  ['that signs', () => ({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })],
];

describe('a planted key with the tags of a tenant whose answer was lost is not taken: the tenant gets its own', () => {
  const expectOwnKey = async (tenantId: string, plantedArn: string) => {
    const { KeyMetadata: before } = await aws.administrator.describeKey({ KeyId: plantedArn });
    const { row, created } = await invoke(tenantId);
    expect([row.status, created, row.keyArn === plantedArn]).toEqual(['ACTIVE', true, false]);
    const { KeyMetadata } = await aws.administrator.describeKey({ KeyId: plantedArn });
    expect(KeyMetadata).toEqual(before);
  };

  test.each(planted)('%s', async (_, change) => {
    const tenantId = newId();
    await lostAnswer(tenantId);
    await expectOwnKey(tenantId, await plant(tenantId, change(tenantId)));
  });

  test('made more than five minutes before it was asked for, which is more than clocks differ', async () => {
    const tenantId = newId();
    await lostAnswer(tenantId, -301_000);
    await expectOwnKey(tenantId, await plant(tenantId));
  });

  test('used before, after which its policy was set to the right one', async () => {
    const tenantId = newId();
    await lostAnswer(tenantId);
    const KeyId = await plant(tenantId, { Policy: openPolicy });
    await aws.administrator.generateDataKey({
      KeyId,
      KeySpec: 'AES_256',
      EncryptionContext: { TenantId: tenantId },
    });
    const Policy = JSON.stringify(keyPolicyOf(tenantId));
    await aws.administrator.putKeyPolicy({ KeyId, Policy });
    await expectOwnKey(tenantId, KeyId);
  });

  test('and the one that was made for it is found beside the planted ones', async () => {
    const tenantId = newId();
    await lostAnswer(tenantId);
    for (const [, change] of planted.slice(0, 4)) await plant(tenantId, change(tenantId));
    const own = await plant(tenantId);
    for (const [, change] of planted.slice(4)) await plant(tenantId, change(tenantId));
    expect((await invoke(tenantId)).row).toMatchObject({ status: 'ACTIVE', keyArn: own });
  });

  test('but one that the function made with a clock that was four minutes ahead is found', async () => {
    const tenantId = newId();
    await lostAnswer(tenantId, -240_000);
    const own = await plant(tenantId);
    expect((await invoke(tenantId)).row.keyArn).toBe(own);
  });
});

describe("a key behind the tenant's alias, before the onboarding has made one, is in the way", () => {
  const named = async (tenantId: string, keyArn: string) => {
    const AliasName = `alias/tenant-keys/${tenantId}`;
    await aws.administrator.createAlias({ AliasName, TargetKeyId: keyArn });
    return AliasName;
  };
  const expectTaken = async (tenantId: string) => {
    expect(await codeOf(invoke(tenantId))).toBe('alias-taken');
    const row = await aws.row(tenantId);
    expect([row?.status, row?.keyArn, row?.lease]).toEqual(['PROVISIONING', undefined, undefined]);
  };

  test.each([
    ['as the product would make it', () => ({})],
    ...planted,
    ['without tags', () => ({ Tags: [] })],
  ] as const)(
    '%s: no key is made, and without the alias the tenant gets its own',
    async (_, change) => {
      const tenantId = newId();
      const keyArn = await plant(tenantId, change(tenantId));
      const AliasName = await named(tenantId, keyArn);
      await expectTaken(tenantId);
      await aws.administrator.deleteAlias({ AliasName });
      const { row } = await invoke(tenantId);
      expect([row.status, row.keyArn === keyArn]).toEqual(['ACTIVE', false]);
    },
  );

  test('also where it is pending deletion', async () => {
    const tenantId = newId();
    const KeyId = await plant(tenantId);
    await named(tenantId, KeyId);
    await aws.administrator.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 });
    await expectTaken(tenantId);
  });

  test('also where an answer was lost: the key with the alias is not the one that was made', async () => {
    const tenantId = newId();
    await lostAnswer(tenantId);
    await named(tenantId, await plant(tenantId));
    expect(await codeOf(invoke(tenantId))).toBe('alias-taken');
  });
});
