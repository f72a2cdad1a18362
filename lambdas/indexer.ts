/**
 * Turns log lines into rows of the audit table, each for one tenant. Invariant: the log group, never its content,
 * says what a line is; a row belongs to the tenant of the key or of the authenticated request, and to no other; and
 * lines that are delivered again make the same rows.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { indexerEnvironment, readEnvironment } from '../contract/environment.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { indexBatch } from './indexer/index-events.ts';
import { keyOwners } from './indexer/key-owners.ts';
import { readLogBatch } from './indexer/log-batch.ts';
import { log } from './observability/log.ts';
import { counting } from './observability/metrics.ts';

const environment = readEnvironment(indexerEnvironment);
const client = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfiguration));
const owners = keyOwners(client, environment.TABLE_NAME);

/** The summary's members that are metrics. */
const metrics = ['IndexedLines', 'IndexedRows', 'UnreadableLines'] as const;

/** @throws Error where rows are not written: CloudWatch Logs then delivers the lines again */
export async function handler(delivered: unknown) {
  const batch = readLogBatch(delivered);
  if (batch === undefined) return undefined;
  if (batch.owner !== environment.ACCOUNT_ID) throw new Error('the lines are of another account');
  const summary = await indexBatch(batch, { client, owners, environment });
  log('INFO', { message: 'indexed', ...summary, ...counting(metrics) });
  return summary;
}
