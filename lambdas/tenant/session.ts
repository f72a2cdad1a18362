/**
 * The session of one tenant. Invariant: its credentials carry the tenant's id as their one tag, and all
 * that the data plane does for a tenant is done with clients made here; with them AWS itself refuses every
 * other tenant's key and row.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { attempts } from '../aws/attempt.ts';
import { clientConfiguration } from '../aws/client.ts';
import { type Credentials, onceRenewed, renewed } from '../aws/renewal.ts';
import { tenantIdTag } from './tenant-id.ts';

export interface TenantSession {
  readonly kms: KMSClient;
  readonly table: DynamoDBClient;
}

/** @param tenantId a valid tenant id */
export type OpenSession = (tenantId: string) => TenantSession;

/** The longest that AWS gives a role that assumes a role. */
const durationInSeconds = 3600;
/** With tenant isolation mode there is one; without, the sessions used last. */
const maxSessions = 500;

export function tenantSessions(tenantRoleArn: string): OpenSession {
  const sts = new STSClient(clientConfiguration);
  sts.middlewareStack.use(attempts('sts'));
  // One set of connections for all tenants: who is who stands in each request's signature.
  const { requestHandler } = sts.config;
  const sessions = new Map<string, TenantSession>();

  const open = (tenantId: string): TenantSession => {
    // Nothing is called before the first use of a client; then once for both.
    const credentials = renewed(() => assume(sts, tenantRoleArn, tenantId));
    const configuration = { ...clientConfiguration, requestHandler, credentials: credentials.get };
    const kms = new KMSClient(configuration);
    kms.middlewareStack.use(attempts('kms'));
    kms.middlewareStack.use(onceRenewed(credentials, kms.config.credentials));
    const table = new DynamoDBClient(configuration);
    table.middlewareStack.use(attempts('table'));
    table.middlewareStack.use(onceRenewed(credentials, table.config.credentials));
    return { kms, table };
  };

  return (tenantId) => {
    const session = sessions.get(tenantId) ?? open(tenantId);
    // Last in the map is used last.
    sessions.delete(tenantId);
    sessions.set(tenantId, session);
    if (sessions.size > maxSessions) sessions.delete(sessions.keys().next().value as string);
    return session;
  };
}

async function assume(sts: STSClient, roleArn: string, tenantId: string): Promise<Credentials> {
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      // The trust policy asks for the same in both, so that CloudTrail's ARNs name the tenant.
      RoleSessionName: tenantId,
      Tags: [{ Key: tenantIdTag, Value: tenantId }],
      DurationSeconds: durationInSeconds,
    }),
  );
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration) {
    throw new Error('STS gave no credentials');
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
    expiration: given.Expiration,
  };
}
