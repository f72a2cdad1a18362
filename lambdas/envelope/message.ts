/**
 * Reads the plain parts of a message of the AWS Encryption SDK before any of it is trusted. Invariant: a
 * message has one reading: committed suite, one wrapped data key, frames that end where the bytes end. The
 * SDK itself ignores what follows an unsigned message. Nothing here is authenticated: that comes after, by
 * KMS and by the SDK.
 * Layout: AWS Encryption SDK Developer Guide, "message format", version 2.
 */
import {
  AlgorithmSuiteIdentifier,
  type EncryptedDataKey,
  NodeAlgorithmSuite,
} from '@aws-crypto/material-management-node';
import { deserializeFactory } from '@aws-crypto/serialize';
import type { EncryptionContext } from './context.ts';

export interface Message {
  /** with what the SDK itself has put there */
  readonly encryptionContext: EncryptionContext;
  readonly wrappedDataKey: EncryptedDataKey;
  /** signed by a key whose public half stands in the context */
  readonly signed: boolean;
}

const unsignedSuite = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
const signedSuite =
  AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384;

const framed = 2;
const ivLength = 12;
const tagLength = 16;
const finalFrame = 0xffffffff;

const { deserializeMessageHeader } = deserializeFactory(
  (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
  NodeAlgorithmSuite,
);

/** Version 2, then the suite's two bytes. */
const beginnings = [unsignedSuite, signedSuite].map((suite) =>
  Buffer.from([2, suite >> 8, suite & 0xff]),
);

/**
 * Whether bytes are to be read as a message. KMS does not say what its ciphertexts look like; those that it
 * makes have begun with another byte than a message's 2 ever since.
 */
export const isMessage = (bytes: Buffer): boolean =>
  beginnings.some((beginning) => bytes.subarray(0, beginning.length).equals(beginning));

/** @returns undefined where the bytes are no message that we read */
export function readMessage(bytes: Buffer): Message | undefined {
  const header = readHeader(bytes);
  if (header === undefined) return undefined;
  const { messageHeader, headerLength, headerAuth } = header;
  const [wrappedDataKey, ...more] = messageHeader.encryptedDataKeys;
  const signed = messageHeader.suiteId === signedSuite;
  if (wrappedDataKey === undefined || more.length > 0) return undefined;
  if (!signed && messageHeader.suiteId !== unsignedSuite) return undefined;
  if (messageHeader.contentType !== framed) return undefined;
  const body = headerLength + headerAuth.headerAuthLength;
  const end = endOfFrames(bytes, body, messageHeader.frameLength);
  if (end === undefined || !endsAt(bytes, end, signed)) return undefined;
  return { encryptionContext: messageHeader.encryptionContext, wrappedDataKey, signed };
}

function readHeader(bytes: Buffer) {
  try {
    return deserializeMessageHeader(bytes, { maxEncryptedDataKeys: 1 }) || undefined;
  } catch {
    return undefined;
  }
}

/** @returns the index after the final frame, undefined where the bytes end before */
function endOfFrames(bytes: Buffer, start: number, frameLength: number): number | undefined {
  const frame = 4 + ivLength + frameLength + tagLength;
  for (let at = start; at + 4 <= bytes.length; at += frame) {
    if (bytes.readUInt32BE(at) !== finalFrame) continue;
    const lengthAt = at + 4 + 4 + ivLength;
    if (lengthAt + 4 > bytes.length) return undefined;
    const end = lengthAt + 4 + bytes.readUInt32BE(lengthAt) + tagLength;
    return end > bytes.length ? undefined : end;
  }
  return undefined;
}

/** A signed message has a signature after its frames, with its length before it. */
function endsAt(bytes: Buffer, end: number, signed: boolean): boolean {
  if (!signed) return end === bytes.length;
  return end + 2 <= bytes.length && end + 2 + bytes.readUInt16BE(end) === bytes.length;
}
