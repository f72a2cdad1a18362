/**
 * What the API gives an administrator of a tenant's own account, and a key and a role as somebody makes them who pastes the
 * policies.
 */
import { expect } from '@jest/globals';
import { type ExternalStack, tenantAccountId } from './external-account.ts';

export async function externalSetup(
  { client }: ExternalStack,
  tenantId: string,
  query = `accountId=${tenantAccountId}`,
) {
  const token = await client.adminToken();
  const path = `/tenants/${tenantId}/external-account?${query}`;
  const { status, json } = await client.send('GET', path, { token });
  expect(status).toBe(200);
  return json;
}

export type KeyByHand = Awaited<ReturnType<typeof keyByHand>>;

export async function keyByHand(stack: ExternalStack, tenantId: string) {
  const { kms, iam } = stack.owner;
  const { keyPolicy } = await externalSetup(stack, tenantId);
  const { KeyMetadata } = await kms.createKey({ Policy: JSON.stringify(keyPolicy) });
  const keyArn = KeyMetadata?.Arn ?? '';
  const setup = await externalSetup(stack, tenantId, `keyArn=${keyArn}`);
  const { trustPolicy, rolePolicy, roleArn } = setup;
  const [, path = '', name = ''] = /role(\/.*\/)(.*)$/.exec(roleArn) ?? [];
  await iam.createRole({
    RoleName: name,
    Path: path,
    AssumeRolePolicyDocument: JSON.stringify(trustPolicy),
  });
  const permit = (document: object) =>
    iam.putRolePolicy({
      ...{ RoleName: name, PolicyName: 'UseTheKey' },
      PolicyDocument: JSON.stringify(document),
    });
  await permit(rolePolicy);
  return { kms, iam, keyArn, keyPolicy, trustPolicy, rolePolicy, permit, name };
}
