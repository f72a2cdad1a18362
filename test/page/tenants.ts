/** Any number of tenants for the page, in every situation that a tenant can be in. */
import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import { keyPolicy } from '../../contract/key-policy.ts';
import { localAccount } from '../../local/stack.ts';
import { type Control, controlOf } from '../e2e/control.ts';
import type { TestStack } from '../e2e/test-stack.ts';

/** As long as the contract lets ids and names be. */
export const longId = `a-tenant-whose-id-is-as-long-as-an-id-may-be-${'x'.repeat(18)}`;
export const longName =
  `Gesellschaft für außerordentlich lange Namen, ${'Zweigniederlassung '.repeat(20)}`.slice(0, 256);
export const markup = '<img src=x onerror="document.title=1">';

/** Through the API: one of each situation, and requests of every outcome. */
export async function playTenants(stack: TestStack): Promise<void> {
  const control = controlOf(stack);
  await control.put('acme', { displayName: 'Acme' });
  await control.put('globex', { displayName: 'Globex GmbH', rotationPeriodInDays: 180 });
  await control.put(longId, { displayName: longName });
  await control.put('initech', { displayName: markup });
  await control.put('umbrella', { displayName: 'Umbrella' });
  await control.put('hooli', { displayName: 'Hooli' });
  await useKeys(stack, control);
  await control.post('initech', 'suspend');
  await control.offboard('umbrella');
  await control.advance(31);
  await stack.run('reconciler');
  await control.offboard('hooli');
}

async function useKeys(stack: TestStack, control: Control): Promise<void> {
  const message = await stack.client.encrypt('acme', Buffer.from('x'));
  await control.decrypt('acme', message);
  await control.post('acme', 'key/rotations');
  const token = await stack.client.tenantToken('globex');
  await stack.client.send('POST', '/tenants/acme/decrypt', {
    token,
    body: { ciphertext: message },
  });
}

const missingKey = 1;
const noKey = 2;

/**
 * Past the API, which would take minutes for a thousand: rows and keys as it makes them. Of the second the key is missing,
 * and the third has none yet.
 * @param until how many there are in the end
 * @param from how many there are
 */
export async function plantTenants(stack: TestStack, until: number, from = 0): Promise<void> {
  const { kms, dynamodb } = stack.administrator;
  const role = (name: string) =>
    [...stack.deployment.roles.values()].find((candidate) => candidate.name.includes(name))
      ?.arn as string;
  const roles = {
    tenantRoleArn: role('TenantRole'),
    controlPlaneRoleArn: role('ControlPlaneRole'),
  };
  for (let index = from; index < until; index += 1) {
    const tenantId = `tenant-${String(index + 1).padStart(4, '0')}`;
    const Policy = JSON.stringify(
      keyPolicy({ tenantId, ...localAccount, ...roles, deletionWindowInDays: 30 }),
    );
    const Tags = [
      { TagKey: 'TenantId', TagValue: tenantId },
      { TagKey: 'ManagedBy', TagValue: 'tenant-keys' },
    ];
    const { KeyMetadata } = await kms.createKey({ Policy, Tags });
    const { KeyId: TargetKeyId, Arn: keyArn } = KeyMetadata as { KeyId: string; Arn: string };
    await kms.createAlias({ AliasName: `alias/tenant-keys/${tenantId}`, TargetKeyId });
    const named =
      index === missingKey ? { keyArn: `${keyArn.slice(0, -36)}${randomUUID()}` } : { keyArn };
    const at = '2026-01-02T03:04:05.678Z';
    const times = { keyCreatedAt: at, createdAt: at, updatedAt: at };
    const period = { rotationPeriodInDays: 365, rotationPeriodByDefault: true };
    const row = {
      tenantId,
      status: index === noKey ? 'PROVISIONING' : 'ACTIVE',
      ...(index === noKey ? {} : named),
      version: 1,
      writer: 'test',
      ...times,
      ...period,
    };
    await dynamodb.putItem({ TableName: stack.tableName, Item: marshall(row) });
  }
}
