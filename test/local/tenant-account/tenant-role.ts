/** The tenant's role, whose trust policy lets one role of the product's account in, for one tenant. */
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { type Accounts, ourRole, policyText, tenantRole } from './harness.ts';

export const externalId = 'TenantKeys/acme';

/** As the template that the tenant gets will have it: TagSession knows no external id. */
export const trust = (tenantId: string, role = ourRole('TenantRole')) => {
  const tags = { 'aws:PrincipalTag/TenantId': tenantId, 'aws:RequestTag/TenantId': tenantId };
  const statement = (Action: string, more: object = {}) => ({
    Effect: 'Allow',
    Principal: { AWS: role },
    Action,
    Condition: {
      StringEquals: { ...tags, ...more },
      'ForAllValues:StringEquals': { 'aws:TagKeys': 'TenantId' },
    },
  });
  return [
    statement('sts:AssumeRole', { 'sts:ExternalId': `TenantKeys/${tenantId}` }),
    statement('sts:TagSession'),
  ];
};

export const makeRole = (
  { tenant }: Accounts,
  name: string,
  document = policyText(...trust(name)),
) =>
  tenant.iam.createRole({
    RoleName: name,
    Path: '/tenant-keys/',
    AssumeRolePolicyDocument: document,
  });

export async function assume(
  accounts: Accounts,
  who: { sts: Accounts['tenant']['sts'] },
  more: Partial<AssumeRoleCommandInput> = {},
) {
  const { Credentials: issued, AssumedRoleUser } = await who.sts.assumeRole({
    RoleArn: tenantRole,
    RoleSessionName: 'data-plane',
    ExternalId: externalId,
    Tags: [{ Key: 'TenantId', Value: 'acme' }],
    ...more,
  });
  return { ...accounts.session(issued), user: AssumedRoleUser };
}

/** A session of the product's tenant role, for acme. */
export const acme = (accounts: Accounts) => accounts.as('TenantRole', { TenantId: 'acme' });
