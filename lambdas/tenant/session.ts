/**
 * The session of one tenant. Invariant: its credentials carry the tenant's id as their one tag, and all
 * that the data plane does for a tenant is done with clients made here; with them AWS itself refuses every
 * other tenant's key and row.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { clientConfiguration } from '../aws/client.ts';
import { tenantIdTag } from './tenant-id.ts';

export interface TenantSession {
  readonly kms: KMSClient;
  readonly table: DynamoDBClient;
}

/** @param tenantId a valid tenant id */
export type OpenSession = (tenantId: string) => TenantSession;

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** The longest that AWS gives a role that assumes a role. */
const durationInSeconds = 3600;
/** Renewed this long before the end; the SDK asks for new ones five minutes before. */
const renewedInMs = 6 * 60_000;
/** With tenant isolation mode there is one; without, the sessions used last. */
const maxSessions = 500;

export function tenantSessions(tenantRoleArn: string): OpenSession {
  const sts = new STSClient(clientConfiguration);
  // One set of connections for all tenants: who is who stands in each request's signature.
  const { requestHandler } = sts.config;
  const sessions = new Map<string, TenantSession>();

  const open = (tenantId: string): TenantSession => {
    // Nothing is called before the first use of a client; then once for both.
    const credentials = renewed(() => assume(sts, tenantRoleArn, tenantId));
    const configuration = { ...clientConfiguration, requestHandler, credentials };
    return {
      kms: new KMSClient(configuration),
      table: new DynamoDBClient(configuration),
    };
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

/** Keeps what it got until shortly before it expires; those who ask at once wait for one answer. */
export function renewed(get: () => Promise<Credentials>): () => Promise<Credentials> {
  let current: Promise<Credentials> | undefined;
  let goodUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (current === undefined || Date.now() > goodUntil) {
      goodUntil = Number.POSITIVE_INFINITY;
      const asked = get().then((credentials) => {
        goodUntil = credentials.expiration.getTime() - renewedInMs;
        return credentials;
      });
      // A failure is not kept.
      asked.catch(() => {
        if (current === asked) current = undefined;
      });
      current = asked;
    }
    return current;
  };
}
