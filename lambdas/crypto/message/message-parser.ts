/**
 * Parses a message of the AWS Encryption SDK, before any of it is trusted. Invariant: a message can be read in one
 * way only: a suite with key commitment, one wrapped data key, frames that are numbered from one and end where the
 * bytes end. The SDK itself ignores what follows an unsigned message. Nothing is authenticated here: KMS and
 * `message-cipher.ts` do that afterwards.
 * Rule: AWS Encryption SDK Developer Guide, "message format", version 2.
 */
import {
  AlgorithmSuiteIdentifier,
  type EncryptedDataKey,
  NodeAlgorithmSuite,
} from '@aws-crypto/material-management-node';
import { deserializeFactory, type MessageHeaderV2 } from '@aws-crypto/serialize';
import type { EncryptionContext } from '../../../contract/encryption-context.ts';
import { authTagBytes, ivBytes } from './aes-gcm.ts';

export interface Message {
  /** with the names that the SDK has added, such as the public key */
  readonly encryptionContext: EncryptionContext;
  readonly wrappedDataKey: EncryptedDataKey;
  /** by a key whose public half is in the context */
  readonly signed: boolean;
  readonly suite: NodeAlgorithmSuite;
  readonly header: MessageHeaderV2;
  readonly rawHeader: Buffer;
  readonly headerTag: Buffer;
  readonly frames: readonly Frame[];
  /** the header and the frames, which the signature covers */
  readonly signedBytes: Buffer;
  /** DER; empty where the message is not signed */
  readonly signature: Buffer;
}

/** A part of the plaintext, encrypted by itself. */
export interface Frame {
  readonly sequenceNumber: number;
  readonly isFinal: boolean;
  readonly iv: Buffer;
  readonly content: Buffer;
  readonly tag: Buffer;
}

/** Both commit to the data key. Our messages are not signed; those that others have signed are decrypted. */
export const unsignedSuite = new NodeAlgorithmSuite(
  AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
);
const signedSuite = new NodeAlgorithmSuite(
  AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384,
);
const suites = [unsignedSuite, signedSuite];

const framed = 2;
const finalFrame = 0xffffffff;

const { deserializeMessageHeader } = deserializeFactory(
  (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
  NodeAlgorithmSuite,
);

/** Version 2, then the suite's two bytes. */
const beginnings = suites.map(({ id }) => Buffer.from([2, id >> 8, id & 0xff]));

/**
 * Whether bytes are to be read as a message. KMS does not document what its ciphertexts look like; so far none has
 * begun with a message's 2.
 */
export const isMessage = (bytes: Buffer): boolean =>
  beginnings.some((beginning) => bytes.subarray(0, beginning.length).equals(beginning));

/** @returns undefined where the bytes are not a message, or not one that is accepted here */
export function parseMessage(bytes: Buffer): Message | undefined {
  const parsed = parseHeader(bytes);
  if (parsed === undefined) return undefined;
  const { messageHeader, headerLength } = parsed;
  if (messageHeader.version !== 2 || messageHeader.contentType !== framed) return undefined;
  const [wrappedDataKey, ...more] = messageHeader.encryptedDataKeys;
  if (wrappedDataKey === undefined || more.length > 0) return undefined;
  const suite = suites.find(({ id }) => id === messageHeader.suiteId);
  if (suite === undefined) return undefined;
  const signed = suite === signedSuite;
  const reader = new ByteReader(bytes, headerLength);
  const headerTag = reader.take(authTagBytes);
  const frames = parseFrames(reader, messageHeader.frameLength);
  const signedBytes = bytes.subarray(0, reader.at);
  const signature = signed ? reader.take(reader.uint16() ?? 0) : Buffer.alloc(0);
  if (headerTag === undefined || frames === undefined || signature === undefined) return undefined;
  if (!reader.atEnd) return undefined;
  return {
    encryptionContext: messageHeader.encryptionContext,
    wrappedDataKey,
    signed,
    suite,
    header: messageHeader,
    rawHeader: bytes.subarray(0, headerLength),
    headerTag,
    frames,
    signedBytes,
    signature,
  };
}

function parseHeader(bytes: Buffer) {
  try {
    return deserializeMessageHeader(bytes, { maxEncryptedDataKeys: 1 }) || undefined;
  } catch {
    return undefined;
  }
}

/** @returns undefined where the bytes end before the final frame, or a frame has a wrong number or length */
function parseFrames(reader: ByteReader, frameLength: number): Frame[] | undefined {
  const frames: Frame[] = [];
  for (let expected = 1; ; expected += 1) {
    const first = reader.uint32();
    const isFinal = first === finalFrame;
    const sequenceNumber = isFinal ? reader.uint32() : first;
    const iv = reader.take(ivBytes);
    const length = isFinal ? reader.uint32() : frameLength;
    if (sequenceNumber !== expected || length === undefined || length > frameLength) {
      return undefined;
    }
    const content = reader.take(length);
    const tag = reader.take(authTagBytes);
    if (iv === undefined || content === undefined || tag === undefined) return undefined;
    frames.push({ sequenceNumber, isFinal, iv, content, tag });
    if (isFinal) return frames;
  }
}

/** Takes bytes one after the other; returns undefined where fewer are left. */
class ByteReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Buffer | undefined {
    if (this.#at + length > this.#bytes.length) return undefined;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint16(): number | undefined {
    return this.take(2)?.readUInt16BE();
  }

  uint32(): number | undefined {
    return this.take(4)?.readUInt32BE();
  }
}
