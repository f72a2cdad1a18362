/**
 * Encrypts a stream of any length as one message of the AWS Encryption SDK (suite 0x0478, unsigned): under one data key, which
 * the tenant's key has wrapped, frame by frame, with memory for a few frames.
 */
import { concatenated, free, uint32 } from '../binary.ts';
import type { DataKeySource, EncryptionContext } from '../data-key-source.ts';
import { UsageError } from '../errors.ts';
import type { CallOptions } from '../http/call.ts';
import { type ByteStreamPair, byteStreamPair, inOrder } from './byte-stream.ts';
import type { ByteSource } from './chunk-reader.ts';
import { messageIdBytes, serializeHeader, suites } from './message-header.ts';
import {
  encryptFrame,
  finalFrameMark,
  headerTag,
  ivOf,
  type MessageKey,
  messageKey,
} from './message-key.ts';

/** `actor` and `label` go with the request for the data key. */
export interface SealOptions extends CallOptions {
  /** authenticated with the message, and to be given again to open it; not secret */
  readonly context?: EncryptionContext | undefined;
  /** of plaintext in a frame: 1 byte to 8 MiB, 128 KiB without */
  readonly frameBytes?: number | undefined;
}

export interface MessageKeys {
  readonly tenantId: string;
  readonly dataKeys: DataKeySource;
}

/** The longest frames that are sealed and, unless it is told otherwise, opened here. */
export const maxFrameBytes = 8 * 1024 * 1024;
const defaultFrameBytes = 128 * 1024;
/** Frame numbers have four bytes, and the last is the final frame's mark. */
const maxFrames = finalFrameMark - 1;

export function sealStream(
  { tenantId, dataKeys }: MessageKeys,
  { context = {}, frameBytes = defaultFrameBytes, ...call }: SealOptions = {},
): ByteStreamPair {
  if (!Number.isInteger(frameBytes) || frameBytes < 1 || frameBytes > maxFrameBytes) {
    throw new UsageError(`A frame has 1 to ${maxFrameBytes} bytes of plaintext.`);
  }
  const { signal } = call;
  return byteStreamPair(async function* (input, importAesGcm) {
    const dataKey = await dataKeys.generate(context, call);
    const { keyProviderId, keyName, wrapped, plaintext } = dataKey;
    const messageId = crypto.getRandomValues(new Uint8Array(messageIdBytes));
    const key = await messageKey(plaintext, suites.unsigned, messageId, importAesGcm);
    const header = serializeHeader({
      suite: suites.unsigned,
      messageId,
      context: { ...context, TenantId: tenantId },
      keyProviderId,
      keyName,
      wrappedDataKey: wrapped,
      frameBytes,
      commitment: key.commitment,
    });
    yield concatenated([header, ...(await headerTag(key, header))]);
    for await (const parts of inOrder(frames(input, key, { messageId, frameBytes, signal }))) {
      yield* parts;
    }
  });
}

interface FrameOptions {
  readonly messageId: Uint8Array;
  readonly frameBytes: number;
  readonly signal: AbortSignal | undefined;
}

async function* frames(
  input: ByteSource,
  key: MessageKey,
  { messageId, frameBytes, signal }: FrameOptions,
) {
  for (let number = 1, isFinal = false; !isFinal; number += 1) {
    signal?.throwIfAborted();
    if (number > maxFrames)
      throw new UsageError('The file has too many frames: choose longer ones.');
    const content = await input.upTo(frameBytes);
    isFinal = await input.isAtEnd();
    const frame = { number, isFinal };
    yield async () => {
      const start = frameStart(frame, content.length);
      const encrypted = await encryptFrame(key, messageId, frame, content);
      free(content);
      return [start, ...encrypted];
    };
  }
}

const frameStart = ({ number, isFinal }: { number: number; isFinal: boolean }, bytes: number) =>
  concatenated(
    isFinal
      ? [uint32(finalFrameMark), uint32(number), ivOf(number), uint32(bytes)]
      : [uint32(number), ivOf(number)],
  );
