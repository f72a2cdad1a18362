/**
 * The key of one sealing of one record. Invariants: it depends on the record, on its sealed paths and on a salt that no other
 * sealing has, so it encrypts each field once, by the field's place as nonce; and the commitment, the other half of the same
 * derivation, stands for all of these, since AES-GCM alone opens one ciphertext under two keys as easily as under one.
 * The derivation is HKDF (RFC 5869) with SHA-512.
 */
import type { AesGcm } from '../aes-gcm.ts';
import { areEqual, concatenated, uint32 } from '../binary.ts';
import { RecordError } from '../errors.ts';
import { importForShort } from '../node-aes-gcm.ts';
import type { CryptoKey } from '../platform-crypto.ts';
import { commitmentBytes, keyScopes, type RecordHeader } from './record-header.ts';

/** Which record it is. Two that differ in any of these open nothing of each other. */
export interface RecordBinding {
  readonly tenantId: string;
  readonly type: string;
  readonly id: string;
  /** counted by the caller; then an earlier version of the whole record is found too */
  readonly version: number | undefined;
}

export interface RecordKey {
  readonly key: AesGcm;
  readonly commitment: Uint8Array<ArrayBuffer>;
}

const formatName = 'tenant-keys/record/v1';
const keyBytes = 32;

/** @param dataKey 32 bytes, as HKDF's key material */
export async function recordKey(
  dataKey: CryptoKey,
  binding: RecordBinding,
  header: Pick<RecordHeader, 'keyScope' | 'salt' | 'paths'>,
): Promise<RecordKey> {
  const info = recordInfo(binding, header);
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-512', salt: header.salt, info },
    dataKey,
    (keyBytes + commitmentBytes) * 8,
  );
  const bytes = new Uint8Array(bits);
  const raw = bytes.subarray(0, keyBytes);
  const key = await importForShort(raw);
  raw.fill(0);
  return { key, commitment: bytes.slice(keyBytes) };
}

/** @throws RecordError where the header was not made with this key for this record */
export function checkCommitment(header: RecordHeader, { commitment }: RecordKey): void {
  if (!areEqual(header.commitment, commitment)) throw notAsSealed();
}

export const notAsSealed = (): RecordError =>
  new RecordError(
    'The record is not the one that was sealed: another tenant, type, id or version, or its header has been changed.',
  );

/** Data keys for HKDF, which can be used for nothing else and cannot be read again. */
export const importDataKey = (plaintext: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', plaintext, 'HKDF', false, ['deriveBits']);

/** Every text with its length before it, so no two records have the same bytes. */
function recordInfo(
  { tenantId, type, id, version }: RecordBinding,
  { keyScope, paths }: Pick<RecordHeader, 'keyScope' | 'paths'>,
): Uint8Array<ArrayBuffer> {
  const versionText = version === undefined ? '' : String(version);
  const texts = [formatName, tenantId, type, id, versionText, ...paths];
  return concatenated([Uint8Array.of(keyScopes[keyScope]), ...texts.flatMap(withLength)]);
}

function withLength(text: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  return [uint32(bytes.length), bytes];
}

const nothing = new Uint8Array(0);

/** @param index of the field in the record's order */
export const encryptField = async (
  { key }: RecordKey,
  index: number,
  plaintext: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> =>
  concatenated(await key.encrypt(nonceOf(index), nothing, plaintext));

/** @throws RecordError for what is not this sealing's ciphertext of this field */
export async function decryptField(
  { key }: RecordKey,
  index: number,
  ciphertext: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await key.decrypt(nonceOf(index), nothing, ciphertext);
  } catch {
    throw new RecordError(
      'A field of the record is not what was sealed there: changed, cut off, swapped, or of another sealing.',
    );
  }
}

/** The field's place, big-endian, at the end of 12 bytes. It may be a counter, since the key is this sealing's own. */
function nonceOf(index: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(8, index);
  return nonce;
}
