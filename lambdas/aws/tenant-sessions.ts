/**
 * Sessions of a role, one a tenant. Invariant: the credentials of a session carry the tenant's id as their one
 * tag; with them AWS itself refuses what is another tenant's.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { AwsService } from '../observability/request-stats.ts';
import { attempts } from './call-budget.ts';
import { clientConfiguration } from './client-config.ts';
import { type Credentials, onceRenewed, renewed } from './credentials.ts';

/** What a session's clients are made with. */
export interface SessionParts {
  readonly configuration: typeof clientConfiguration & {
    readonly credentials: () => Promise<Credentials>;
  };
  /** @returns the client, with what every client of a session needs */
  readonly used: <C extends KMSClient | DynamoDBClient>(client: C, service: AwsService) => C;
}

/** The longest that AWS gives a role that assumes a role. */
const durationInSeconds = 3600;
/** With tenant isolation mode there is one; without, the sessions used last. */
const maxSessions = 500;

/**
 * @param clientsOf makes a session's clients; nothing is called before the first use of one
 * @returns what `clientsOf` makes, by tenant id
 */
export function sessions<T>(
  roleArn: string,
  clientsOf: (parts: SessionParts) => T,
): (tenantId: string) => T {
  const sts = new STSClient(clientConfiguration);
  sts.middlewareStack.use(attempts('sts'));
  // One set of connections for all tenants: who is who stands in each request's signature.
  const { requestHandler } = sts.config;
  const opened = new Map<string, T>();

  const open = (tenantId: string): T => {
    const credentials = renewed(() => assume(sts, roleArn, tenantId));
    return clientsOf({
      configuration: {
        ...clientConfiguration,
        requestHandler: requestHandler as never,
        credentials: credentials.get,
      },
      used(client, service) {
        client.middlewareStack.use(attempts(service));
        client.middlewareStack.use(onceRenewed(credentials, client.config.credentials));
        return client;
      },
    });
  };

  return (tenantId) => {
    const session = opened.get(tenantId) ?? open(tenantId);
    // Last in the map is used last.
    opened.delete(tenantId);
    opened.set(tenantId, session);
    if (opened.size > maxSessions) opened.delete(opened.keys().next().value as string);
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
