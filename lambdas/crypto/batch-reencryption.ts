/**
 * Re-encryption of the items of a batch. Invariant: as of every batch the calls to KMS are counted before the first
 * one, those that decrypt and those that encrypt together; and data keys that were in memory before only decrypt, since
 * they may be under a key material that is no longer current.
 */
import { maxKmsCallsPerRequest } from '../../contract/crypto.ts';
import { contextOf } from '../../contract/encryption-context.ts';
import { decryptionFailed, modeNeedsAwsKms, tooManyKmsCalls } from '../../contract/problem.ts';
import { isKmsCiphertextSize } from '../key-stores/aws-kms/kms-ciphertext.ts';
import { eachItem, eachPlanned, isPlanned } from './batch.ts';
import type { Mode } from './ciphertext.ts';
import type { Contexts, Reencrypted } from './direct-encryption.ts';
import { reencryptDirectOf } from './direct-reencryption.ts';
import { envelopeReencryption } from './envelope-reencryption.ts';
import { isMessage } from './message/message-parser.ts';
import { reencryptItemOf } from './request-body.ts';
import { kmsKeysOf } from './stored-key.ts';
import type { TenantKey } from './tenant-key-provider.ts';

/**
 * @param items not yet validated
 * @param mode of all of them
 * @returns for each item its new ciphertext, or its error
 * @throws Problem 400 too-many-kms-calls, before any call
 */
export const reencryptBatch = (key: TenantKey, items: readonly unknown[], mode: Mode) =>
  mode === 'direct' ? reencryptDirectItems(key, items) : reencryptMessages(key, items);

async function reencryptMessages(key: TenantKey, items: readonly unknown[]) {
  const planned = eachPlanned(items, (item) => {
    const { ciphertext, contexts } = wantedOf(key, item);
    return envelopeReencryption(key, ciphertext, contexts, 'shared');
  });
  const uses = planned.filter(isPlanned);
  const newKeys = key.newCache();
  const decryptionKeys = key.cache.reserve(
    uses.map(({ decryption }) => decryption),
    maxKmsCallsPerRequest,
  );
  const encryptionKeys =
    decryptionKeys &&
    newKeys.reserve(
      uses.map(({ encryption }) => encryption),
      maxKmsCallsPerRequest - decryptionKeys.calls,
    );
  try {
    if (decryptionKeys === undefined || encryptionKeys === undefined) {
      throw tooManyKmsCalls(maxKmsCallsPerRequest);
    }
    return await eachItem(planned, async (use) =>
      isPlanned(use) ? toResult(await use.run(decryptionKeys, encryptionKeys)) : use,
    );
  } finally {
    decryptionKeys?.release();
    encryptionKeys?.release();
    newKeys.clear();
  }
}

async function reencryptDirectItems(key: TenantKey, items: readonly unknown[]) {
  const keys = kmsKeysOf(key);
  if (keys.length === 0) throw modeNeedsAwsKms();
  const planned = eachPlanned(items, (item) => {
    const wanted = wantedOf(key, item);
    // KMS would refuse it, by a call that costs as much as any.
    if (isMessage(wanted.ciphertext) || !isKmsCiphertextSize(wanted.ciphertext)) {
      throw decryptionFailed();
    }
    return wanted;
  });
  // Each key may be tried, and what becomes a message needs a data key.
  const callsEach = keys.length + (key.kmsKey === undefined ? 1 : 0);
  if (planned.filter(isPlanned).length * callsEach > maxKmsCallsPerRequest) {
    throw tooManyKmsCalls(maxKmsCallsPerRequest);
  }
  return eachItem(planned, async (one) =>
    isPlanned(one)
      ? toResult(await reencryptDirectOf(key, one.ciphertext, one.contexts, modeNeedsAwsKms))
      : one,
  );
}

function wantedOf({ tenantId }: TenantKey, item: unknown) {
  const {
    ciphertext,
    encryptionContext,
    newEncryptionContext = encryptionContext,
  } = reencryptItemOf(item);
  const contexts: Contexts = {
    from: contextOf(tenantId, encryptionContext),
    to: contextOf(tenantId, newEncryptionContext),
  };
  return { ciphertext, contexts };
}

const toResult = ({ ciphertext, ...materials }: Reencrypted) => ({
  ciphertext: ciphertext.toString('base64'),
  ...materials,
});
