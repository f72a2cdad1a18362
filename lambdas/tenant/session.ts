/**
 * The session of one tenant. Invariant: all that the data plane does for a tenant is done with clients made
 * here; with them AWS itself refuses every other tenant's key and row.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { tenantSessions as sessions } from '../aws/tenant-sessions.ts';

export interface TenantSession {
  readonly kms: KMSClient;
  readonly table: DynamoDBClient;
}

/** @param tenantId a valid tenant id */
export type OpenSession = (tenantId: string) => TenantSession;

export const tenantSessions = (tenantRoleArn: string): OpenSession =>
  sessions(tenantRoleArn, ({ configuration, withPlugins }) => ({
    kms: withPlugins(new KMSClient(configuration), 'kms'),
    table: withPlugins(new DynamoDBClient(configuration), 'table'),
  }));
