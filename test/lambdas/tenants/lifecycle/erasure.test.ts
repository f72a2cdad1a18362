/** The end of a tenant, once its key is deleted. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eraseIfKeyIsDeleted } from '../../../../lambdas/tenants/lifecycle/lifecycle.ts';
import { intent } from '../../../../lambdas/tenants/registry/status.ts';
import { type Aws, openAws } from '../aws.ts';
import { codeOf, tenantsOf, wanted } from '../harness.ts';

let aws: Aws;
let tenants: ReturnType<typeof tenantsOf>;
beforeAll(async () => {
  aws = await openAws();
  tenants = tenantsOf(aws);
});
afterAll(() => aws.close());

const intents = intent.options;

describe('the end', () => {
  const gone = async () => {
    const keyArn = `arn:aws:kms:eu-central-1:111122223333:key/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`;
    return tenants.make('OFFBOARDING', { keyArn });
  };

  test('is written down once KMS has no such key, and stays', async () => {
    const tenantId = await gone();
    const row = await eraseIfKeyIsDeleted(tenants.options(), await tenants.row(tenantId));
    expect(row).toMatchObject({ status: 'ERASED', erasedAt: expect.any(String) });
    expect(row?.offboarding?.requestedBy).toBe('operator');
    for (const intent of intents) {
      expect(await codeOf(tenants.invoke(tenantId, wanted(intent)))).toBe('tenant-erased');
    }
  });

  test('is not while there is a key', async () => {
    const tenantId = await tenants.make('OFFBOARDING');
    expect(
      await eraseIfKeyIsDeleted(tenants.options(), await tenants.row(tenantId)),
    ).toBeUndefined();
    expect((await tenants.row(tenantId)).status).toBe('OFFBOARDING');
  });

  test.each(['ACTIVE', 'SUSPENDED'] as const)(
    'is not that of a tenant that is %s',
    async (status) => {
      const tenantId = await gone();
      await aws.put({ ...(await aws.row(tenantId)), status });
      expect(
        await eraseIfKeyIsDeleted(tenants.options(), await tenants.row(tenantId)),
      ).toBeUndefined();
    },
  );

  test('is not where KMS only denies the call', async () => {
    const tenantId = await gone();
    const fault = {
      before(command: string) {
        if (command !== 'DescribeKeyCommand') return;
        throw Object.assign(new Error(), { name: 'AccessDeniedException' });
      },
    };
    const erased = eraseIfKeyIsDeleted(tenants.options({ fault }), await tenants.row(tenantId));
    expect(await codeOf(erased)).toBe('AccessDeniedException');
    expect((await tenants.row(tenantId)).status).toBe('OFFBOARDING');
  });

  test('that comes while a transition begins is reported as such', async () => {
    for (const status of ['ACTIVE', 'SUSPENDED'] as const) {
      for (const intent of ['suspend', 'resume', 'offboard'] as const) {
        const tenantId = await gone();
        const row = await aws.row(tenantId);
        await aws.put({ ...row, status, intent: 'resume', offboarding: undefined });
        const outcome = await codeOf(tenants.invoke(tenantId, wanted(intent)));
        expect(outcome).toBe('key-missing');
      }
    }
    const tenantId = await gone();
    await aws.put({ ...(await aws.row(tenantId)), intent: 'restore' });
    expect(await codeOf(tenants.again(tenantId, 'restore'))).toBe('tenant-erased');
  });

  test('is the answer to a restoration that comes too late, which leaves nothing behind', async () => {
    const tenantId = await gone();
    expect(await codeOf(tenants.invoke(tenantId, wanted('restore')))).toBe('tenant-erased');
    expect((await tenants.row(tenantId)).intent).toBeUndefined();
  });
});
