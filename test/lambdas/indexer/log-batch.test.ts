import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { readLogBatch } from '../../../lambdas/indexer/log-batch.ts';
import { delivery } from './delivery.ts';

test('a delivery is its lines, its log group and whose it is', () => {
  expect(readLogBatch(delivery('group', ['a', 'b']))).toEqual({
    owner: '111122223333',
    logGroup: 'group',
    lines: ['a', 'b'].map((message) => ({ id: expect.stringMatching(/^[0-9a-f]{56}$/), message })),
  });
});

test('a control message, by which CloudWatch Logs checks that it gets through, is no batch', () => {
  const message = {
    messageType: 'CONTROL_MESSAGE',
    owner: 'CloudwatchLogs',
    logGroup: '',
    logStream: '',
    subscriptionFilters: [],
    logEvents: [
      { id: '', timestamp: 1_795_539_807_853, message: 'CWL CONTROL MESSAGE: Checking health' },
    ],
  };
  expect(readLogBatch(delivery('', [], message))).toBeUndefined();
});

describe('what is no delivery is refused', () => {
  const zipped = (text: string) => ({
    awslogs: { data: gzipSync(text).toString('base64') },
  });
  test.each([
    ['nothing', undefined],
    ['another event', { Records: [] }],
    ['no data', { awslogs: {} }],
    ['data that is no gzip', { awslogs: { data: 'aGVsbG8=' } }],
    ['data that is no JSON', zipped('hello')],
    ['a message of another type', delivery('group', [], { messageType: 'OTHER_MESSAGE' })],
    ['more than 16 MB', zipped(' '.repeat(17 * 1024 * 1024))],
  ])('%s', (_, event) => {
    expect(() => readLogBatch(event)).toThrow();
  });
});
