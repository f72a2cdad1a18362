import { expect, test } from '@jest/globals';
import { decisionLog } from '../../../local/aws/decision-log.ts';

const record = (requestId: string, action = 'kms:Decrypt') => ({
  time: new Date(),
  requestId,
  action,
  resource: '*',
  callerArn: 'arn:aws:iam::111122223333:user/a',
  decision: { allowed: true, kind: 'allowed' as const, reasons: [] },
});

test('a request has its decisions in their order', () => {
  const log = decisionLog();
  log.add(record('a', 'kms:ReEncryptFrom'));
  log.add(record('b'));
  log.add(record('a', 'kms:ReEncryptTo'));
  expect(log.of('a').map(({ action }) => action)).toEqual(['kms:ReEncryptFrom', 'kms:ReEncryptTo']);
  expect(log.of('c')).toEqual([]);
});

test('the log is bounded: the oldest request is forgotten first', () => {
  const log = decisionLog(3);
  for (const id of ['a', 'a', 'b', 'c']) log.add(record(id));
  expect([log.of('a').length, log.of('b').length, log.of('c').length]).toEqual([0, 1, 1]);
  for (const id of ['d', 'e', 'f', 'g']) log.add(record(id));
  expect(log.of('c')).toEqual([]);
  expect(log.of('g')).toHaveLength(1);
});
