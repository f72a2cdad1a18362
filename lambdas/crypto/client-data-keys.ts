/**
 * Data keys for envelopes that a client makes itself. Invariant: a data key is wrapped by the tenant's key under
 * the whole context, as in a message, so that a message sealed with it opens here; and it is kept nowhere.
 */
import {
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
} from '@aws-sdk/client-kms';
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { decryptionFailed } from '../../contract/problem.ts';
import { requestStats } from '../observability/request-stats.ts';
import { dataKeyIdOf } from './cached-data-keys.ts';
import { decryptCall, type KmsKey } from './direct-encryption.ts';

const dataKeyBytes = 32;

export interface GeneratedDataKey {
  readonly wrappedDataKey: Uint8Array;
  /** 32 bytes, where it was asked for */
  readonly plaintext?: Uint8Array;
}

/** @param withPlaintext whether the data key itself is wanted; otherwise it never leaves KMS */
export async function generateDataKey(
  { kms, keyArn }: KmsKey,
  context: EncryptionContext,
  withPlaintext: boolean,
): Promise<GeneratedDataKey> {
  const input = {
    KeyId: keyArn,
    KeySpec: 'AES_256',
    EncryptionContext: { ...context },
  } as const;
  const { CiphertextBlob, Plaintext, $metadata } = withPlaintext
    ? await kms.send(new GenerateDataKeyCommand(input))
    : {
        ...(await kms.send(new GenerateDataKeyWithoutPlaintextCommand(input))),
        Plaintext: undefined,
      };
  if (CiphertextBlob === undefined) throw new Error('KMS gave no data key');
  note($metadata.requestId, CiphertextBlob);
  return {
    wrappedDataKey: CiphertextBlob,
    ...(Plaintext !== undefined && { plaintext: Plaintext }),
  };
}

/** @throws Problem 400 decryption-failed for what is no data key of this tenant under this context */
export async function unwrapDataKey(
  key: KmsKey,
  wrapped: Buffer,
  context: EncryptionContext,
): Promise<Buffer> {
  const { plaintext, requestId } = await decryptCall(key, wrapped, context);
  note(requestId, wrapped);
  if (plaintext.length !== dataKeyBytes) throw decryptionFailed();
  return plaintext;
}

function note(requestId: string | undefined, wrapped: Uint8Array): void {
  if (requestId !== undefined) requestStats()?.addKmsCall(requestId, dataKeyIdOf(wrapped));
}
