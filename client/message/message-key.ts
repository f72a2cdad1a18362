/**
 * The key of one message, and what it encrypts. Invariant: no two messages have the same key, since each is derived with the
 * message's own 32 random bytes; so the IV of a frame may be its number. The commitment says which data key it was.
 * Rules: RFC 5869; the AWS Encryption SDK Specification, "Algorithm Suites" and "Message Body".
 */

import type { AesGcm, ImportAesGcm } from '../aes-gcm.ts';
import { areEqual, concatenated, uint16, uint32 } from '../binary.ts';
import { MessageError } from '../errors.ts';
import { commitmentBytes } from './message-header.ts';

const dataKeyBytes = 32;
const keyBytes = 32;
export const ivBytes = 12;
export const tagBytes = 16;
/** The number that stands before the final frame's own. */
export const finalFrameMark = 0xffffffff;

export interface MessageKey {
  readonly key: AesGcm;
  readonly commitment: Uint8Array<ArrayBuffer>;
}

/**
 * @param dataKey is overwritten with zeros
 * @throws MessageError where it is no AES-256 key: the tenant's key may have wrapped something else
 */
export async function messageKey(
  dataKey: Uint8Array<ArrayBuffer>,
  suite: number,
  messageId: Uint8Array<ArrayBuffer>,
  importAesGcm: ImportAesGcm,
): Promise<MessageKey> {
  try {
    if (dataKey.length !== dataKeyBytes) throw notAsEncrypted();
    const material = await crypto.subtle.importKey('raw', dataKey, 'HKDF', false, ['deriveBits']);
    const expand = async (info: Uint8Array<ArrayBuffer>, bytes: number) =>
      new Uint8Array(
        await crypto.subtle.deriveBits(
          { name: 'HKDF', hash: 'SHA-512', salt: messageId, info },
          material,
          bytes * 8,
        ),
      );
    const raw = await expand(concatenated([uint16(suite), utf8('DERIVEKEY')]), keyBytes);
    const key = await importAesGcm(raw);
    raw.fill(0);
    return { key, commitment: await expand(utf8('COMMITKEY'), commitmentBytes) };
  } finally {
    dataKey.fill(0);
  }
}

/** @throws MessageError where another data key encrypted it */
export function checkCommitment({ commitment }: MessageKey, given: Uint8Array): void {
  if (!areEqual(commitment, given)) throw notAsEncrypted();
}

/** No frame has an IV of zeros, since the first frame is number 1. */
const headerIv = new Uint8Array(ivBytes);
const nothing = new Uint8Array(0);

/** @returns the tag in parts, as with a frame */
export const headerTag = ({ key }: MessageKey, header: Uint8Array<ArrayBuffer>) =>
  key.encrypt(headerIv, header, nothing);

/** @throws MessageError where the header is not as it was */
export async function checkHeaderTag(
  { key }: MessageKey,
  header: Uint8Array<ArrayBuffer>,
  tag: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await decrypt(key, headerIv, header, tag);
}

export interface Frame {
  readonly number: number;
  readonly isFinal: boolean;
}

/** @returns the content encrypted, and its tag: parts, one after the other */
export const encryptFrame = (
  { key }: MessageKey,
  messageId: Uint8Array,
  frame: Frame,
  content: Uint8Array<ArrayBuffer>,
): Promise<readonly Uint8Array<ArrayBuffer>[]> =>
  key.encrypt(ivOf(frame.number), aadOf(messageId, frame, content.length), content);

/** @param content encrypted, with its tag */
export const decryptFrame = (
  { key }: MessageKey,
  messageId: Uint8Array,
  frame: Frame & { readonly iv: Uint8Array<ArrayBuffer> },
  content: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> =>
  decrypt(key, frame.iv, aadOf(messageId, frame, content.length - tagBytes), content);

/** The frame's number, big-endian. */
export function ivOf(frameNumber: number): Uint8Array<ArrayBuffer> {
  const iv = new Uint8Array(ivBytes);
  new DataView(iv.buffer).setUint32(ivBytes - 4, frameNumber);
  return iv;
}

function aadOf(messageId: Uint8Array, { number, isFinal }: Frame, contentBytes: number) {
  const kind = isFinal ? 'AWSKMSEncryptionClient Final Frame' : 'AWSKMSEncryptionClient Frame';
  // The length has eight bytes, of which a frame's needs four.
  return concatenated([messageId, utf8(kind), uint32(number), uint32(0), uint32(contentBytes)]);
}

type Bytes = Uint8Array<ArrayBuffer>;

async function decrypt(key: AesGcm, iv: Bytes, additionalData: Bytes, content: Bytes) {
  try {
    return await key.decrypt(iv, additionalData, content);
  } catch {
    throw notAsEncrypted();
  }
}

export const notAsEncrypted = (): MessageError =>
  new MessageError(
    'The message is not as it was encrypted: another tenant or context, or a part of it was changed, moved, or is of another message.',
  );

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
