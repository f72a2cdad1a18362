/** What the data plane takes and gives over HTTP. */
import * as z from 'zod/mini';
import { base64Bytes } from './base64.ts';
import { encryptionContext, unwrappingContext } from './encryption-context.ts';
import { itemError } from './problem-body.ts';

/**
 * In one request, raw or in JSON. Lambda takes and gives 6 MB of JSON, in which raw bytes are base64 too (Lambda
 * quotas). 4 MiB are 5.6 MB of base64, which leaves room for the encryption context, the message's own bytes and the
 * rest of the event.
 */
export const maxPlaintextBytes = 4 * 1024 * 1024;

/** A message of the largest plaintext with the largest context, even with small frames of 1,024 bytes. */
export const maxCiphertextBytes = maxPlaintextBytes + 144 * 1024;

/**
 * A JSON body with the largest ciphertext and two of the largest contexts, each byte of them as `\u0000`: whatever a
 * client's JSON escapes beside the bytes, it fits. In Lambda's event the body is a text of JSON again, in which a
 * quote, a backslash and a line break are two bytes: with the largest plaintext all that is beside it may be such.
 */
export const maxBodyBytes = 4 * Math.ceil(maxCiphertextBytes / 3) + 128 * 1024;

/** What goes with the bytes: members of a JSON body, or headers beside raw bytes. */
const beside = { encryptionContext: z.optional(encryptionContext) };

const mode = z.optional(z.enum(['envelope', 'direct'], 'must be envelope or direct'));

export const encryptParameters = z.strictObject({ ...beside, mode });
export const encryptRequest = z.extend(encryptParameters, { plaintext: base64Bytes });
export const encryptResponse = z.strictObject({ ciphertext: z.string() });

export const decryptParameters = z.strictObject(beside);
export const decryptRequest = z.extend(decryptParameters, { ciphertext: base64Bytes });
export const decryptResponse = z.strictObject({ plaintext: z.string() });

export const reencryptParameters = z.strictObject({
  ...beside,
  /** absent: the old context stays; `{}`: an empty context */
  newEncryptionContext: z.optional(encryptionContext),
});
export const reencryptRequest = z.extend(reencryptParameters, { ciphertext: base64Bytes });
export const reencryptResponse = z.strictObject({
  ciphertext: z.string(),
  /** that the new ciphertext is under, and that the old one was: KMS's ids, where KMS names them */
  keyMaterialId: z.optional(z.string()),
  sourceKeyMaterialId: z.optional(z.string()),
});

export const inspectParameters = decryptParameters;
/** Without a context a message's own is taken; what is no message has none of its own. */
export const inspectRequest = z.extend(inspectParameters, { ciphertext: base64Bytes });

/** Names of the AWS Encryption SDK's specification. */
export const algorithmSuites = {
  unsigned: 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY',
  signed: 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384',
} as const;

/** What is known of a ciphertext without its plaintext. */
export const inspection = z.strictObject({
  format: z.enum(['envelope', 'direct']),
  /** of a key in KMS */
  keyArn: z.optional(z.string()),
  /** of a key in another store, as the store and messages name it */
  keyName: z.optional(z.string()),
  keyMaterialId: z.string(),
  currentKeyMaterialId: z.string(),
  isCurrent: z.boolean(),
  /** of a message; this and the names are in it in the clear */
  algorithmSuite: z.optional(z.enum([algorithmSuites.unsigned, algorithmSuites.signed])),
  encryptionContextKeys: z.optional(z.array(z.string())),
});
export type Inspection = z.output<typeof inspection>;

export const maxBatchItems = 1000;

/**
 * Calls to KMS that one request may make, the AWS client's own repetitions aside. KMS allows 10,000 a second to all
 * tenants of an account and region together (KMS Developer Guide, "Request quotas"); a batch of 1,000 data keys of
 * their own, ten times a second, would be all of it.
 */
export const maxKmsCallsPerRequest = 100;

/** What the API takes of all tenants together; what is more is a 429. */
export const stageThrottling = { requestsPerSecond: 2000, burstRequests: 1000 } as const;

/** Items are checked one by one, with encryptItem or decryptRequest: each has a result or an error of its own. */
export const encryptBatchRequest = z.strictObject({
  items: z
    .array(z.unknown(), 'must be a list')
    .check(
      z.minLength(1, 'must have an item at least'),
      z.maxLength(maxBatchItems, `must have ${maxBatchItems} items at most`),
    ),
});
/** The mode is of all items: a message is not tried as a direct ciphertext, nor the reverse. */
export const decryptBatchRequest = z.extend(encryptBatchRequest, { mode });
export const encryptItem = z.strictObject({ ...beside, plaintext: base64Bytes });
/** Of one mode as well, and each item as reencryptRequest has it. */
export const reencryptBatchRequest = z.extend(encryptBatchRequest, { mode });
/** In the order of the request. */
export const encryptBatchResponse = z.strictObject({
  items: z.array(z.union([encryptResponse, itemError])),
});
export const decryptBatchResponse = z.strictObject({
  items: z.array(z.union([decryptResponse, itemError])),
});
export const reencryptBatchResponse = z.strictObject({
  items: z.array(z.union([reencryptResponse, itemError])),
});

export const dataKeyRequest = z.strictObject({
  ...beside,
  /** false: only the wrapped data key is given */
  plaintext: z.optional(z.boolean('must be true or false')),
});
export const dataKeyResponse = z.strictObject({
  /** as of an inspection, one of the two */
  keyArn: z.optional(z.string()),
  keyName: z.optional(z.string()),
  /** in messages, before the key's ARN or name */
  keyProviderId: z.string(),
  wrappedDataKey: z.string(),
  plaintext: z.optional(z.string()),
});
export const decryptDataKeyRequest = z.strictObject({
  wrappedDataKey: base64Bytes,
  encryptionContext: z.optional(unwrappingContext),
});
export const decryptDataKeyResponse = decryptResponse;
