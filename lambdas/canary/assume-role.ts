/** Opens sessions of the canary's tenants, and tries to open others. Each run opens its own: none is kept. */
import type { KMSClient } from '@aws-sdk/client-kms';
import type { STSClient } from '@aws-sdk/client-sts';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { assumeRole, type RoleCredentials } from '../aws/assumed-role.ts';

/** The clients of one principal. */
export interface Clients {
  readonly kms: KMSClient;
  readonly sts: STSClient;
  readonly dynamodb: DynamoDBDocumentClient;
}

export interface Assumption {
  readonly sessionName: string;
  /** names and values */
  readonly tags: Readonly<Record<string, string>>;
  /** whether the session would pass its tags on to sessions that it opens */
  readonly transitive?: boolean;
}

/** What the trust policies allow for the tenant. */
export const assumptionFor = (tenantId: string): Assumption => ({
  sessionName: tenantId,
  tags: { [tenantIdTag]: tenantId },
});

/** The shortest that STS accepts; a run takes seconds. */
const durationSeconds = 900;

/** @throws what STS says */
export function assume(
  sts: STSClient,
  roleArn: string,
  assumption: Assumption,
): Promise<RoleCredentials> {
  const { sessionName, tags, transitive = false } = assumption;
  return assumeRole(sts, {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ...(transitive && { TransitiveTagKeys: Object.keys(tags) }),
    DurationSeconds: durationSeconds,
  });
}
