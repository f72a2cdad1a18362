/**
 * The encryption context: authenticated, but not secret, and in the clear in CloudTrail. Invariant: the tenant id is
 * always in it, and always set by us; no caller can set it, leave it out or add another spelling of its name.
 */
import * as z from 'zod/mini';
import { tenantIdTag } from './tenant-id.ts';

export type EncryptionContext = Readonly<Record<string, string>>;

/** The AWS Encryption SDK reserves names with this prefix, such as that of a message's public key. */
const sdkPrefix = 'aws-crypto-';
/** Of names that mark what is wrapped here for a use of its own, such as the keys of macs: no client's data key is one. */
const productPrefix = 'tenant-keys:';
const maxPairs = 64;
/**
 * Names and values together, in UTF-8. KMS takes 8,192 characters in all, the tenant's included; the AWS Encryption
 * SDK takes 65,535 bytes.
 */
const maxContextBytes = 8000;

const shape = 'must be an object of names and texts';
// IAM ignores the case of a context key's name, so no other spelling of ours may be there either.
const isReserved = (name: string) =>
  name.toLowerCase() === tenantIdTag.toLowerCase() ||
  [sdkPrefix, productPrefix].some((prefix) => name.toLowerCase().startsWith(prefix));

const contextWithout = (isReservedHere: (name: string) => boolean, reserved: string) =>
  z.record(z.string(), z.string(shape), shape).check(
    z.refine((context) => !Object.hasOwn(context, ''), 'must not have an empty name'),
    z.refine(
      (context) => !Object.keys(context).some(isReservedHere),
      `must not have the reserved names ${reserved}`,
    ),
    z.refine(
      (context) => Object.keys(context).length <= maxPairs,
      `must have ${maxPairs} names at most`,
    ),
    z.refine(
      (context) => byteLength(context) <= maxContextBytes,
      `must be ${maxContextBytes} bytes at most, names and values together`,
    ),
    z.meta({
      description:
        'Names and texts that are authenticated with the ciphertext and must be given again, exactly, to decrypt. Not secret: AWS CloudTrail logs them in the clear.',
    }),
  );

const reservedNames = `${tenantIdTag}, ${productPrefix}* and ${sdkPrefix}*`;

export const encryptionContext = contextWithout(isReserved, reservedNames);

/** The public key of a signed message, which the AWS Encryption SDK adds to the context that it was given. */
export const publicKeyName = `${sdkPrefix}public-key`;

/** Of a data key that an SDK had from KMS itself for a signed message: nothing here wraps one so, but it can be unwrapped. */
export const unwrappingContext = contextWithout(
  (name) => isReserved(name) && name !== publicKeyName,
  `${reservedNames}, but for ${publicKeyName} of a signed message`,
);

const byteLength = (context: EncryptionContext): number =>
  Object.entries(context).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );

/** @returns the context that the tenant's ciphertexts are bound to */
export const contextOf = (tenantId: string, given: EncryptionContext = {}): EncryptionContext => ({
  ...given,
  [tenantIdTag]: tenantId,
});

/**
 * Of the key of a purpose's macs. No caller can give such a context, so `POST .../data-keys/decrypt` never unwraps one;
 * and a wrapped key that was put in another purpose's or version's place is refused by KMS.
 */
export const macKeyContext = (
  tenantId: string,
  purpose: string,
  version: number,
): EncryptionContext =>
  contextOf(tenantId, {
    [`${productPrefix}mac-purpose`]: purpose,
    [`${productPrefix}mac-version`]: String(version),
  });

/** @returns whether both have the same names and values, and no others */
export function sameContext(one: EncryptionContext, other: EncryptionContext): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && other[name] === one[name])
  );
}
