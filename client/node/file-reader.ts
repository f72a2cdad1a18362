/** Chunks of a file, the next one read while somebody works on the last: two blocks of memory for a file of any size. */
import type { FileHandle, FileReadResult } from 'node:fs/promises';
import type { Chunks } from '../message/chunk-reader.ts';

const blockBytes = 512 * 1024;

type Read = Promise<FileReadResult<Buffer<ArrayBuffer>>>;

export class FileReader implements Chunks {
  readonly #file: FileHandle;
  /** Taken in turns: when a chunk is asked for, the one before it is no longer needed. */
  #blocks = [Buffer.allocUnsafeSlow(blockBytes), Buffer.allocUnsafeSlow(blockBytes)] as const;
  #next: Read;
  readonly #onRead: (bytesRead: number) => void;
  #total = 0;

  /** @param onRead called with what was given so far, of the file */
  constructor(file: FileHandle, onRead: (bytesRead: number) => void) {
    this.#file = file;
    this.#onRead = onRead;
    this.#next = this.#read();
  }

  async read(): ReturnType<Chunks['read']> {
    const { bytesRead, buffer } = await this.#next;
    if (bytesRead === 0) return { done: true, value: undefined };
    this.#next = this.#read();
    this.#total += bytesRead;
    this.#onRead(this.#total);
    return { done: false, value: buffer.subarray(0, bytesRead) };
  }

  /** Whoever has opened the file closes it, which waits for what is being read. */
  async cancel(): Promise<void> {}

  #read(): Read {
    const [block, other] = this.#blocks;
    this.#blocks = [other, block];
    const reading = this.#file.read(block, 0, blockBytes);
    // It may be that nobody asks for it any more.
    reading.catch(() => undefined);
    return reading;
  }
}
