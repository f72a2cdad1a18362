/** A keyring without KMS: a raw AES key of this machine stands for the tenant's. */
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
import type { CachedKeyring } from '../../../lambdas/crypto/cached-data-keys.ts';
import { DataKeyCache } from '../../../lambdas/crypto/data-key-cache.ts';
import type { Keyring } from '../../../lambdas/key-stores/keyring.ts';

const keyNamespace = 'test';
const suite = new NodeAlgorithmSuite(
  AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
);

/** As the stock Encryption SDK has it. */
export function sdkKeyring(keyName: string, keyByte = 7): KeyringNode {
  return new RawAesKeyringNode({
    keyName,
    keyNamespace,
    unencryptedMasterKey: new Uint8Array(32).fill(keyByte),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
}

export function rawKeyring(keyName: string, keyByte?: number): Keyring {
  const sdk = sdkKeyring(keyName, keyByte);
  const generateDataKey: Keyring['generateDataKey'] = async (context) => {
    const material = new NodeEncryptionMaterial(suite, { ...context });
    await sdk.onEncrypt(material);
    const plaintext = new Uint8Array(unwrapDataKey(material.getUnencryptedDataKey()));
    const [wrapped] = material.encryptedDataKeys;
    if (wrapped === undefined) throw new Error('the keyring wrapped no data key');
    return { plaintext, context, wrapped, requestId: randomUUID() };
  };
  return {
    keyName,
    generateDataKey,
    async generateDataKeyWithoutPlaintext(context) {
      const { plaintext: _, ...wrapped } = await generateDataKey(context);
      return wrapped;
    },
    wrapDataKey: () => Promise.reject(new Error('the raw keyring wraps new data keys only')),
    async unwrapDataKey(wrapped, context) {
      const material = new NodeDecryptionMaterial(suite, { ...context });
      await sdk.onDecrypt(material, [wrapped]);
      const plaintext = new Uint8Array(unwrapDataKey(material.getUnencryptedDataKey()));
      return { plaintext, requestId: randomUUID() };
    },
    // After the name, a raw keyring writes its tag length and IV there.
    owns: ({ providerId, providerInfo }) =>
      providerId === keyNamespace && providerInfo.startsWith(keyName),
    // Without a message around it there is no IV.
    wrappedDataKeyFrom: () => undefined,
  };
}

/** @returns the keyring with a cache that is off: no data key is used twice */
export function uncached(keyring: Keyring): CachedKeyring {
  const off = { maxAgeMs: 0, maxMessages: 0, maxBytes: 0, maxEntries: 0 };
  return { tenantId: 'acme', keyring, cache: new DataKeyCache(off) };
}

export const uncachedRawKeyring = (keyName: string, keyByte?: number): CachedKeyring =>
  uncached(rawKeyring(keyName, keyByte));
