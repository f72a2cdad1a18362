/**
 * Invariant: a ciphertext decrypts only whole, unchanged, with the key material that encrypted it and with
 * exactly the encryption context that it was encrypted with. AES-256-GCM; everything before the encrypted
 * bytes, and the context in a form in which no two contexts are the same bytes, is additional data.
 *
 *   version 1, or 2 for a multi-Region key | key id 16 | key material id 32 | IV 12 | encrypted bytes | tag 16
 *
 * The IV is random: one key material may encrypt 2^32 times before two IVs are likely to be the same (NIST SP
 * 800-38D, 8.3), which no laptop does. KMS on AWS derives a key for each message instead.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { invalidCiphertext } from './errors.ts';
import { isMultiRegion } from './key-type.ts';
import { currentMaterial } from './material.ts';
import type { KeyMaterial, StoredKey } from './stored-key.ts';

export type EncryptionContext = ReadonlyMap<string, string>;

/** A ciphertext in its parts; nothing of it has been authenticated yet. */
export interface Ciphertext {
  readonly keyId: string;
  readonly materialId: string;
  readonly header: Buffer;
  readonly iv: Buffer;
  readonly encrypted: Buffer;
  readonly tag: Buffer;
}

const algorithm = 'aes-256-gcm';
const singleRegion = 1;
const multiRegion = 2;
const keyIdEnd = 1 + 16;
const materialIdEnd = keyIdEnd + 32;
const headerLength = materialIdEnd + 12;
// Without it Node accepts a tag cut to four bytes.
const authTagLength = 16;

/** @returns the plaintext, encrypted with the key's current material */
export function encryptUnder(
  key: StoredKey,
  plaintext: Buffer,
  context: EncryptionContext,
): Buffer {
  const material = currentMaterial(key);
  const iv = randomBytes(12);
  const header = Buffer.concat([
    Buffer.from([isMultiRegion(key) ? multiRegion : singleRegion]),
    Buffer.from(key.keyId.replace(/^mrk|-/g, ''), 'hex'),
    Buffer.from(material.id, 'hex'),
    iv,
  ]);
  const cipher = createCipheriv(algorithm, keyOf(material), iv, { authTagLength });
  cipher.setAAD(additionalData(header, context));
  return Buffer.concat([header, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @throws AwsError InvalidCiphertextException where these cannot be the bytes of a ciphertext */
export function parseCiphertext(blob: Buffer): Ciphertext {
  // One byte of plaintext is the least that KMS encrypts.
  const [version] = blob;
  const isKnown = version === singleRegion || version === multiRegion;
  if (!isKnown || blob.length < headerLength + 1 + authTagLength) {
    throw invalidCiphertext();
  }
  const hex = blob.toString('hex', 1, keyIdEnd);
  return {
    keyId:
      version === multiRegion
        ? `mrk-${hex}`
        : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    materialId: blob.toString('hex', keyIdEnd, materialIdEnd),
    header: blob.subarray(0, headerLength),
    iv: blob.subarray(materialIdEnd, headerLength),
    encrypted: blob.subarray(headerLength, -authTagLength),
    tag: blob.subarray(-authTagLength),
  };
}

/**
 * @param key the key that the ciphertext names
 * @throws AwsError InvalidCiphertextException, the same for every reason
 */
export function decryptUnder(
  key: StoredKey,
  ciphertext: Ciphertext,
  context: EncryptionContext,
): Buffer {
  const material = key.materials.find(({ id }) => id === ciphertext.materialId);
  if (material === undefined) throw invalidCiphertext();
  const decipher = createDecipheriv(algorithm, keyOf(material), ciphertext.iv, { authTagLength });
  decipher.setAAD(additionalData(ciphertext.header, context));
  decipher.setAuthTag(ciphertext.tag);
  try {
    return Buffer.concat([decipher.update(ciphertext.encrypted), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

const keyOf = (material: KeyMaterial): Buffer => Buffer.from(material.bytes, 'base64');

/** The header's length is fixed, so the bytes of the context always begin at the same place. */
export function additionalData(header: Buffer, context: EncryptionContext): Buffer {
  const entries = [...context].sort(([a], [b]) => (a < b ? -1 : 1));
  const fields = entries.flat().flatMap((field) => lengthPrefixed(field));
  return Buffer.concat([header, uint32(entries.length), ...fields]);
}

/** UTF-16, since in UTF-8 all unpaired surrogates become the same three bytes. */
function lengthPrefixed(field: string): Buffer[] {
  const bytes = Buffer.from(field, 'utf16le');
  return [uint32(bytes.length), bytes];
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
