/** A wrapping without KMS: a raw AES key of this machine stands for the tenant's. */
import { randomUUID } from 'node:crypto';
import {
  AlgorithmSuiteIdentifier,
  type KeyringNode,
  NodeAlgorithmSuite,
  NodeDecryptionMaterial,
  NodeEncryptionMaterial,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
  unwrapDataKey,
} from '@aws-crypto/client-node';
import { cachedDataKeys, type DataKeys } from '../../../lambdas/crypto/cached-data-keys.ts';
import { DataKeyCache } from '../../../lambdas/crypto/data-key-cache.ts';
import type { Wrapping } from '../../../lambdas/crypto/keyring.ts';

const keyNamespace = 'test';
const suite = new NodeAlgorithmSuite(
  AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
);

export function rawKeyring(keyName: string, keyByte = 7): KeyringNode {
  return new RawAesKeyringNode({
    keyName,
    keyNamespace,
    unencryptedMasterKey: new Uint8Array(32).fill(keyByte),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
}

export function rawWrapping(keyName: string, keyByte?: number): Wrapping {
  const keyring = rawKeyring(keyName, keyByte);
  return {
    async generate(context) {
      const material = new NodeEncryptionMaterial(suite, { ...context });
      await keyring.onEncrypt(material);
      const plaintext = new Uint8Array(unwrapDataKey(material.getUnencryptedDataKey()));
      const [wrapped] = material.encryptedDataKeys;
      if (wrapped === undefined) throw new Error('the keyring wrapped no data key');
      return { plaintext, context, wrapped, requestId: randomUUID() };
    },
    async unwrap(wrapped, context) {
      const material = new NodeDecryptionMaterial(suite, { ...context });
      await keyring.onDecrypt(material, [wrapped]);
      const plaintext = new Uint8Array(unwrapDataKey(material.getUnencryptedDataKey()));
      return { plaintext, requestId: randomUUID() };
    },
    // After the name, a raw keyring writes its tag length and IV there.
    owns: ({ providerId, providerInfo }) =>
      providerId === keyNamespace && providerInfo.startsWith(keyName),
  };
}

/** @returns data keys of which none is used twice */
export function uncached(wrapping: Wrapping): DataKeys {
  const off = { maxAgeMs: 0, maxMessages: 0, maxBytes: 0, maxEntries: 0 };
  return cachedDataKeys(wrapping, new DataKeyCache(off), { tenantId: 'acme', keyArn: 'raw' });
}

export const rawDataKeys = (keyName: string, keyByte?: number): DataKeys =>
  uncached(rawWrapping(keyName, keyByte));
