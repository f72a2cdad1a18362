import { describe, expect, test } from '@jest/globals';
import { keyName } from '../../../local/kms/members.ts';
import { kmsOperation } from '../../../local/kms/operation.ts';
import { errorOf, operator, testKms } from './harness.ts';

const members = { KeyId: keyName };
const cloudTrail = { readOnly: true, requestParameters: ['KeyId'] } as const;
const complete = { name: 'Show', members, cloudTrail, requestsPerSecond: 5, run: () => ({}) };

/** The compiler judges these: a `@ts-expect-error` without an error fails `npm test`. */
describe('the descriptor of an operation does not type-check', () => {
  test('without what CloudTrail records of it', () => {
    const { cloudTrail: _, ...descriptor } = complete;
    // @ts-expect-error: `cloudTrail` is missing
    expect(kmsOperation(descriptor).cloudTrail).toBeUndefined();
  });

  test('without its request quota, none being null', () => {
    const { requestsPerSecond: _, ...descriptor } = complete;
    // @ts-expect-error: `requestsPerSecond` is missing
    expect(kmsOperation(descriptor).requestsPerSecond).toBeUndefined();
    expect(kmsOperation({ ...descriptor, requestsPerSecond: null }).requestsPerSecond).toBeNull();
  });

  test('with a CloudTrail field that is no member of its input', () => {
    const fields = { readOnly: true, requestParameters: ['Plaintext'] } as const;
    // @ts-expect-error: `Plaintext` is not a member
    const wrong = kmsOperation({ ...complete, cloudTrail: fields });
    expect(wrong.cloudTrail).toBe(fields);
  });

  test('reading what it did not declare', async () => {
    const operation = kmsOperation({
      ...complete,
      run: (_account, _call, input) => {
        // @ts-expect-error: `Plaintext` is not a member
        return { key: input.KeyId satisfies string, plaintext: input.Plaintext };
      },
    });
    const { account } = testKms();
    const run = operation.forAccounts(new Map([[account.accountId, account]]));
    const call = { caller: operator } as never;
    expect(await run({ KeyId: 'k', Plaintext: 'x' }, call)).toEqual({ key: 'k' });
    expect(await errorOf(async () => run({}, call))).toMatch(/^ValidationException: 1 /);
  });
});
