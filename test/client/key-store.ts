/** A key store in memory with one tenant's key: a data key is unwrapped only under its own context, as KMS does it. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { DataKeySource, EncryptionContext } from '../../client/data-key-source.ts';

export interface Keys {
  readonly source: DataKeySource;
  readonly contexts: EncryptionContext[];
  /** each plaintext that was given out, the same bytes */
  readonly plaintexts: Uint8Array[];
  generated: number;
  opened: number;
}

/** A key store with one key, which is one tenant's. */
export function keysInMemory(): Keys {
  const key = randomBytes(32);
  const aad = (context: EncryptionContext) =>
    Buffer.from(JSON.stringify(Object.entries(context).sort()));
  const given = (plaintext: Uint8Array<ArrayBuffer>) => {
    keys.plaintexts.push(plaintext);
    return plaintext;
  };
  const keys: Keys = {
    contexts: [],
    plaintexts: [],
    generated: 0,
    opened: 0,
    source: {
      generate: async (context) => {
        keys.generated += 1;
        keys.contexts.push(context);
        const plaintext = new Uint8Array(randomBytes(32));
        const nonce = randomBytes(12);
        const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(context));
        const wrapped = Buffer.concat([
          nonce,
          cipher.update(plaintext),
          cipher.final(),
          cipher.getAuthTag(),
        ]);
        return {
          keyProviderId: 'aws-kms',
          keyName: 'arn',
          wrapped: new Uint8Array(wrapped),
          plaintext: given(plaintext),
        };
      },
      open: async (wrapped, context) => {
        keys.opened += 1;
        const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12));
        decipher.setAAD(aad(context)).setAuthTag(wrapped.subarray(-16));
        try {
          const plaintext = [decipher.update(wrapped.subarray(12, -16)), decipher.final()];
          return given(new Uint8Array(Buffer.concat(plaintext)));
        } catch {
          throw Object.assign(new Error('400'), { code: 'decryption-failed' });
        }
      },
    },
  };
  return keys;
}
