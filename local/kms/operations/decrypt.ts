import { keyArn } from '../account.ts';
import { decryptUnder } from '../ciphertext.ts';
import { cryptoConditions, noteUse, requireUsable } from '../cryptography.ts';
import { dryRun } from '../errors.ts';
import { blob, optional } from '../input.ts';
import {
  absent,
  encryptionAlgorithm,
  encryptionContext,
  flag,
  grantTokens,
  keyName,
} from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { findSource } from '../source-key.ts';

const members = {
  CiphertextBlob: blob(1, 6144),
  EncryptionContext: encryptionContext,
  GrantTokens: grantTokens,
  KeyId: optional(keyName),
  EncryptionAlgorithm: encryptionAlgorithm,
  Recipient: absent('Nitro enclaves are not supported here: leave Recipient out'),
  DryRun: flag,
  DryRunModifiers: absent('DryRunModifiers is not supported here'),
};

export const decrypt = kmsOperation({
  name: 'Decrypt',
  members,
  cloudTrail: {
    readOnly: true,
    requestParameters: ['KeyId', 'EncryptionContext', 'EncryptionAlgorithm', 'DryRun'],
    defaults: { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    additionalEventData: ({ KeyMaterialId }) => ({ keyMaterialId: KeyMaterialId }),
  },
  requestsPerSecond: null,
  crossAccount: true,
  run(own, call, input, accounts) {
    const conditions = cryptoConditions(input.EncryptionContext, input.EncryptionAlgorithm);
    const source = findSource(accounts, own, call, 'kms:Decrypt', input, conditions);
    const { account, key } = source.found;
    source.authorize(conditions);
    const ciphertext = source.ciphertext();
    requireUsable(account, key, 'ENCRYPT_DECRYPT', 'Decrypt', input.EncryptionAlgorithm);
    const plaintext = decryptUnder(key, ciphertext, input.EncryptionContext);
    if (input.DryRun) throw dryRun();
    noteUse(account, call, key, 'Decrypt');
    return {
      KeyId: keyArn(account, key.keyId),
      Plaintext: plaintext.toString('base64'),
      EncryptionAlgorithm: input.EncryptionAlgorithm,
      KeyMaterialId: ciphertext.materialId,
    };
  },
});
