import { describe, expect, test } from '@jest/globals';
import { declareKey } from '../../../local/kms/declared-key.ts';
import { accountId, base64, day, errorOf, testKms } from './fixture.ts';

const keyId = '11111111-2222-3333-4444-555555555555';
const declared = {
  keyId,
  policy: JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' },
  }),
  description: 'the product’s own key',
  tags: [{ key: 'a', value: 'b' }],
  rotationPeriodInDays: 90,
  aliases: ['alias/own'],
};

describe('a declared key', () => {
  test('is there without a call, usable, rotating and under its alias', async () => {
    const kms = testKms();
    declareKey(kms.account, declared);
    const { CiphertextBlob } = await kms.run('Encrypt', {
      KeyId: 'alias/own',
      Plaintext: base64('x'),
    });
    kms.pass(90 * day);
    expect((await kms.run('Decrypt', { CiphertextBlob })).KeyId).toBe(kms.arn(keyId));
    expect(kms.account.store.keys.get(keyId)?.materials).toHaveLength(2);
    expect((await kms.run('GetKeyPolicy', { KeyId: keyId })).Policy).toBe(declared.policy);
  });

  test('declared again keeps its material, its schedule and its state, and takes the rest', async () => {
    const kms = testKms();
    declareKey(kms.account, declared);
    await kms.run('DisableKey', { KeyId: keyId });
    const before = kms.account.store.keys.get(keyId);
    kms.pass(day);
    declareKey(kms.account, { ...declared, description: 'new', tags: [] });
    expect(kms.account.store.keys.get(keyId)).toEqual({ ...before, description: 'new', tags: [] });
    declareKey(kms.account, { ...declared, rotationPeriodInDays: undefined });
    expect(kms.account.store.keys.get(keyId)).not.toHaveProperty('rotation');
  });

  test('with a bad policy, or the alias of another key, makes nothing', async () => {
    const kms = testKms();
    const bad = async (change: object) =>
      errorOf(async () => declareKey(kms.account, { ...declared, ...change }));
    expect(await bad({ policy: '{}' })).toMatch(/^MalformedPolicyDocumentException: /);
    await kms.run('CreateAlias', { AliasName: 'alias/own', TargetKeyId: await kms.key() });
    expect(await bad({})).toMatch(/^AlreadyExistsException: /);
    expect(kms.account.store.keys.has(keyId)).toBe(false);
  });
});
