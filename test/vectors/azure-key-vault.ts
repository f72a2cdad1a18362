/** What docs/key-stores/azure-key-vault.md says of messages, done with nothing of ours, on an RSA key that is in azure-key-vault.json. */
import {
  constants,
  createHash,
  createPrivateKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EncryptedDataKey,
  KeyringNode,
  KeyringTraceFlag,
  type NodeDecryptionMaterial,
  type NodeEncryptionMaterial,
} from '@aws-crypto/client-node';
import { associatedData } from './vault.ts';

export const vectorsFile: string = join(import.meta.dirname, 'azure-key-vault.json');

/** All bytes are in base64. */
export interface Vectors {
  readonly key: {
    /** identifier without a version */
    readonly name: string;
    readonly version: string;
    /** PKCS #8 in PEM, published for these vectors: it keeps nothing secret */
    readonly privateKey: string;
  };
  readonly dataKeys: readonly {
    readonly encryptionContext: Readonly<Record<string, string>>;
    /** SHA-256 */
    readonly contextHash: string;
    readonly dataKey: string;
    /** the encrypted data key of a message */
    readonly wrapped: string;
  }[];
  readonly messages: readonly {
    readonly encryptionContext: Readonly<Record<string, string>>;
    readonly plaintext: string;
    readonly message: string;
  }[];
  /** Each of them the key unwraps, and none is a data key under the first context. */
  readonly refused: readonly { readonly why: string; readonly wrapped: string }[];
}

export const readVectors = (): Vectors => JSON.parse(readFileSync(vectorsFile, 'utf8'));

export const privateKeyOf = ({ key }: Pick<Vectors, 'key'>): KeyObject =>
  createPrivateKey(key.privateKey);

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };

/** The pairs of the context are written as in a message's header, as for the other store. */
export const contextHash = (context: Readonly<Record<string, string>>): Buffer =>
  createHash('sha256').update(associatedData(context)).digest();

const [versionBytes, dataKeyBytes] = [16, 32];

/** @throws Error where it does not open */
export function unwrap(
  privateKey: KeyObject,
  wrapped: Buffer,
  context: Readonly<Record<string, string>>,
): Buffer {
  const opened = privateDecrypt({ key: privateKey, ...oaep }, wrapped.subarray(versionBytes));
  const isOfContext = opened.subarray(dataKeyBytes).equals(contextHash(context));
  if (!isOfContext) throw new Error('another encryption context');
  return opened.subarray(0, dataKeyBytes);
}

/** @param bound the data key, and the hash of the context behind it */
export const wrap = (privateKey: KeyObject, version: string, bound: Buffer): Buffer =>
  Buffer.concat([Buffer.from(version, 'hex'), publicEncrypt({ key: privateKey, ...oaep }, bound)]);

/** For the stock Encryption SDK, to decrypt with. */
export class RsaKeyring extends KeyringNode {
  readonly #privateKey: KeyObject;
  constructor(privateKey: KeyObject) {
    super();
    this.#privateKey = privateKey;
  }
  async _onEncrypt(_material: NodeEncryptionMaterial): Promise<NodeEncryptionMaterial> {
    throw new Error('this keyring decrypts only');
  }
  async _onDecrypt(
    material: NodeDecryptionMaterial,
    [wrapped]: EncryptedDataKey[],
  ): Promise<NodeDecryptionMaterial> {
    if (wrapped?.providerId !== 'azure-key-vault') return material;
    const bytes = Buffer.from(wrapped.encryptedDataKey);
    const dataKey = unwrap(this.#privateKey, bytes, { ...material.encryptionContext });
    return material.setUnencryptedDataKey(new Uint8Array(dataKey), {
      keyNamespace: wrapped.providerId,
      keyName: wrapped.providerInfo,
      flags: KeyringTraceFlag.WRAPPING_KEY_DECRYPTED_DATA_KEY,
    });
  }
}
