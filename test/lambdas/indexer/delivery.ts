/** Lines as CloudWatch Logs delivers them to a function. */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

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
