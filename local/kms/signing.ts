/** What Sign and Verify share: the members, the policies' decision, the key and what is signed. */
import type { Call } from '../aws/operation.ts';
import { authorizedKey } from './access.ts';
import type { KmsAccount } from './account.ts';
import { requireUsable } from './cryptography.ts';
import { blob, defaulted, oneOf, type Values } from './input.ts';
import { type KeyPair, keyPairOf } from './key-pair.ts';
import { currentMaterial } from './material.ts';
import { flag, grantTokens, keyName } from './members.ts';
import type { StoredKey } from './stored-key.ts';

export const signingMembers = {
  KeyId: keyName,
  Message: blob(1, 4096),
  MessageType: defaulted(oneOf(['RAW', 'DIGEST', 'EXTERNAL_MU']), 'RAW'),
  GrantTokens: grantTokens,
  SigningAlgorithm: oneOf([
    'RSASSA_PSS_SHA_256',
    'RSASSA_PSS_SHA_384',
    'RSASSA_PSS_SHA_512',
    'RSASSA_PKCS1_V1_5_SHA_256',
    'RSASSA_PKCS1_V1_5_SHA_384',
    'RSASSA_PKCS1_V1_5_SHA_512',
    'ECDSA_SHA_256',
    'ECDSA_SHA_384',
    'ECDSA_SHA_512',
    'SM2DSA',
    'ML_DSA_SHAKE_256',
    'ED25519_SHA_512',
    'ED25519_PH_SHA_512',
  ]),
  DryRun: flag,
};

export interface Signing {
  readonly key: StoredKey;
  readonly privateKey: Buffer;
  readonly pair: KeyPair;
  /** what is signed, a digest or a message */
  readonly prepared: Buffer;
}

/**
 * @param operation also the name of the permission
 * @throws AwsError NotFoundException, AccessDeniedException, DisabledException, KMSInvalidStateException,
 * InvalidKeyUsageException, ValidationException
 */
export function authorizedSigning(
  account: KmsAccount,
  call: Call,
  operation: 'Sign' | 'Verify',
  input: Values<typeof signingMembers>,
): Signing {
  const { SigningAlgorithm, MessageType } = input;
  const names = 'ids and aliases';
  const key = authorizedKey(account, call, `kms:${operation}`, input.KeyId, names, {
    'kms:SigningAlgorithm': SigningAlgorithm,
    'kms:MessageType': MessageType,
  });
  requireUsable(account, key, 'SIGN_VERIFY', operation, SigningAlgorithm);
  const privateKey = Buffer.from(currentMaterial(key).bytes, 'base64');
  const pair = keyPairOf(key);
  return { key, privateKey, pair, prepared: pair.prepared(input) };
}
