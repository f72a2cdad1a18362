/** Reads a stream of chunks of any size in pieces of the sizes that a message has. */
import { MessageError, UsageError } from '../errors.ts';
import type { ByteReader } from './message-header.ts';

/** Gives bytes one after the other, in memory of their own. */
export interface ByteSource extends ByteReader {
  /** @returns so many bytes, fewer only where the input ends before */
  upTo(bytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Waits for the next bytes, or the end. */
  isAtEnd(): Promise<boolean>;
}

/** @throws MessageError where fewer are left */
export async function exactly(
  source: Pick<ByteSource, 'upTo'>,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const taken = await source.upTo(bytes);
  if (taken.length === bytes) return taken;
  throw new MessageError(
    'The message ends too early: it is not whole. What was given before is its beginning and nothing more.',
  );
}

/** A reader of a stream, or what gives chunks as one does; each is left alone until the next is asked for. */
export type Chunks = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'>;

export class ChunkReader implements ByteSource {
  readonly #reader: Chunks;
  #chunk: Uint8Array = new Uint8Array(0);
  #hasEnded = false;

  constructor(reader: Chunks) {
    this.#reader = reader;
  }

  async upTo(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    if (await this.isAtEnd()) return new Uint8Array(0);
    const taken = new Uint8Array(bytes);
    let length = 0;
    while (length < bytes && !(await this.isAtEnd())) {
      const part = this.#next(bytes - length);
      taken.set(part, length);
      length += part.length;
    }
    return taken.subarray(0, length);
  }

  #next(maxBytes: number): Uint8Array {
    const part = this.#chunk.subarray(0, maxBytes);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  exactly(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    return exactly(this, bytes);
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#chunk.length === 0 && !this.#hasEnded) {
      const { done, value } = await this.#reader.read();
      if (done) this.#hasEnded = true;
      else if (value instanceof Uint8Array) this.#chunk = value;
      else throw new UsageError('The stream must be of bytes (Uint8Array).');
    }
    return this.#hasEnded && this.#chunk.length === 0;
  }

  /** Whoever writes the stream learns that nobody reads on. */
  cancel(reason: unknown): Promise<void> {
    return this.#reader.cancel(reason);
  }
}
