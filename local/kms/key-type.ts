/** The types of key that this KMS has: what each is for, and how the API shows it. */
import type { ConditionContext } from '../iam/decision.ts';
import type { StoredKey } from './stored-key.ts';

export type KeySpec = 'SYMMETRIC_DEFAULT' | 'ECC_NIST_P256' | 'ML_DSA_65' | 'RSA_2048';
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY';

interface KeyType {
  readonly usage: KeyUsage;
  /** the member that lists its algorithms, as in KeyMetadata and in the answer of GetPublicKey */
  readonly algorithms: Readonly<Record<string, readonly string[]>>;
}

export const keyTypes: Readonly<Record<KeySpec, KeyType>> = {
  SYMMETRIC_DEFAULT: {
    usage: 'ENCRYPT_DECRYPT',
    algorithms: { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] },
  },
  ECC_NIST_P256: {
    usage: 'SIGN_VERIFY',
    algorithms: { SigningAlgorithms: ['ECDSA_SHA_256'] },
  },
  ML_DSA_65: {
    usage: 'SIGN_VERIFY',
    algorithms: { SigningAlgorithms: ['ML_DSA_SHAKE_256'] },
  },
  /** KMS's own has five more: the local one signs as RS256 does, and for nobody else. */
  RSA_2048: {
    usage: 'SIGN_VERIFY',
    algorithms: { SigningAlgorithms: ['RSASSA_PKCS1_V1_5_SHA_256'] },
  },
};

export const keySpecOf = (key: StoredKey): KeySpec => key.keySpec ?? 'SYMMETRIC_DEFAULT';

/** @returns those of its one use */
export const algorithmsOf = (key: StoredKey): readonly string[] =>
  Object.values(keyTypeOf(key).algorithms).flat();

export const keyTypeOf = (key: StoredKey): KeyType => keyTypes[keySpecOf(key)];

/** "The key ID of multi-Region keys begins with mrk-": developer guide, "Multi-Region keys". */
export const isMultiRegion = ({ keyId }: StoredKey): boolean => keyId.startsWith('mrk-');

export const keyTypeConditions = (key: StoredKey): ConditionContext => ({
  'kms:KeySpec': keySpecOf(key),
  'kms:KeyUsage': keyTypeOf(key).usage,
  'kms:KeyOrigin': 'AWS_KMS',
  'kms:MultiRegion': String(isMultiRegion(key)),
});
