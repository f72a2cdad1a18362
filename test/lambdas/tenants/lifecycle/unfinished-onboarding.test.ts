/** What the reconciler does with an unfinished onboarding: against the local stack's KMS and DynamoDB. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { finishOnboarding } from '../../../../lambdas/tenants/lifecycle/onboarding.ts';
import { keyArnsOf } from '../../../../lambdas/tenants/registry/listing.ts';
import { account } from '../../../harness/account.ts';
import { tableName } from '../../../harness/local-aws.ts';
import { makeTenantKey } from '../../../harness/tenant-key.ts';
import { rowOf } from '../../../harness/tenant-row.ts';
import { type Aws, type Fault, openAws } from '../aws.ts';
import { crashAt } from '../crash.ts';
import { codeOf, tenantsOf } from '../harness.ts';

const { partition, region, accountId } = account;
const keyArnPrefix = `arn:${partition}:kms:${region}:${accountId}:key/`;

let aws: Aws;
let tenants: ReturnType<typeof tenantsOf>;
beforeAll(async () => {
  aws = await openAws();
  tenants = tenantsOf(aws);
});
afterAll(() => aws.close());

const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
};

async function finish(tenantId: string, fault?: Fault) {
  const { table } = aws.clients(fault);
  const search = {
    knownKeyArns: () => keyArnsOf(table, tableName),
    keyPolicyOf: () => policy,
    keyArnPrefix,
  };
  return finishOnboarding(
    { ...tenants.options({ fault }), ...search },
    await tenants.row(tenantId),
  );
}

async function unfinished(change: object = {}) {
  const tenantId = `t-${randomUUID().slice(0, 13)}`;
  await aws.put({ ...rowOf({ tenantId, status: 'PROVISIONING' }), keyArn: undefined, ...change });
  return tenantId;
}

const makeKey = (tenantId: string) => makeTenantKey(aws.administrator, tenantId, policy);

const expectActive = async (tenantId: string, keyArn: string) => {
  expect(await tenants.stateOf(tenantId)).toBe('ACTIVE Enabled');
  expect((await tenants.row(tenantId)).keyArn).toBe(keyArn);
  const KeyId = `alias/tenant-keys/${tenantId}`;
  expect((await aws.administrator.describeKey({ KeyId })).KeyMetadata?.Arn).toBe(keyArn);
};

describe('an unfinished onboarding', () => {
  test('with a key that the row names is finished', async () => {
    const tenantId = await unfinished();
    const keyArn = await makeKey(tenantId);
    await aws.put({ ...(await aws.row(tenantId)), keyArn });
    expect(await finish(tenantId)).toBe('finished');
    await expectActive(tenantId, keyArn);
  });

  test('with a key that was never written down is finished', async () => {
    const tenantId = await unfinished({ keyRequestedAt: '2026-01-01T00:00:00.000Z' });
    const keyArn = await makeKey(tenantId);
    expect(await finish(tenantId)).toBe('finished');
    await expectActive(tenantId, keyArn);
  });

  test.each([{}, { keyRequestedAt: '2026-01-01T00:00:00.000Z' }])(
    'without a key is removed, and no key is made: %j',
    async (change) => {
      const tenantId = await unfinished(change);
      expect(await finish(tenantId)).toBe('removed');
      expect(await aws.row(tenantId)).toBeUndefined();
      expect(await aws.keysOf(tenantId)).toHaveLength(0);
    },
  );

  test('on which another invocation is at work is left alone', async () => {
    const lease = { holder: 'another', expiresAt: Date.now() + 30_000 };
    const tenantId = await unfinished({ lease });
    expect(await finish(tenantId)).toBeUndefined();
    expect(await aws.row(tenantId)).toMatchObject({ lease });
  });

  test('whose alias is on another key is reported, and its row stays', async () => {
    const tenantId = await unfinished();
    const AliasName = `alias/tenant-keys/${tenantId}`;
    const TargetKeyId = await makeKey('somebody-else');
    await aws.administrator.createAlias({ AliasName, TargetKeyId });
    expect(await codeOf(finish(tenantId))).toBe('alias-taken');
    expect(await aws.row(tenantId)).not.toHaveProperty('lease');
  });

  test.each([1, 2, 3, 4, 5, 6, 7])(
    'is finished after an invocation that crashed after its call %d',
    async (call) => {
      const tenantId = await unfinished({ keyRequestedAt: '2026-01-01T00:00:00.000Z' });
      const keyArn = await makeKey(tenantId);
      await expect(finish(tenantId, crashAt(call, 'after'))).rejects.toThrow('ended');
      await tenants.expireLease(tenantId);
      expect(await finish(tenantId)).toBe('finished');
      await expectActive(tenantId, keyArn);
    },
  );
});
