/**
 * Opens sessions of a role. Invariant: a tenant's has the tenant's id as its name and as its one tag; with it AWS itself
 * refuses what is another tenant's. One that is for all tenants has no tag, and a name that is no tenant's.
 */
import { STSClient } from '@aws-sdk/client-sts';
import type { SessionAnswer } from '../../contract/session-broker.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { assumeRole } from '../aws/assumed-role.ts';
import { callBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';

export type Credentials = Extract<SessionAnswer, { outcome: 'opened' }>['credentials'];

/** The longest that AWS gives a role that assumes a role, whatever is left of the token's own time. */
const sessionSeconds = 3600;

/** No tenant id has capital letters. */
const ofAllTenants = 'AllTenants';

/** @returns a function that throws the SDK's errors */
export function sessionOpener(): (
  roleArn: string,
  tenantId: string | undefined,
) => Promise<Credentials> {
  const sts = new STSClient(clientConfiguration);
  sts.middlewareStack.use(callBudget('sts'));
  return async (roleArn, tenantId) => {
    const { expiration, ...keys } = await assumeRole(sts, {
      RoleArn: roleArn,
      // The trust policy wants the tenant's id in both, so that ARNs in CloudTrail name the tenant.
      ...(tenantId === undefined
        ? { RoleSessionName: ofAllTenants }
        : { RoleSessionName: tenantId, Tags: [{ Key: tenantIdTag, Value: tenantId }] }),
      DurationSeconds: sessionSeconds,
    });
    return { ...keys, expiration: expiration.toISOString() };
  };
}
