/** Lines as CloudWatch Logs delivers them to a function. */
import { gzipSync } from 'node:zlib';

export function delivery(logGroup: string, lines: readonly string[], change: object = {}) {
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup,
    logStream: 'stream',
    subscriptionFilters: ['filter'],
    logEvents: lines.map((line, index) => ({
      id: String(index).padStart(56, '0'),
      timestamp: 1_795_539_807_853,
      message: line,
    })),
    ...change,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(message)).toString('base64') } };
}
