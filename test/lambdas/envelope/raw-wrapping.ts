/** A wrapping without KMS: a raw AES key of this machine stands for the tenant's. */
import {
  type KeyringNode,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import type { Wrapping } from '../../../lambdas/envelope/wrapping.ts';

const keyNamespace = 'test';

export function rawKeyring(keyName: string, keyByte = 7): KeyringNode {
  return new RawAesKeyringNode({
    keyName,
    keyNamespace,
    unencryptedMasterKey: new Uint8Array(32).fill(keyByte),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
}

export const rawWrapping = (keyName: string, keyByte?: number): Wrapping => ({
  keyring: rawKeyring(keyName, keyByte),
  // After the name, a raw keyring writes its tag length and IV there.
  owns: ({ providerId, providerInfo }) =>
    providerId === keyNamespace && providerInfo.startsWith(keyName),
});
