/**
 * What an `encrypt` through the handler is measured against, and what it consists of: the AWS Encryption SDK
 * alone, as somebody would call it who has the tenant's session in hand, the call of KMS in it, and the row
 * that the handler reads before. Each with the same clients' configuration, key, context and suite.
 */
import {
  AlgorithmSuiteIdentifier,
  buildEncrypt,
  CommitmentPolicy,
  KmsKeyringNode,
} from '@aws-crypto/client-node';
import { KMS } from '@aws-sdk/client-kms';
import { clientConfiguration } from '../lambdas/aws/client.ts';
import { getTenant } from '../lambdas/tenant/registry.ts';
import { tenantSessions } from '../lambdas/tenant/session.ts';

export interface ReferenceOptions {
  readonly tenantId: string;
  readonly tenantRoleArn: string;
  readonly tableName: string;
  readonly keyArn: string;
}

export interface Reference {
  /** one message of the Encryption SDK with its own KMS keyring */
  encrypt(plaintext: Buffer): Promise<Buffer>;
  /** the one call of KMS that a message takes */
  dataKey(): Promise<void>;
  /** the read of the tenant's row, checked as the handler checks it */
  row(): Promise<void>;
}

export function openReference(options: ReferenceOptions): Reference {
  const { tenantId, tenantRoleArn, tableName, keyArn } = options;
  const session = tenantSessions(tenantRoleArn)(tenantId);
  const { requestHandler, credentials } = session.kms.config;
  // The SDK's keyring wants the client that has a method for each command. One is used for all messages.
  const kms = new KMS({ ...clientConfiguration, requestHandler, credentials });
  // Its types do not know exactOptionalPropertyTypes.
  const clientProvider = () => kms as never;
  const { encrypt } = buildEncrypt({
    commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
    maxEncryptedDataKeys: 1,
  });
  const encryptionContext = { TenantId: tenantId };
  return {
    async encrypt(plaintext) {
      const keyring = new KmsKeyringNode({ generatorKeyId: keyArn, clientProvider });
      const { result } = await encrypt(keyring, plaintext, {
        suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
        encryptionContext,
      });
      return result;
    },
    async dataKey() {
      await kms.generateDataKey({
        KeyId: keyArn,
        NumberOfBytes: 32,
        EncryptionContext: encryptionContext,
      });
    },
    async row() {
      const row = await getTenant(session.table, tableName, tenantId);
      if (row?.status !== 'ACTIVE') throw new Error(`${tenantId} is not ACTIVE`);
    },
  };
}
