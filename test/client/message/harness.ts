/** Messages of any size, with data keys from memory. */

import type { ByteStreamPair } from '../../../client/message/byte-stream.ts';
import { type OpenOptions, openStream } from '../../../client/message/open-stream.ts';
import {
  type MessageKeys,
  type SealOptions,
  sealStream,
} from '../../../client/message/seal-stream.ts';
import { keysInMemory } from '../key-store.ts';

export const messageKeys = (tenantId = 'acme', keys = keysInMemory()): MessageKeys => ({
  tenantId,
  dataKeys: keys.source,
});

/** A stream of the bytes in chunks of these lengths, over and over. */
export function streamOf(
  bytes: Uint8Array,
  chunkBytes: readonly number[] = [65_536],
): ReadableStream<Uint8Array> {
  let [at, turn] = [0, 0];
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const length = Math.max(1, chunkBytes[turn % chunkBytes.length] ?? 1);
      controller.enqueue(bytes.slice(at, at + length));
      at += length;
      turn += 1;
    },
  });
}

export interface Outcome {
  /** what came before the end or the error */
  readonly bytes: Buffer;
  readonly error: unknown;
}

/** Everything that comes out, and whether it ended as it should. */
export async function outcomeOf(
  stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Outcome> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), error: undefined };
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  }
}

export async function through(
  bytes: Uint8Array,
  pair: ByteStreamPair,
  chunkBytes?: readonly number[],
): Promise<Buffer> {
  const { bytes: result, error } = await outcomeOf(streamOf(bytes, chunkBytes).pipeThrough(pair));
  if (error !== undefined) throw error;
  return result;
}

export const seal = (keys: MessageKeys, plaintext: Uint8Array, options?: SealOptions) =>
  through(plaintext, sealStream(keys, options));

export const open = (keys: MessageKeys, message: Uint8Array, options?: OpenOptions) =>
  through(message, openStream(keys, options));
