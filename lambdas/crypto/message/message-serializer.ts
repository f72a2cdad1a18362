/**
 * The bytes of a message of the AWS Encryption SDK that are not encrypted: its header, and what is authenticated with
 * each frame. The layout is written by the SDK's own code.
 * Rule: AWS Encryption SDK Developer Guide, "message format", version 2.
 */
import { ContentAADString, serializeFactory } from '@aws-crypto/serialize';
import type { WrappedDataKey } from '../../key-stores/data-key.ts';
import { ivBytes } from './aes-gcm.ts';
import { commitmentBytes } from './key-derivation.ts';
import { type Frame, unsignedSuite } from './message-parser.ts';

export const messageIdBytes = 32;
const versionAndSuiteBytes = 3;
const frameLengthBytes = 4;

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
const { buildMessageHeader, serializeMessageHeader, frameIv, finalFrameHeader } = serializeFactory(
  utf8,
  { utf8Sorting: true },
);

/** A message of one frame, the final one: the fewer frames, the less work. */
export const onlyFrame = { sequenceNumber: 1, isFinal: true, iv: frameIv(ivBytes, 1) } as const;

export const serializeFrameHeader = (contentBytes: number): Uint8Array =>
  finalFrameHeader(onlyFrame.sequenceNumber, onlyFrame.iv, contentBytes);

/** The headers of a data key's messages, without what is unique to a message. */
const headers = new WeakMap<WrappedDataKey, Buffer>();

/** @param contentBytes the length of the message's only frame */
export function serializeHeader(
  dataKey: WrappedDataKey,
  messageId: Buffer,
  commitment: Buffer,
  contentBytes: number,
): Buffer {
  const header = Buffer.from(commonHeader(dataKey));
  header.set(messageId, versionAndSuiteBytes);
  const commitmentAt = header.length - commitmentBytes;
  // The length of the frames that are not final. A final frame must be shorter.
  header.writeUInt32BE(contentBytes + 1, commitmentAt - frameLengthBytes);
  header.set(commitment, commitmentAt);
  return header;
}

function commonHeader(dataKey: WrappedDataKey): Buffer {
  let header = headers.get(dataKey);
  if (header === undefined) {
    header = emptyHeader(dataKey);
    headers.set(dataKey, header);
  }
  return header;
}

const emptyHeader = ({ wrapped, context }: WrappedDataKey): Buffer =>
  Buffer.from(
    serializeMessageHeader(
      buildMessageHeader({
        suite: unsignedSuite,
        encryptionContext: { ...context },
        encryptedDataKeys: [wrapped],
        messageId: new Uint8Array(messageIdBytes),
        frameLength: 0,
        suiteData: new Uint8Array(commitmentBytes),
      }),
    ),
  );

/** What is authenticated with a frame: its message, whether it is the last, its number and its length. */
export function frameAad(
  messageId: Uint8Array,
  { sequenceNumber, isFinal }: Pick<Frame, 'sequenceNumber' | 'isFinal'>,
  contentBytes: number,
): Buffer {
  const { FINAL_FRAME_STRING_ID, FRAME_STRING_ID } = ContentAADString;
  const numberAndLength = Buffer.alloc(4 + 8);
  numberAndLength.writeUInt32BE(sequenceNumber);
  numberAndLength.writeBigUInt64BE(BigInt(contentBytes), 4);
  return Buffer.concat([
    messageId,
    utf8(isFinal ? FINAL_FRAME_STRING_ID : FRAME_STRING_ID),
    numberAndLength,
  ]);
}
