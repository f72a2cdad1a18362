/**
 * What the handler is measured against: the AWS Encryption SDK alone, called with the tenant's session, with its own
 * cache and without; the calls to AWS in an operation; and the bare cipher of Node. Each has the same configuration of
 * clients, key, context, suite and frame length.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  KmsKeyringNode,
  NodeCachingMaterialsManager,
} from '@aws-crypto/client-node';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientConfiguration } from '../lambdas/aws/client-config.ts';
import { getTenant } from '../lambdas/tenants/registry/registry.ts';
import type { Credentials } from './stack.ts';

export interface ReferenceOptions {
  readonly tenantId: string;
  /** of the tenant role */
  readonly session: Credentials;
  readonly tableName: string;
  readonly keyArn: string;
}

export interface MessageCipher {
  encrypt(plaintext: Buffer, frameLength: number): Promise<Buffer>;
  decrypt(message: Buffer): Promise<Buffer>;
  /** of a message that somebody else has made */
  frameLengthOf(message: Buffer): Promise<number>;
}

export type Reference = ReturnType<typeof openReference>;

/** As the function's own limits, see `stack.ts`. */
const cacheLimits = {
  maxAge: 300_000,
  maxMessagesEncrypted: 100_000,
  maxBytesEncrypted: 2 ** 30,
};

export function openReference(options: ReferenceOptions) {
  const { tenantId, session, tableName, keyArn } = options;
  // The SDK's keyring wants the client that has a method for each command. One is used for all messages.
  const kms = new KMS({ ...clientConfiguration, credentials: session });
  const { requestHandler } = kms.config;
  const table = DynamoDBDocumentClient.from(
    new DynamoDBClient({ ...clientConfiguration, requestHandler, credentials: session }),
  );
  // Its types do not know exactOptionalPropertyTypes.
  const clientProvider = () => kms as never;
  const keyring = new KmsKeyringNode({ generatorKeyId: keyArn, clientProvider });
  const EncryptionContext = { TenantId: tenantId };
  return {
    /** with the SDK's own cache of data keys */
    cached: messageCipher(
      new NodeCachingMaterialsManager({
        backingMaterials: keyring,
        cache: getLocalCryptographicMaterialsCache(1000),
        ...cacheLimits,
      }),
      EncryptionContext,
    ),
    /** with a call of KMS for each message */
    uncached: messageCipher(keyring, EncryptionContext),
    generateDataKey: () =>
      kms.generateDataKey({ KeyId: keyArn, NumberOfBytes: 32, EncryptionContext }),
    encryptInKms: (Plaintext: Buffer) =>
      kms.encrypt({ KeyId: keyArn, Plaintext, EncryptionContext }),
    decryptInKms: (CiphertextBlob: Buffer) =>
      kms.decrypt({ KeyId: keyArn, CiphertextBlob, EncryptionContext }),
    /** the read of the tenant's row, checked as the handler checks it */
    async row() {
      const row = await getTenant(table, tableName, tenantId);
      if (row?.status !== 'ACTIVE') throw new Error(`${tenantId} is not ACTIVE`);
    },
  };
}

function messageCipher(
  materials: KmsKeyringNode | NodeCachingMaterialsManager,
  encryptionContext: Record<string, string>,
): MessageCipher {
  const { encrypt, decrypt } = buildClient({
    commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
    maxEncryptedDataKeys: 1,
  });
  return {
    async encrypt(plaintext, frameLength) {
      const { result } = await encrypt(materials, plaintext, {
        suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
        encryptionContext,
        frameLength,
      });
      return result;
    },
    decrypt: async (message) => (await decrypt(materials, message)).plaintext,
    frameLengthOf: async (message) => (await decrypt(materials, message)).messageHeader.frameLength,
  };
}

const key = randomBytes(32);

/** AES-256-GCM alone, with a fresh IV. */
export function encryptRaw(plaintext: Buffer): { iv: Buffer; bytes: Buffer; tag: Buffer } {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const bytes = cipher.update(plaintext);
  cipher.final();
  return { iv, bytes, tag: cipher.getAuthTag() };
}

export function decryptRaw({ iv, bytes, tag }: ReturnType<typeof encryptRaw>): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, iv);
  decipher.setAuthTag(tag);
  const plaintext = decipher.update(bytes);
  decipher.final();
  return plaintext;
}
