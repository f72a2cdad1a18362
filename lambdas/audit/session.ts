import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sessions } from '../aws/tenant-sessions.ts';

/** @returns clients of a table, each with a session that reads one tenant's events */
export const auditReaderSessions = (roleArn: string): ((tenantId: string) => DynamoDBClient) =>
  sessions(roleArn, ({ configuration, used }) => used(new DynamoDBClient(configuration), 'table'));
