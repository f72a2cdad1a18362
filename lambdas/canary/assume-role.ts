/** Sessions of the canary's tenants, and attempts to get others. Each run opens its own: none is kept. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { tenantIdTag } from '../../contract/tenant-id.ts';

/** With whose credentials something is tried. */
export interface Clients {
  readonly kms: KMSClient;
  readonly sts: STSClient;
  readonly table: DynamoDBClient;
}

export interface Assumption {
  readonly sessionName: string;
  /** names and values */
  readonly tags: Readonly<Record<string, string>>;
  /** whether the session's tags would be passed on to sessions that it opens */
  readonly transitive?: boolean;
}

/** As the trust policies want it. */
export const sessionOf = (tenantId: string): Assumption => ({
  sessionName: tenantId,
  tags: { [tenantIdTag]: tenantId },
});

/** The shortest that AWS gives; a run takes seconds. */
const durationInSeconds = 900;

/** @throws what STS says */
export async function assume(sts: STSClient, roleArn: string, assumption: Assumption) {
  const { sessionName, tags, transitive = false } = assumption;
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      ...(transitive && { TransitiveTagKeys: Object.keys(tags) }),
      DurationSeconds: durationInSeconds,
    }),
  );
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) {
    throw new Error('STS gave no credentials');
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
  };
}
