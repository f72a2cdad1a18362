/** Keyed hashes for equality searches, over HTTP. */
import * as z from 'zod/mini';
import { base64Bytes } from './base64.ts';
import { encryptBatchRequest } from './crypto.ts';
import { itemError } from './problem-body.ts';

/** With what a record needs for `<type>/<path>`. */
const purposeText = 'must be 1-256 characters: letters, digits and . _ - / $';
export const macPurpose = z
  .string(purposeText)
  .check(z.regex(/^[A-Za-z0-9._\-/$]{1,256}$/, purposeText));

/** Of HMAC-SHA-256, its first ones. Fewer than 8 would find everything. */
const bitsText = 'must be a whole number, 8-256';
const macBits = z._default(z.int(bitsText).check(z.gte(8, bitsText), z.lte(256, bitsText)), 256);

/** What is searched for by equality is short; a longer value is hashed before. */
export const maxMacValueBytes = 64 * 1024;

/** Each costs a row and a key of its own; a program that takes values for purposes is soon stopped by this. */
export const maxPurposes = 1000;

/** Of one batch: each may need two calls to KMS, for two live versions, or to make a key and unwrap it. */
export const maxPurposesPerBatch = 50;

const version = z.int().check(z.gte(1), z.lte(1_000_000));

export const macRequest = z.strictObject({
  purpose: macPurpose,
  value: base64Bytes,
  bits: macBits,
});

/** By the version, the oldest first: one, and two while the key is being changed. */
export const macResponse = z.strictObject({
  macs: z.array(z.strictObject({ version, mac: z.string() })),
});

/** Items are checked one by one, with macRequest. */
export const macBatchRequest = z.strictObject(encryptBatchRequest.shape);
export const macBatchResponse = z.strictObject({
  items: z.array(z.union([macResponse, itemError])),
});

const versionsText = 'must be one version, or two in a row, such as [1], [1, 2] and [2]';
const versions = z.array(version, versionsText).check(
  z.minLength(1, versionsText),
  z.maxLength(2, versionsText),
  z.refine(([older, newer]) => newer === undefined || newer === Number(older) + 1, versionsText),
);

export const macVersionsRequest = z.strictObject({ purpose: macPurpose, versions });
export const macVersions = z.strictObject({ purpose: z.string(), versions: z.array(version) });

export const rewrapRequest = z.strictObject({});
/** After a change of the key store: how many purposes' keys this request has wrapped by the new key, how many are left. */
export const rewrappedMacKeys = z.strictObject({ rewrapped: z.int(), left: z.int() });
export type RewrappedMacKeys = z.output<typeof rewrappedMacKeys>;
