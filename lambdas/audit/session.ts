import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tenantSessions } from '../aws/tenant-sessions.ts';

/** @returns clients of a table, each with a session that reads one tenant's events */
export const auditReaderSessions = (roleArn: string): ((tenantId: string) => DynamoDBClient) =>
  tenantSessions(roleArn, ({ configuration, withPlugins }) =>
    withPlugins(new DynamoDBClient(configuration), 'table'),
  );
