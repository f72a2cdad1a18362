import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { openKeyStore } from '../../../local/kms/store.ts';
import { base64, broken, errorOf, testKms } from './harness.ts';

/** Every operation on a key, with the input that it needs beside the key. */
const onKeys: [string, object?][] = [
  ['DescribeKey'],
  ['GetKeyPolicy'],
  ['PutKeyPolicy', { Policy: '{}' }],
  ['ListKeyPolicies'],
  ['TagResource', { Tags: [{ TagKey: 'a', TagValue: 'b' }] }],
  ['UntagResource', { TagKeys: ['a'] }],
  ['UpdateKeyDescription', { Description: 'x' }],
  ['ListResourceTags'],
  ['EnableKeyRotation'],
  ['DisableKeyRotation'],
  ['GetKeyRotationStatus'],
  ['RotateKeyOnDemand'],
  ['ListKeyRotations'],
  ['Encrypt', { Plaintext: base64('x') }],
  ['GenerateDataKey', { KeySpec: 'AES_256' }],
  ['GenerateDataKeyWithoutPlaintext', { KeySpec: 'AES_256' }],
  ['EnableKey'],
  ['DisableKey'],
  ['ScheduleKeyDeletion'],
  ['CancelKeyDeletion'],
  ['GetKeyLastUsage'],
  ['GetPublicKey'],
  ['Sign', { Message: base64('x'), SigningAlgorithm: 'ECDSA_SHA_256' }],
  ['Verify', { Message: base64('x'), SigningAlgorithm: 'ECDSA_SHA_256', Signature: base64('x') }],
  [
    'CreateGrant',
    { GranteePrincipal: 'arn:aws:iam::111122223333:role/x', Operations: ['Decrypt'] },
  ],
  ['ListGrants'],
];
const others = [
  'CreateKey',
  'ListKeys',
  'CreateAlias',
  'UpdateAlias',
  'DeleteAlias',
  'ListAliases',
  'Decrypt',
  'ReEncrypt',
  'GenerateRandom',
];

test('the tables here name every operation of the service', () => {
  const named = [...onKeys.map(([operation]) => operation), ...others];
  expect(Object.keys(testKms().service.operations).sort()).toEqual(named.sort());
});

test('each file of operations/ is an operation of the service', () => {
  const inFiles = Object.keys(testKms().service.operations).map(
    (name) => `${name.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()}.ts`,
  );
  expect(readdirSync('local/kms/operations').sort()).toEqual(inFiles.sort());
});

describe.each(onKeys)('%s', (operation, input = {}) => {
  test('refuses a KeyId that is no string', async () => {
    expect(await testKms().error(operation, { ...input, KeyId: 5 })).toBe(
      'SerializationException: NUMBER_VALUE can not be converted to a String',
    );
  });

  test('needs a KeyId of at most 2048 characters', async () => {
    const kms = testKms();
    expect(await kms.error(operation, input)).toBe(broken("null at 'keyId'", 'not be null'));
    const long = 'k'.repeat(2049);
    expect(await kms.error(operation, { ...input, KeyId: long })).toBe(
      broken(`'${long}' at 'keyId'`, 'have length less than or equal to 2048'),
    );
  });

  test('refused by the policies, does and reveals nothing', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    // In a state that would stop most of them: only a caller who may ask learns the state.
    await kms.run('ScheduleKeyDeletion', { KeyId });
    const before = kms.account.store.keys.get(KeyId);
    kms.refuses = () => true;
    kms.checks.length = 0;
    expect(await kms.error(operation, { ...input, KeyId })).toBe(
      `AccessDeniedException: no kms:${operation}`,
    );
    expect(kms.checks).toMatchObject([{ action: `kms:${operation}`, resource: kms.arn(KeyId) }]);
    expect(kms.checks[0]?.resourcePolicy).toBeDefined();
    expect(kms.account.store.keys.get(KeyId)).toBe(before);
  });
});

describe.each(['CreateKey', 'ListKeys', 'ListAliases', 'GenerateRandom'])('%s', (operation) => {
  test('refused by IAM, does and reveals nothing', async () => {
    const kms = testKms();
    kms.refuses = () => true;
    expect(await kms.error(operation, { NumberOfBytes: 1 })).toBe(
      `AccessDeniedException: no kms:${operation}`,
    );
    expect(kms.account.store.keys.size).toBe(0);
  });
});

describe('CreateGrant', () => {
  test('that the policies allow is a hole, and says so', async () => {
    const kms = testKms();
    const input = { GranteePrincipal: 'arn:aws:iam::111122223333:role/x', Operations: ['Decrypt'] };
    const error = await kms.error('CreateGrant', { ...input, KeyId: await kms.key() });
    expect(error).toMatch(/^UnsupportedOperationException: The policies allow this CreateGrant/);
  });
});

describe('the service', () => {
  test('does not start on a key policy that the evaluator does not understand', async () => {
    const store = openKeyStore();
    const kms = testKms(store);
    const KeyId = await kms.key();
    const key = store.keys.get(KeyId);
    if (key === undefined) throw new Error('no key');
    store.change((draft) => draft.keys.set(KeyId, { ...key, policy: '{"Version":"2012-10-17"}' }));
    expect(await errorOf(async () => testKms(store))).toMatch(
      /^MalformedPolicyDocumentException: key policy of arn:/,
    );
  });

  test('ignores a member that the operation does not have, as AWS does', async () => {
    const kms = testKms();
    expect(await kms.run('DescribeKey', { KeyId: await kms.key(), Unknown: 1 })).toBeTruthy();
  });
});
