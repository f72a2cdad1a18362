/**
 * Compares, by schedule, how much each tenant decrypts in an hour with what is usual for it. Invariant: the function
 * reaches no key; it lists the registry, reads the audit events and writes baselines only.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { decryptAnomaliesEnvironment, readEnvironment } from '../contract/environment.ts';
import { clientConfiguration } from './aws/client-config.ts';
import {
  type DetectSummary,
  detectDecryptAnomalies,
  metricsOf,
} from './decrypt-anomalies/detect.ts';
import { log } from './observability/log.ts';

const environment = readEnvironment(decryptAnomaliesEnvironment);
const client = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfiguration));

export async function handler(_event: unknown, context: Context): Promise<DetectSummary> {
  const summary = await detectDecryptAnomalies({
    client,
    tableName: environment.TABLE_NAME,
    auditTableName: environment.AUDIT_TABLE_NAME,
    end: Date.now() + context.getRemainingTimeInMillis(),
  });
  log('INFO', { message: 'volumes judged', ...summary, ...metricsOf(summary) });
  return summary;
}
