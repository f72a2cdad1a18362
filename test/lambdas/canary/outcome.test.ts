import { describe, expect, test } from '@jest/globals';
import {
  type Expected,
  NotTried,
  outcomeOf,
  type ProbeOutcome,
} from '../../../lambdas/canary/outcome.ts';

const named = (name: string) => Object.assign(new Error(name), { name });
const denied = named('AccessDeniedException');

const outcomes: readonly [string, unknown, Record<Expected, ProbeOutcome>][] = [
  ['it went through', undefined, { refused: 'opened', allowed: 'allowed' }],
  ['KMS and DynamoDB refuse', denied, { refused: 'denied', allowed: 'broken' }],
  ['STS refuses', named('AccessDenied'), { refused: 'denied', allowed: 'broken' }],
  [
    'a dry run would have gone through',
    named('DryRunOperationException'),
    { refused: 'opened', allowed: 'broken' },
  ],
  [
    'KMS has tried to open a ciphertext',
    named('InvalidCiphertextException'),
    { refused: 'opened', allowed: 'broken' },
  ],
  [
    'DynamoDB has looked at the condition',
    named('ConditionalCheckFailedException'),
    { refused: 'opened', allowed: 'allowed' },
  ],
  ['the key is gone', named('NotFoundException'), { refused: 'unknown', allowed: 'broken' }],
  ['the key is disabled', named('DisabledException'), { refused: 'unknown', allowed: 'broken' }],
  ['AWS throttles', named('ThrottlingException'), { refused: 'unknown', allowed: 'unknown' }],
  ['AWS does not answer', named('TimeoutError'), { refused: 'unknown', allowed: 'unknown' }],
  [
    'the session is over',
    named('ExpiredTokenException'),
    { refused: 'unknown', allowed: 'unknown' },
  ],
  [
    'a request that AWS does not understand',
    named('ValidationException'),
    { refused: 'unknown', allowed: 'broken' },
  ],
];

describe.each(outcomes)('%s', (_, error, expected) => {
  test.each(['refused', 'allowed'] as const)('of a probe that must be %s', (must) => {
    expect(outcomeOf(must, error)).toBe(expected[must]);
  });
});

test('what an attempt needs was refused: that is not a refusal of the attempt', () => {
  expect(outcomeOf('refused', new NotTried(denied))).toBe('unknown');
  expect(outcomeOf('allowed', new NotTried(denied))).toBe('unknown');
});
