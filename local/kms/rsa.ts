/** RSA of 2,048 bits, which signs by RSASSA-PKCS1-v1_5 (RFC 8017, 8.2). A private key is kept as PKCS #8, DER. */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
} from 'node:crypto';

const modulusLength = 2048;
const padding = constants.RSA_PKCS1_PADDING;

/** DigestInfo of SHA-256 without its digest (RFC 8017, 9.2, note 1): OpenSSL pads what it is given, KMS digests it. */
const beforeDigest = Buffer.from('3031300d060960864801650304020105000420', 'hex');

export const newPrivateKey = (): Buffer =>
  generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ format: 'der', type: 'pkcs8' });

/** @returns the public key as SubjectPublicKeyInfo, DER */
export const publicKeyOf = (privateKey: Buffer): Buffer =>
  createPublicKey(keyOf(privateKey)).export({ format: 'der', type: 'spki' });

/** @param digest of 32 bytes, by SHA-256 */
export const signDigest = (privateKey: Buffer, digest: Buffer): Buffer =>
  privateEncrypt({ key: keyOf(privateKey), padding }, Buffer.concat([beforeDigest, digest]));

export function isSignatureOf(privateKey: Buffer, digest: Buffer, signature: Buffer): boolean {
  const key = createPublicKey(keyOf(privateKey));
  try {
    return publicDecrypt({ key, padding }, signature).equals(Buffer.concat([beforeDigest, digest]));
  } catch {
    return false;
  }
}

const keyOf = (privateKey: Buffer): KeyObject =>
  createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' });
