/**
 * Decrypts a message of the AWS Encryption SDK of any length, frame by frame, with memory for a few frames. Invariant: each byte
 * that is given out is of a frame that is verified and in its place, and the last frame is given only once the message has
 * ended as it must: nothing after it, and the signature right where there is one. A stream that fails has given a true
 * beginning of the plaintext at most; only one that ends without an error has given all of it.
 */
import { free } from '../binary.ts';
import { type DataKeySource, type EncryptionContext, isUnwrapRefused } from '../data-key-source.ts';
import { MessageError, UsageError } from '../errors.ts';
import type { CallOptions } from '../http/call.ts';
import { type ByteStreamPair, byteStreamPair, inOrder } from './byte-stream.ts';
import type { ByteSource } from './chunk-reader.ts';
import { type MessageHeader, publicKeyName, readHeader, suites } from './message-header.ts';
import {
  checkCommitment,
  checkHeaderTag,
  decryptFrame,
  finalFrameMark,
  ivBytes,
  type MessageKey,
  messageKey,
  notAsEncrypted,
  tagBytes,
} from './message-key.ts';
import { MessageSignature } from './message-signature.ts';
import { maxFrameBytes as defaultMaxFrameBytes, type MessageKeys } from './seal-stream.ts';

/** `actor` and `label` go with the request for the data key. */
export interface OpenOptions extends CallOptions {
  /** what it was sealed with, exactly */
  readonly context?: EncryptionContext | undefined;
  /** the longest frames that are read, which a few of are in memory at once: 8 MiB without */
  readonly maxFrameBytes?: number | undefined;
}

export function openStream(
  { tenantId, dataKeys }: MessageKeys,
  { context = {}, maxFrameBytes = defaultMaxFrameBytes, ...call }: OpenOptions = {},
): ByteStreamPair {
  // Nothing is larger than a NaN: it would switch the bound off.
  if (!Number.isSafeInteger(maxFrameBytes) || maxFrameBytes < 1) {
    throw new UsageError('maxFrameBytes must be a whole number of at least 1.');
  }
  const { signal } = call;
  return byteStreamPair(async function* (input, importAesGcm) {
    const { header, bytes } = await readHeader(input);
    const tag = await input.exactly(tagBytes);
    if (!isSame(header, { ...context, TenantId: tenantId })) throw notAsEncrypted();
    const signature = header.suite === suites.signed ? new MessageSignature(header) : undefined;
    const dataKey = await unwrapped(dataKeys, header, call);
    const key = await messageKey(dataKey, header.suite, header.messageId, importAesGcm);
    checkCommitment(key, header.commitment);
    await checkHeaderTag(key, bytes, tag);
    signature?.update(bytes, tag);
    yield* inOrder(frames(input, key, { header, maxFrameBytes, signature, signal }));
  });
}

/** @returns whether a message's context is the expected one, but for the public key that the SDK adds to a signed one's */
function isSame({ context: actual, suite }: MessageHeader, expected: EncryptionContext): boolean {
  const added = suite === suites.signed ? publicKeyName : undefined;
  const names = Object.keys(actual).filter((name) => name !== added);
  return (
    names.length === Object.keys(expected).length &&
    names.every((name) => Object.hasOwn(expected, name) && expected[name] === actual[name])
  );
}

async function unwrapped(dataKeys: DataKeySource, header: MessageHeader, call: CallOptions) {
  // The API adds the tenant itself, and takes none from anybody.
  const { TenantId: _, ...context } = header.context;
  try {
    return await dataKeys.open(header.wrappedDataKey, context, call);
  } catch (error) {
    throw isUnwrapRefused(error) ? notAsEncrypted() : error;
  }
}

interface FrameOptions {
  readonly header: MessageHeader;
  readonly maxFrameBytes: number;
  readonly signature: MessageSignature | undefined;
  readonly signal: AbortSignal | undefined;
}

async function* frames(
  input: ByteSource,
  key: MessageKey,
  { header, maxFrameBytes, signature, signal }: FrameOptions,
) {
  const { messageId, frameBytes } = header;
  for (let number = 1, isFinal = false; !isFinal; number += 1) {
    signal?.throwIfAborted();
    const mark = await input.exactly(4);
    isFinal = value(mark) === finalFrameMark;
    const numberBytes = isFinal ? await input.exactly(4) : mark;
    const iv = await input.exactly(ivBytes);
    const lengthBytes = isFinal ? await input.exactly(4) : new Uint8Array(0);
    const length = isFinal ? value(lengthBytes) : frameBytes;
    if (value(numberBytes) !== number || length > frameBytes) throw notAsEncrypted();
    if (length > maxFrameBytes) {
      throw new MessageError(
        `The message has frames of ${length} bytes, and ${maxFrameBytes} are read at most, since a few are in memory at once. ` +
          'Open it with a larger "maxFrameBytes", if it is from where you expect it.',
      );
    }
    const content = await input.exactly(length + tagBytes);
    signature?.update(isFinal ? mark : new Uint8Array(0), numberBytes, iv, lengthBytes, content);
    if (isFinal) await checkEnd(input, signature);
    const frame = { number, isFinal, iv };
    yield async () => {
      const plaintext = await decryptFrame(key, messageId, frame, content);
      free(content);
      return plaintext;
    };
  }
}

/** @throws MessageError where the message does not end here, or its signature is wrong */
async function checkEnd(input: ByteSource, signature: MessageSignature | undefined) {
  if (signature !== undefined) {
    const length = value(await input.exactly(2));
    signature.check(await input.exactly(length));
  }
  if (!(await input.isAtEnd())) {
    throw new MessageError('Something follows the message that is not of it.');
  }
}

const value = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
