import { describe, expect, test } from '@jest/globals';
import { declareKey } from '../../../local/kms/declared-key.ts';
import { accountId } from '../../harness/account.ts';
import { base64, dayMs, errorOf, testKms } from './harness.ts';

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
    kms.pass(90 * dayMs);
    expect((await kms.run('Decrypt', { CiphertextBlob })).KeyId).toBe(kms.arn(keyId));
    expect(kms.account.store.keys.get(keyId)?.materials).toHaveLength(2);
    expect((await kms.run('GetKeyPolicy', { KeyId: keyId })).Policy).toBe(declared.policy);
  });

  test('declared again keeps its material, its schedule and its state, and takes the rest', async () => {
    const kms = testKms();
    declareKey(kms.account, declared);
    await kms.run('DisableKey', { KeyId: keyId });
    const before = kms.account.store.keys.get(keyId);
    kms.pass(dayMs);
    declareKey(kms.account, { ...declared, description: 'new', tags: [] });
    expect(kms.account.store.keys.get(keyId)).toEqual({ ...before, description: 'new', tags: [] });
    declareKey(kms.account, { ...declared, rotationPeriodInDays: undefined });
    expect(kms.account.store.keys.get(keyId)).not.toHaveProperty('rotation');
  });

  test('for signing signs, and does not become another', async () => {
    const kms = testKms();
    const { rotationPeriodInDays: _, ...fixed } = declared;
    const signing = {
      ...fixed,
      rotationPeriodInDays: undefined,
      keySpec: 'ECC_NIST_P256',
    } as const;
    declareKey(kms.account, signing);
    const before = kms.account.store.keys.get(keyId);
    declareKey(kms.account, signing);
    expect(kms.account.store.keys.get(keyId)).toEqual(before);
    const input = { KeyId: keyId, Message: base64('x'), SigningAlgorithm: 'ECDSA_SHA_256' };
    expect((await kms.run('Sign', input)).Signature).toBeTruthy();
    expect(() => declareKey(kms.account, declared)).toThrow(/cannot change its spec/);
  });

  test('that was deleted stays deleted, with its alias', async () => {
    const kms = testKms();
    declareKey(kms.account, declared);
    await kms.run('ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
    declareKey(kms.account, declared);
    expect(kms.account.store.keys.get(keyId)?.deletion).toBeDefined();
    kms.pass(7 * dayMs);
    declareKey(kms.account, declared);
    expect([...kms.account.store.keys, ...kms.account.store.aliases]).toEqual([]);
  });

  test('leaves an alias that was moved since where it is, and makes one that is gone', async () => {
    const kms = testKms();
    declareKey(kms.account, declared);
    const TargetKeyId = await kms.key();
    await kms.run('UpdateAlias', { AliasName: 'alias/own', TargetKeyId });
    declareKey(kms.account, declared);
    expect(kms.account.store.aliases.get('alias/own')?.keyId).toBe(TargetKeyId);
    await kms.run('DeleteAlias', { AliasName: 'alias/own' });
    declareKey(kms.account, declared);
    expect(kms.account.store.aliases.get('alias/own')?.keyId).toBe(keyId);
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
