/** A data key: random bytes, encrypted under a KMS key like any other plaintext. */
import { randomBytes } from 'node:crypto';
import type { CloudTrailFields } from '../aws/cloudtrail-fields.ts';
import type { Call } from '../aws/operation.ts';
import { authorizedKey } from './access.ts';
import { type KmsAccount, keyArn } from './account.ts';
import { encryptUnder } from './ciphertext.ts';
import { cryptoConditions, noteUse, requireUsable } from './cryptography.ts';
import { dryRun, validation } from './errors.ts';
import { integer, oneOf, optional, type Values } from './input.ts';
import { currentMaterial } from './material.ts';
import { absent, encryptionContext, flag, grantTokens, keyName } from './members.ts';

export const dataKeyMembers = {
  KeyId: keyName,
  EncryptionContext: encryptionContext,
  NumberOfBytes: optional(integer(1, 1024)),
  KeySpec: optional(oneOf(['AES_256', 'AES_128'])),
  GrantTokens: grantTokens,
  Recipient: absent('Nitro enclaves are not supported here: leave Recipient out'),
  DryRun: flag,
};

export const dataKeyCloudTrail: CloudTrailFields<keyof typeof dataKeyMembers> = {
  readOnly: true,
  requestParameters: ['KeyId', 'KeySpec', 'NumberOfBytes', 'EncryptionContext', 'DryRun'],
  additionalEventData: ({ KeyMaterialId }) => ({ keyMaterialId: KeyMaterialId }),
};

export interface DataKey {
  readonly plaintext: Buffer;
  /** the operation's answer, without the plaintext */
  readonly answer: object;
}

/** @param operation also the name of the permission; @throws AwsError those of the operation */
export function newDataKey(
  account: KmsAccount,
  call: Call,
  operation: 'GenerateDataKey' | 'GenerateDataKeyWithoutPlaintext',
  input: Values<typeof dataKeyMembers>,
): DataKey {
  const sizeBytes = dataKeyBytes(input.NumberOfBytes, input.KeySpec);
  const conditions = cryptoConditions(input.EncryptionContext, 'SYMMETRIC_DEFAULT');
  const names = 'ids and aliases';
  const key = authorizedKey(account, call, `kms:${operation}`, input.KeyId, names, conditions);
  requireUsable(account, key, 'ENCRYPT_DECRYPT', operation, 'SYMMETRIC_DEFAULT');
  if (input.DryRun) throw dryRun();
  const plaintext = randomBytes(sizeBytes);
  const ciphertext = encryptUnder(key, plaintext, input.EncryptionContext);
  noteUse(account, call, key, operation);
  const answer = {
    CiphertextBlob: ciphertext.toString('base64'),
    KeyId: keyArn(account, key.keyId),
    KeyMaterialId: currentMaterial(key).id,
  };
  return { plaintext, answer };
}

function dataKeyBytes(numberOfBytes: number | undefined, keySpec: string | undefined): number {
  if ((numberOfBytes === undefined) === (keySpec === undefined)) {
    throw validation('Please specify either number of bytes or key spec.');
  }
  return numberOfBytes ?? (keySpec === 'AES_256' ? 32 : 16);
}
