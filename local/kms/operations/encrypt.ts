import type { Operation } from '../../aws/operation.ts';
import { authorizedKey } from '../access.ts';
import { type KmsAccount, keyArn } from '../account.ts';
import { seal } from '../ciphertext.ts';
import { cryptoConditions, noteUse, requireUsable } from '../cryptography.ts';
import { dryRun } from '../errors.ts';
import { blob, readInput } from '../input.ts';
import { encryptionAlgorithm, encryptionContext, flag, grantTokens, keyName } from '../members.ts';

const shape = {
  KeyId: keyName,
  Plaintext: blob(1, 4096),
  EncryptionContext: encryptionContext,
  GrantTokens: grantTokens,
  EncryptionAlgorithm: encryptionAlgorithm,
  DryRun: flag,
};

export const encrypt =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const input = readInput(shape, body);
    const conditions = cryptoConditions(input.EncryptionContext, input.EncryptionAlgorithm);
    const names = 'ids and aliases';
    const key = authorizedKey(account, call, 'kms:Encrypt', input.KeyId, names, conditions);
    requireUsable(account, key, 'ENCRYPT_DECRYPT', 'Encrypt', input.EncryptionAlgorithm);
    if (input.DryRun) throw dryRun();
    const sealed = seal(key, input.Plaintext, input.EncryptionContext);
    noteUse(account, call, key, 'Encrypt');
    return {
      CiphertextBlob: sealed.toString('base64'),
      KeyId: keyArn(account, key.keyId),
      EncryptionAlgorithm: input.EncryptionAlgorithm,
    };
  };
