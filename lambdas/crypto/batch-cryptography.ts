/**
 * Encryption and decryption of the items of a batch. Invariant: a batch makes no more calls to KMS than a request may,
 * since all tenants of an account share KMS's quota: the calls are counted before the first one, and a batch that needs
 * more is refused as a whole. An item that is wrong without KMS has its own error and counts nothing.
 */
import { maxKmsCallsPerRequest } from '../../contract/crypto.ts';
import { contextOf } from '../../contract/encryption-context.ts';
import { decryptionFailed, modeNeedsAwsKms, tooManyKmsCalls } from '../../contract/problem.ts';
import type { ItemError } from '../../contract/problem-body.ts';
import { isKmsCiphertextSize } from '../key-stores/aws-kms/kms-ciphertext.ts';
import { eachItem, eachPlanned, isPlanned } from './batch.ts';
import type { DataKeyUse } from './cached-data-keys.ts';
import type { Mode } from './ciphertext.ts';
import type { DataKeyCache } from './data-key-cache.ts';
import { decryptDirect, type KmsKey } from './direct-encryption.ts';
import { envelopeDecryption, envelopeEncryption } from './envelope-encryption.ts';
import { isMessage } from './message/message-parser.ts';
import { decryptItemOf, encryptItemOf } from './request-body.ts';
import { kmsKeysOf, withKmsKeyOf } from './stored-key.ts';
import type { TenantKey } from './tenant-key-provider.ts';

/**
 * @param items not yet validated
 * @returns for each item its message, or its error
 * @throws Problem 400 too-many-kms-calls, before any call
 */
export const encryptBatch = (key: TenantKey, items: readonly unknown[]) =>
  withDataKeys(
    key.cache,
    eachPlanned(items, (item) => {
      const { plaintext, encryptionContext } = encryptItemOf(item);
      return envelopeEncryption(key, plaintext, contextOf(key.tenantId, encryptionContext));
    }),
    (message) => ({ ciphertext: message.toString('base64') }),
  );

/**
 * @param items not yet validated
 * @param mode of all of them
 * @throws as `encryptBatch` does
 */
export const decryptBatch = (key: TenantKey, items: readonly unknown[], mode: Mode) =>
  mode === 'direct' ? decryptDirectItems(key, items) : decryptMessages(key, items);

const decryptMessages = (key: TenantKey, items: readonly unknown[]) =>
  withDataKeys(
    key.cache,
    eachPlanned(items, (item) => {
      const { ciphertext, encryptionContext } = decryptItemOf(item);
      return envelopeDecryption(key, ciphertext, contextOf(key.tenantId, encryptionContext));
    }),
    ({ plaintext }) => toPlaintext(plaintext),
  );

async function withDataKeys<T, R>(
  cache: DataKeyCache,
  uses: readonly (DataKeyUse<T> | ItemError)[],
  toResult: (done: T) => R,
): Promise<(R | ItemError)[]> {
  const requests = uses.filter(isPlanned).map(({ request }) => request);
  const reservation = cache.reserve(requests, maxKmsCallsPerRequest);
  if (reservation === undefined) throw tooManyKmsCalls(maxKmsCallsPerRequest);
  try {
    return await eachItem(uses, async (use) =>
      isPlanned(use) ? toResult(await use.run(reservation)) : use,
    );
  } finally {
    reservation.release();
  }
}

async function decryptDirectItems(key: TenantKey, items: readonly unknown[]) {
  const keys = kmsKeysOf(key);
  if (keys.length === 0) throw modeNeedsAwsKms();
  const given = eachPlanned(items, (item) => {
    const { ciphertext, encryptionContext } = decryptItemOf(item);
    // KMS would refuse it, by a call that costs as much as any.
    if (isMessage(ciphertext) || !isKmsCiphertextSize(ciphertext)) throw decryptionFailed();
    return { ciphertext, context: contextOf(key.tenantId, encryptionContext) };
  });
  if (given.filter(isPlanned).length * keys.length > maxKmsCallsPerRequest) {
    throw tooManyKmsCalls(maxKmsCallsPerRequest);
  }
  return eachItem(given, async (one) => {
    if (!isPlanned(one)) return one;
    const decrypted = (kmsKey: KmsKey) => decryptDirect(kmsKey, one.ciphertext, one.context);
    return toPlaintext(await withKmsKeyOf(keys, decrypted, decryptionFailed));
  });
}

const toPlaintext = (bytes: Buffer) => ({ plaintext: bytes.toString('base64') });
