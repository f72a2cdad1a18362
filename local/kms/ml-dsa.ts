/**
 * ML-DSA-65 (FIPS 204), which OpenSSL 3.5 of Node.js 24 signs and verifies. A private key is kept as its seed of 32
 * bytes, from which the key is made (FIPS 204, algorithm 1).
 */
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

const seedBytes = 32;

/** PKCS #8 around a seed alone (RFC 9881, section 6): the algorithm's id, then the seed as [0]. */
const beforeSeed = Buffer.from('3034020100300b060960864801650304031204228020', 'hex');

export const newSeed = (): Buffer => randomBytes(seedBytes);

/** @returns the public key as SubjectPublicKeyInfo, DER (RFC 9881, section 4) */
export const publicKeyOf = (seed: Buffer): Buffer =>
  createPublicKey(keyOf(seed)).export({ format: 'der', type: 'spki' });

/** Hedged, so that each signature is another; the context of FIPS 204 is empty. */
export const signMessage = (seed: Buffer, message: Buffer): Buffer =>
  sign(null, message, keyOf(seed));

export const isSignatureOf = (seed: Buffer, message: Buffer, signature: Buffer): boolean =>
  verify(null, message, createPublicKey(keyOf(seed)), signature);

const keyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([beforeSeed, seed]), format: 'der', type: 'pkcs8' });
