/**
 * From log lines to the rows of the audit table, by tenant. Invariant: what an event is, the log group says that
 * it comes from, never its content; a row is only ever for the tenant of the key, or of the authenticated
 * request; and the same lines, delivered again, make the same rows.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { indexerEnvironment, readEnvironment } from '../contract/environment.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { indexed } from './indexer/index-events.ts';
import { keyOwners } from './indexer/key-owners.ts';
import { readLogBatch } from './indexer/log-batch.ts';
import { log } from './observability/log.ts';
import { counting } from './observability/metrics.ts';

const environment = readEnvironment(indexerEnvironment);
const table = new DynamoDBClient(clientConfiguration);
const owners = keyOwners(table, environment.TABLE_NAME);

/** Members of the summary that are metrics. */
const counts = ['IndexedLines', 'IndexedRows', 'UnreadableLines'] as const;

/** @throws Error where rows are not written: CloudWatch's delivery is then tried again */
export async function handler(delivered: unknown) {
  const batch = readLogBatch(delivered);
  if (batch.owner !== environment.ACCOUNT_ID) throw new Error('the lines are of another account');
  const summary = await indexed(batch, { table, owners, environment });
  if (batch.lines.length > 0) log('INFO', { message: 'indexed', ...summary, ...counting(counts) });
  return summary;
}
