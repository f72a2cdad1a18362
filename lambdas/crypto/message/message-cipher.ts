/**
 * Seals and opens messages of the AWS Encryption SDK, which are in memory as a whole. Invariant: every message
 * has a key of its own, derived with its own 32 random bytes, and commits to it; nothing of a message is given
 * out before all of it is verified: its commitment, its header, each frame in its place, and the signature,
 * where it has one. Primitives are those of node:crypto, the parts' layout is the SDK's own code.
 * Not the SDK's `encrypt` and `decrypt`: they are streams over key objects, and cost ten times what the
 * cryptography costs, of each short message in a batch above all (docs/performance.md).
 * Rules: AWS Encryption SDK Developer Guide, "message format", version 2, and "Supported algorithm suites".
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { ContentAADString, serializeFactory } from '@aws-crypto/serialize';
import type { DataKey } from '../keyring.ts';
import {
  authTagLength,
  cipherOf,
  commitmentLength,
  decipherOf,
  derived,
  openInto,
  sealInto,
} from './key-derivation.ts';
import { type Message, unsignedSuite } from './message-parser.ts';
import { verifySignature } from './signature.ts';

const versionAndSuiteLength = 3;
const messageIdLength = 32;
const ivLength = 12;
/** No frame has an IV of zeros: frames count from 1, and the count is the IV. */
const headerIv = Buffer.alloc(ivLength);
const nothing = Buffer.alloc(0);

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
const { buildMessageHeader, serializeMessageHeader, frameIv, finalFrameHeader } = serializeFactory(
  utf8,
  { utf8Sorting: true },
);

/**
 * @param dataKey its bytes are neither kept nor changed
 * @returns a message whose one frame, the final one, has all of the plaintext: the more frames, the more work
 */
export function sealMessage(dataKey: DataKey, plaintext: Buffer): Buffer {
  const messageId = newMessageId();
  const { key, commitment } = derived(dataKey.plaintext, messageId, unsignedSuite);
  const header = headerOf(dataKey, { messageId, length: plaintext.length, commitment });
  const iv = frameIv(ivLength, 1);
  const aad = frameAad(messageId, { sequenceNumber: 1, isFinal: true, length: plaintext.length });
  const headerTag = sealInto(nothing, cipherOf(key, headerIv, header), nothing);
  const before = Buffer.concat([header, headerTag, finalFrameHeader(1, iv, plaintext.length)]);
  const start = before.length;
  // All of it is written; Buffer.concat would fill the rest with zeros first.
  const message = Buffer.allocUnsafe(start + plaintext.length + authTagLength);
  message.set(before);
  const tag = sealInto(message.subarray(start), cipherOf(key, iv, aad), plaintext);
  message.set(tag, start + plaintext.length);
  return message;
}

/** Random bytes are taken together: one by one they cost as much as a cipher. None is given twice. */
let messageIds = nothing;
function newMessageId(): Buffer {
  if (messageIds.length === 0) messageIds = randomBytes(128 * messageIdLength);
  const messageId = messageIds.subarray(0, messageIdLength);
  messageIds = messageIds.subarray(messageIdLength);
  return messageId;
}

/** Of a data key's messages, the headers have all in common but what is unique to a message. */
const headers = new WeakMap<DataKey, Buffer>();

function headerOf(
  dataKey: DataKey,
  message: { readonly messageId: Buffer; readonly length: number; readonly commitment: Buffer },
): Buffer {
  const header = Buffer.from(commonHeader(dataKey));
  header.set(message.messageId, versionAndSuiteLength);
  // A final frame is shorter than the others would be.
  header.writeUInt32BE(message.length + 1, header.length - commitmentLength - 4);
  header.set(message.commitment, header.length - commitmentLength);
  return header;
}

function commonHeader(dataKey: DataKey): Buffer {
  let common = headers.get(dataKey);
  if (common === undefined) {
    common = emptyHeader(dataKey);
    headers.set(dataKey, common);
  }
  return common;
}

const emptyHeader = ({ wrapped, context }: DataKey): Buffer =>
  Buffer.from(
    serializeMessageHeader(
      buildMessageHeader({
        suite: unsignedSuite,
        encryptionContext: { ...context },
        encryptedDataKeys: [wrapped],
        messageId: new Uint8Array(messageIdLength),
        frameLength: 0,
        suiteData: new Uint8Array(commitmentLength),
      }),
    ),
  );

/**
 * @param dataKey is neither kept nor changed
 * @throws Error where anything of the message is not as it was sealed
 */
export function openMessage(dataKey: Uint8Array, message: Message): Buffer {
  const { messageId, suiteData } = message.header;
  const { key, commitment } = derived(dataKey, messageId, message.suite);
  if (!timingSafeEqual(commitment, suiteData)) throw new Error('sealed with another data key');
  openInto(nothing, decipherOf(key, headerIv, message.rawHeader, message.headerTag), nothing);
  const length = message.frames.reduce((sum, { content }) => sum + content.length, 0);
  // Of its own, not of the pool that small buffers share.
  const plaintext = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const { iv, content, tag, ...frame } of message.frames) {
    const aad = frameAad(messageId, { ...frame, length: content.length });
    openInto(plaintext.subarray(at), decipherOf(key, iv, aad, tag), content);
    at += content.length;
  }
  if (message.signed) verifySignature(message);
  return plaintext;
}

/** What is authenticated with a frame: its message, whether it is the last, its place and its length. */
function frameAad(
  messageId: Uint8Array,
  frame: { readonly sequenceNumber: number; readonly isFinal: boolean; readonly length: number },
): Buffer {
  const { FINAL_FRAME_STRING_ID, FRAME_STRING_ID } = ContentAADString;
  const placeAndLength = Buffer.alloc(4 + 8);
  placeAndLength.writeUInt32BE(frame.sequenceNumber);
  placeAndLength.writeBigUInt64BE(BigInt(frame.length), 4);
  return Buffer.concat([
    messageId,
    utf8(frame.isFinal ? FINAL_FRAME_STRING_ID : FRAME_STRING_ID),
    placeAndLength,
  ]);
}
