import { authorizedKey } from '../access.ts';
import { keyArn } from '../account.ts';
import { encryptUnder, parseCiphertext } from '../ciphertext.ts';
import { cryptoConditions, noteUse, requireUsable } from '../cryptography.ts';
import { dryRun } from '../errors.ts';
import { blob } from '../input.ts';
import { encryptionAlgorithm, encryptionContext, flag, grantTokens, keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = {
  KeyId: keyName,
  Plaintext: blob(1, 4096),
  EncryptionContext: encryptionContext,
  GrantTokens: grantTokens,
  EncryptionAlgorithm: encryptionAlgorithm,
  DryRun: flag,
};

export const encrypt = kmsOperation({
  name: 'Encrypt',
  members,
  cloudTrail: {
    readOnly: true,
    requestParameters: ['KeyId', 'EncryptionContext', 'EncryptionAlgorithm', 'DryRun'],
    defaults: { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    // The answer does not name the material, its ciphertext does.
    additionalEventData: ({ CiphertextBlob }) => ({
      keyMaterialId: parseCiphertext(Buffer.from(String(CiphertextBlob), 'base64')).materialId,
    }),
  },
  requestsPerSecond: null,
  crossAccount: true,
  run(account, call, input) {
    const conditions = cryptoConditions(input.EncryptionContext, input.EncryptionAlgorithm);
    const names = 'ids and aliases';
    const key = authorizedKey(account, call, 'kms:Encrypt', input.KeyId, names, conditions);
    requireUsable(account, key, 'ENCRYPT_DECRYPT', 'Encrypt', input.EncryptionAlgorithm);
    if (input.DryRun) throw dryRun();
    const ciphertext = encryptUnder(key, input.Plaintext, input.EncryptionContext);
    noteUse(account, call, key, 'Encrypt');
    return {
      CiphertextBlob: ciphertext.toString('base64'),
      KeyId: keyArn(account, key.keyId),
      EncryptionAlgorithm: input.EncryptionAlgorithm,
    };
  },
});
