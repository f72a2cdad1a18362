import { describe, expect, jest, test } from '@jest/globals';
import type { Call, Service } from '../../../local/aws/operation.ts';
import { AwsError } from '../../../local/aws/wire/aws-error.ts';
import { withQuotas } from '../../../local/kms/quotas.ts';
import { errorOf, operator, testKms } from './harness.ts';

/** A service of which every call succeeds, and a time that the test passes. */
function limited() {
  const time = { now: 0 };
  const names = Object.keys(testKms().service.operations);
  const operations = Object.fromEntries(names.map((name) => [name, () => ({})]));
  const service: Service = withQuotas({ name: 'kms', operations }, () => time.now);
  /** @returns how many of the calls were let through */
  const calls = (operation: string, count: number, accountId = 'a') => {
    let done = 0;
    for (let made = 0; made < count; made += 1) {
      try {
        service.operations[operation]?.({}, { caller: { accountId } } as never);
        done += 1;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
    }
    return done;
  };
  return { service, time, calls };
}

describe('the request quotas', () => {
  test.each([
    ['CreateKey', 5],
    ['EnableKey', 5],
    ['DisableKey', 5],
    ['CancelKeyDeletion', 5],
    ['RotateKeyOnDemand', 5],
    ['CreateAlias', 5],
    ['UpdateAlias', 5],
    ['UpdateKeyDescription', 5],
    ['GetKeyLastUsage', 5],
    ['TagResource', 10],
    ['EnableKeyRotation', 15],
    ['ScheduleKeyDeletion', 15],
    ['PutKeyPolicy', 15],
    ['ListKeyRotations', 100],
    ['DescribeKey', 2000],
  ])('%s: %d in any second', (operation, quota) => {
    const { calls, time } = limited();
    expect(calls(operation, quota + 3)).toBe(quota);
    time.now = 999;
    expect(calls(operation, 1)).toBe(0);
    time.now = 1000;
    expect(calls(operation, quota + 3)).toBe(quota);
  });

  test('a second is any second, not one of a clock', () => {
    const { calls, time } = limited();
    time.now = 900;
    expect(calls('CreateKey', 3)).toBe(3);
    time.now = 1100;
    expect(calls('CreateKey', 5)).toBe(2);
    time.now = 1900;
    expect(calls('CreateKey', 5)).toBe(3);
  });

  test('are independent of each other, and cryptography has none', () => {
    const { calls } = limited();
    expect(calls('CreateKey', 9)).toBe(5);
    expect(calls('CreateAlias', 9)).toBe(5);
    expect(calls('Encrypt', 500)).toBe(500);
    expect(calls('Sign', 500)).toBe(500);
  });

  test("are each account's own", () => {
    const { calls } = limited();
    expect(calls('CreateKey', 9)).toBe(5);
    expect(calls('CreateKey', 9, 'b')).toBe(5);
    expect(calls('CreateKey', 1)).toBe(0);
  });

  test('throttle before the policies are asked, as KMS words it', async () => {
    const kms = testKms();
    const { operations } = withQuotas(kms.service, () => 0);
    const KeyId = await kms.key();
    const call = { caller: operator, requestId: 'r', clock: kms.account.clock };
    const disable = (authorize: Call['authorize']) =>
      operations.DisableKey?.({ KeyId }, { ...call, authorize });
    const allowed = { allowed: true, kind: 'allowed', reasons: [] } as const;
    for (let made = 0; made < 5; made += 1) await disable(() => allowed);
    const asked = jest.fn(() => allowed);
    expect(await errorOf(async () => disable(asked))).toBe(
      'ThrottlingException: You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    );
    expect(asked).not.toHaveBeenCalled();
  });
});
