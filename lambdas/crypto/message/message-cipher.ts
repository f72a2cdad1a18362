/**
 * Encrypts and decrypts messages of the AWS Encryption SDK, which are in memory as a whole. Invariant: every message
 * has a key of its own, derived with its own 32 random bytes, and commits to it; nothing of a message is given out
 * before all of it is verified: its commitment, its header, each frame in its place, and the signature, where it
 * has one. Messages that others have signed are decrypted; ours are not signed.
 * Not the SDK's `encrypt` and `decrypt`: they are streams over key objects and cost ten times what the cryptography
 * costs, above all for each short message of a batch (docs/performance.md).
 * Rules: AWS Encryption SDK Developer Guide, "message format", version 2, and "Supported algorithm suites".
 */
import {
  createPublicKey,
  createVerify,
  ECDH,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { publicKeyName } from '../../../contract/encryption-context.ts';
import type { DataKey } from '../../key-stores/data-key.ts';
import { authTagBytes, decryptInto, encryptInto, ivBytes } from './aes-gcm.ts';
import { deriveMessageKey } from './key-derivation.ts';
import { type Message, unsignedSuite } from './message-parser.ts';
import {
  frameAad,
  messageIdBytes,
  onlyFrame,
  serializeFrameHeader,
  serializeHeader,
} from './message-serializer.ts';

/** No frame has an IV of zeros: the IV of a frame is its number, and the first is 1. */
const headerIv = Buffer.alloc(ivBytes);
const nothing = Buffer.alloc(0);

/** @param dataKey its bytes are neither kept nor changed */
export function encryptMessage(dataKey: DataKey, plaintext: Buffer): Buffer {
  const messageId = newMessageId();
  const { key, commitment } = deriveMessageKey(dataKey.plaintext, messageId, unsignedSuite);
  const header = serializeHeader(dataKey, messageId, commitment, plaintext.length);
  const headerTag = encryptInto(nothing, nothing, { key, iv: headerIv, aad: header });
  const start = Buffer.concat([header, headerTag, serializeFrameHeader(plaintext.length)]);
  // Every byte is written below; Buffer.concat would fill the rest with zeros first.
  const message = Buffer.allocUnsafe(start.length + plaintext.length + authTagBytes);
  message.set(start);
  const aad = frameAad(messageId, onlyFrame, plaintext.length);
  const content = message.subarray(start.length);
  const tag = encryptInto(content, plaintext, { key, iv: onlyFrame.iv, aad });
  content.set(tag, plaintext.length);
  return message;
}

/** Random bytes for many ids are taken at once: one by one they cost as much as a cipher. No id is given twice. */
let unusedIds = nothing;
function newMessageId(): Buffer {
  if (unusedIds.length === 0) unusedIds = randomBytes(128 * messageIdBytes);
  const messageId = unusedIds.subarray(0, messageIdBytes);
  unusedIds = unusedIds.subarray(messageIdBytes);
  return messageId;
}

/**
 * @param dataKey is neither kept nor changed
 * @throws Error where anything of the message is not as it was encrypted
 */
export function decryptMessage(dataKey: Uint8Array, message: Message): Buffer {
  const { messageId, suiteData } = message.header;
  const { key, commitment } = deriveMessageKey(dataKey, messageId, message.suite);
  if (!timingSafeEqual(commitment, suiteData)) throw new Error('encrypted with another data key');
  const aad = message.rawHeader;
  decryptInto(nothing, nothing, { key, iv: headerIv, aad, tag: message.headerTag });
  const plaintext = decryptFrames(key, message);
  if (message.signed) verifySignature(message);
  return plaintext;
}

/** AES-GCM gives as many bytes as it takes. */
export const plaintextBytesOf = ({ frames }: Message): number =>
  frames.reduce((sum, { content }) => sum + content.length, 0);

function decryptFrames(key: KeyObject, message: Message): Buffer {
  const { header, frames } = message;
  const bytes = plaintextBytesOf(message);
  // In memory of its own, not in the pool that small buffers share.
  const plaintext = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const frame of frames) {
    const { iv, content, tag } = frame;
    const aad = frameAad(header.messageId, frame, content.length);
    decryptInto(plaintext.subarray(at), content, { key, iv, aad, tag });
    at += content.length;
  }
  return plaintext;
}

/** @throws Error where the signature is not of this message, by the public key in its context */
function verifySignature({ encryptionContext, signedBytes, signature }: Message): void {
  const compressed = Buffer.from(encryptionContext[publicKeyName] ?? '', 'base64');
  const verify = createVerify('sha384').update(signedBytes);
  if (!verify.verify(publicKeyOf(compressed), signature)) throw new Error('the signature is wrong');
}

/** @throws Error where that is no point of P-384 */
function publicKeyOf(compressedPoint: Buffer): KeyObject {
  const to = 'uncompressed';
  const point = ECDH.convertKey(compressedPoint, 'secp384r1', undefined, undefined, to) as Buffer;
  // One byte for the form (SEC 1, section 2.3.3), then both coordinates.
  const x = point.subarray(1, 49).toString('base64url');
  const y = point.subarray(49).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: 'P-384', x, y }, format: 'jwk' });
}
