/**
 * Holds how much each tenant decrypts in an hour against what it used to, by schedule. It reads who decrypted
 * how much and writes what is usual, and reaches neither a key nor a row of the registry but to list them.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { readEnvironment, volumesEnvironment } from '../contract/environment.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { judgeVolumes, metricsOf, type Summary } from './decrypt-anomalies/detect.ts';
import { log } from './observability/log.ts';

const environment = readEnvironment(volumesEnvironment);
const client = new DynamoDBClient(clientConfiguration);

export async function handler(_event: unknown, context: Context): Promise<Summary> {
  const summary = await judgeVolumes({
    client,
    tableName: environment.TABLE_NAME,
    auditTableName: environment.AUDIT_TABLE_NAME,
    end: Date.now() + context.getRemainingTimeInMillis(),
  });
  log('INFO', { message: 'volumes judged', ...summary, ...metricsOf(summary) });
  return summary;
}
