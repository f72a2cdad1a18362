/**
 * Sessions of a role, one for each tenant. Invariant: the credentials of a session carry the tenant's id as their
 * one tag; with them AWS itself refuses what is another tenant's.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { LruMap } from '../caching/lru-map.ts';
import type { AwsService } from '../observability/request-stats.ts';
import { callBudget } from './call-budget.ts';
import { clientConfiguration } from './client-config.ts';
import { type Credentials, cachedCredentials, retryWhenExpired } from './credentials.ts';

/** What the clients of one session are made with. */
export interface SessionParts {
  readonly configuration: typeof clientConfiguration & {
    readonly credentials: () => Promise<Credentials>;
  };
  /** @returns the same client, with the plugins that every client of a session needs */
  readonly withPlugins: <C extends KMSClient | DynamoDBClient>(client: C, service: AwsService) => C;
}

/** The longest that AWS gives a role that assumes a role. */
const sessionSeconds = 3600;
/** With tenant isolation mode there is one; without, those of the tenants that were served last. */
const maxSessions = 500;

/**
 * @param makeClients makes the clients of one session; STS is not called before one of them makes its first call
 * @returns what `makeClients` makes, by tenant id
 */
export function tenantSessions<T>(
  roleArn: string,
  makeClients: (parts: SessionParts) => T,
): (tenantId: string) => T {
  const sts = new STSClient(clientConfiguration);
  sts.middlewareStack.use(callBudget('sts'));
  // All tenants share the connections: each request is signed with its own session.
  const { requestHandler } = sts.config;
  const sessions = new LruMap<string, T>(maxSessions);

  const open = (tenantId: string): T => {
    const credentials = cachedCredentials(() => assumeRole(sts, roleArn, tenantId));
    return makeClients({
      configuration: {
        ...clientConfiguration,
        requestHandler: requestHandler as never,
        credentials: credentials.get,
      },
      withPlugins(client, service) {
        client.middlewareStack.use(callBudget(service));
        client.middlewareStack.use(retryWhenExpired(credentials, client.config.credentials));
        return client;
      },
    });
  };

  return (tenantId) => {
    const known = sessions.get(tenantId);
    if (known !== undefined) return known;
    const session = open(tenantId);
    sessions.set(tenantId, session);
    return session;
  };
}

async function assumeRole(sts: STSClient, roleArn: string, tenantId: string): Promise<Credentials> {
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      // The trust policy wants the tenant's id in both, so that ARNs in CloudTrail name the tenant.
      RoleSessionName: tenantId,
      Tags: [{ Key: tenantIdTag, Value: tenantId }],
      DurationSeconds: sessionSeconds,
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
