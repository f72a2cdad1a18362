/** What docs/key-stores/vault.md says of messages, done with nothing of ours, on a key of the transit engine that is in vault.json. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EncryptedDataKey,
  KeyringNode,
  KeyringTraceFlag,
  type NodeDecryptionMaterial,
  type NodeEncryptionMaterial,
} from '@aws-crypto/client-node';

export const vectorsFile: string = join(import.meta.dirname, 'vault.json');

/** All bytes are in base64. */
export interface Vectors {
  readonly key: {
    readonly name: string;
    /** AES-256, of version 1 */
    readonly material: string;
    /** as `restore` of the transit engine takes it */
    readonly backup: string;
  };
  readonly dataKeys: readonly {
    readonly encryptionContext: Readonly<Record<string, string>>;
    readonly associatedData: string;
    readonly dataKey: string;
    readonly ciphertext: string;
  }[];
  readonly messages: readonly {
    readonly encryptionContext: Readonly<Record<string, string>>;
    readonly plaintext: string;
    readonly message: string;
  }[];
  /** The engine opens them, and a message with one is refused. */
  readonly otherSpellings: readonly string[];
}

export const readVectors = (): Vectors => JSON.parse(readFileSync(vectorsFile, 'utf8'));

/** The number of pairs, then each, sorted by the names' bytes: a text after its length, all lengths in two bytes. */
export function associatedData(context: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(context)
    .map((pair) => pair.map((text) => Buffer.from(text)))
    .sort(([one = Buffer.of()], [other = Buffer.of()]) => Buffer.compare(one, other));
  const length = (count: number) => Buffer.from([count >> 8, count & 255]);
  const texts = pairs.flat().flatMap((text) => [length(text.length), text]);
  return Buffer.concat([length(pairs.length), ...texts]);
}

const [nonceBytes, tagBytes] = [12, 16];

/** @throws Error where it does not open */
export function unwrap(material: Buffer, ciphertext: string, aad: Buffer): Buffer {
  const [, , base64 = ''] = ciphertext.split(':');
  const bytes = Buffer.from(base64, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', material, bytes.subarray(0, nonceBytes));
  decipher.setAAD(aad);
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const encrypted = bytes.subarray(nonceBytes, -tagBytes);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

/** @param nonce new for each data key of one material */
export function wrap(material: Buffer, dataKey: Buffer, aad: Buffer, nonce: Buffer): string {
  const cipher = createCipheriv('aes-256-gcm', material, nonce);
  cipher.setAAD(aad);
  const encrypted = Buffer.concat([cipher.update(dataKey), cipher.final()]);
  return `vault:v1:${Buffer.concat([nonce, encrypted, cipher.getAuthTag()]).toString('base64')}`;
}

/** For the stock Encryption SDK, to decrypt with. */
export class TransitKeyring extends KeyringNode {
  readonly #material: Buffer;
  constructor(material: Buffer) {
    super();
    this.#material = material;
  }
  async _onEncrypt(_material: NodeEncryptionMaterial): Promise<NodeEncryptionMaterial> {
    throw new Error('this keyring decrypts only');
  }
  async _onDecrypt(
    material: NodeDecryptionMaterial,
    [wrapped]: EncryptedDataKey[],
  ): Promise<NodeDecryptionMaterial> {
    if (wrapped?.providerId !== 'hashicorp-vault') return material;
    const ciphertext = Buffer.from(wrapped.encryptedDataKey).toString('ascii');
    const dataKey = unwrap(this.#material, ciphertext, associatedData(material.encryptionContext));
    return material.setUnencryptedDataKey(new Uint8Array(dataKey), {
      keyNamespace: wrapped.providerId,
      keyName: wrapped.providerInfo,
      flags: KeyringTraceFlag.WRAPPING_KEY_DECRYPTED_DATA_KEY,
    });
  }
}
