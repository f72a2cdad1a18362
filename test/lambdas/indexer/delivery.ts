/** Lines as CloudWatch Logs delivers them to a function. */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type LogBatch, readLogBatch } from '../../../lambdas/indexer/log-batch.ts';

export function delivery(logGroup: string, lines: readonly string[], change: object = {}) {
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup,
    logStream: 'stream',
    subscriptionFilters: ['filter'],
    // The same line has the same id in every delivery.
    logEvents: lines.map((line) => ({
      id: hash('sha256', line).slice(0, 56),
      timestamp: 1_795_539_807_853,
      message: line,
    })),
    ...change,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(message)).toString('base64') } };
}

/** @throws Error where it is a control message, or no delivery */
export function batchOf(delivered: unknown): LogBatch {
  const batch = readLogBatch(delivered);
  if (batch === undefined) throw new Error('a control message has no lines');
  return batch;
}
