/** A pair of streams, as `pipeThrough` takes it, of a generator that reads one and gives the other. */
import { type ImportAesGcm, importWebCrypto } from '../aes-gcm.ts';
import { type ByteSource, ChunkReader } from './chunk-reader.ts';

export interface ByteStreamPair {
  readonly writable: WritableStream<Uint8Array>;
  readonly readable: ReadableStream<Bytes>;
  /** in place of both: what comes out of an input that is not a stream, by this cipher. Each part is the caller's own. */
  output(input: ByteSource, importAesGcm: ImportAesGcm): AsyncGenerator<Bytes, void, undefined>;
}

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Nothing is read before somebody reads from the pair, and nothing is kept beyond what the generator keeps.
 * @param output its error is that of both streams
 */
export function byteStreamPair(output: ByteStreamPair['output']): ByteStreamPair {
  const input = new TransformStream<Uint8Array, Uint8Array>();
  const reader = new ChunkReader(input.readable.getReader());
  const parts = output(reader, importWebCrypto);
  const readable = new ReadableStream<Bytes>(
    {
      async pull(controller) {
        try {
          const { done, value } = await parts.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
          await reader.cancel(error).catch(() => undefined);
        }
      },
      async cancel(reason) {
        await reader.cancel(reason);
        await parts.return();
      },
    },
    { highWaterMark: 0 },
  );
  return { writable: input.writable, readable, output };
}

/** How many frames are at work at once: WebCrypto has threads of its own. */
const maxInFlight = 4;

/**
 * Work on several frames at once, given in their order.
 * @param starts each begins the work on one
 */
export async function* inOrder<T>(
  starts: AsyncIterable<() => Promise<T>>,
): AsyncGenerator<T, void, undefined> {
  const atWork: Promise<T>[] = [];
  for await (const start of starts) {
    const work = start();
    // Where an earlier one fails nobody waits for this one.
    work.catch(() => undefined);
    atWork.push(work);
    if (atWork.length === maxInFlight) yield await (atWork.shift() ?? work);
  }
  for (const work of atWork) yield await work;
}
