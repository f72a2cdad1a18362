/** The key pairs that sign: how each spec's private key is made, and what it signs. */
import { createHash } from 'node:crypto';
import * as ecdsa from './ecdsa.ts';
import { unsupported, validation } from './errors.ts';
import { type KeySpec, keySpecOf } from './key-type.ts';
import * as mlDsa from './ml-dsa.ts';
import * as rsa from './rsa.ts';
import type { StoredKey } from './stored-key.ts';

type SigningSpec = Exclude<KeySpec, 'SYMMETRIC_DEFAULT'>;

interface ToSign {
  readonly Message: Buffer;
  readonly MessageType: string;
  readonly SigningAlgorithm: string;
}

export interface KeyPair {
  newPrivateKey(): Buffer;
  /** SubjectPublicKeyInfo, DER */
  publicKeyOf(privateKey: Buffer): Buffer;
  /** @returns what is signed, a digest or a message; @throws AwsError ValidationException */
  prepared(input: ToSign): Buffer;
  sign(privateKey: Buffer, prepared: Buffer): Buffer;
  isSignatureOf(privateKey: Buffer, prepared: Buffer, signature: Buffer): boolean;
}

export const keyPairs: Readonly<Record<SigningSpec, KeyPair>> = {
  ECC_NIST_P256: {
    newPrivateKey: ecdsa.newPrivateKey,
    publicKeyOf: ecdsa.publicKeyOf,
    prepared: sha256Digest,
    sign: ecdsa.signDigest,
    isSignatureOf: ecdsa.isSignatureOf,
  },
  RSA_2048: {
    newPrivateKey: rsa.newPrivateKey,
    publicKeyOf: rsa.publicKeyOf,
    prepared: sha256Digest,
    sign: rsa.signDigest,
    isSignatureOf: rsa.isSignatureOf,
  },
  ML_DSA_65: {
    newPrivateKey: mlDsa.newSeed,
    publicKeyOf: mlDsa.publicKeyOf,
    prepared(input) {
      const { Message, MessageType } = input;
      if (MessageType === 'RAW') return Message;
      if (MessageType === 'DIGEST') throw invalidType(input);
      // KMS signs the 64 bytes of FIPS 204, section 6.2, as they are; OpenSSL takes messages only.
      throw unsupported('EXTERNAL_MU is not supported here: send the message itself');
    },
    sign: mlDsa.signMessage,
    isSignatureOf: mlDsa.isSignatureOf,
  },
};

function sha256Digest(input: ToSign): Buffer {
  const { Message, MessageType, SigningAlgorithm } = input;
  if (MessageType === 'RAW') return createHash('sha256').update(Message).digest();
  if (MessageType === 'EXTERNAL_MU') throw invalidType(input);
  if (Message.length === 32) return Message;
  throw validation(`Digest is invalid length for algorithm ${SigningAlgorithm}.`);
}

/** @param key of a spec that signs */
export const keyPairOf = (key: StoredKey): KeyPair => keyPairs[keySpecOf(key) as SigningSpec];

const invalidType = ({ MessageType, SigningAlgorithm }: ToSign) =>
  validation(`Message type ${MessageType} is invalid for algorithm ${SigningAlgorithm}.`);
