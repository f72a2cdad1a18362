/**
 * Files sealed and opened on Node.js. Invariant: the file that is asked for is there only as a whole. It is written beside its
 * place under another name, and takes its place when the last byte is right; where anything fails nothing is left of it.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import { free } from '../binary.ts';
import { UsageError } from '../errors.ts';
import type { ByteStreamPair } from '../message/byte-stream.ts';
import { type ByteSource, ChunkReader, exactly } from '../message/chunk-reader.ts';
import type { OpenOptions } from '../message/open-stream.ts';
import type { SealOptions } from '../message/seal-stream.ts';

/** A tenant's handle, or what can do the same. */
export interface Sealer {
  sealStream(options?: SealOptions): ByteStreamPair;
  openStream(options?: OpenOptions): ByteStreamPair;
}

export interface FileOptions {
  /** whether a file that is there already is replaced; without it that is an error */
  readonly overwrite?: boolean | undefined;
  /** not called for a stream. @param bytesRead of the file that is read, of `totalBytes` */
  readonly onProgress?: ((bytesRead: number, totalBytes: number) => void) | undefined;
}

/**
 * @param from a path, or a stream, which is destroyed in any case
 * @throws UsageError where `to` is there already
 */
export const sealFile = (
  sealer: Sealer,
  from: string | Readable,
  to: string,
  { overwrite, onProgress, ...options }: SealOptions & FileOptions = {},
): Promise<void> =>
  passFile(from, to, sealer.sealStream(options), { overwrite, onProgress, mode: 0o666 });

/**
 * The opened file is readable by its owner alone.
 * @param from a path, or a stream, which is destroyed in any case
 * @throws MessageError where the message is not whole and as it was sealed; `to` is not there then
 * @throws UsageError where `to` is there already
 */
export const openFile = (
  sealer: Sealer,
  from: string | Readable,
  to: string,
  { overwrite, onProgress, ...options }: OpenOptions & FileOptions = {},
): Promise<void> =>
  passFile(from, to, sealer.openStream(options), { overwrite, onProgress, mode: 0o600 });

/** For Node.js's own streams: `createReadStream(a).pipe(nodeStream(tenant.sealStream())).pipe(...)`; better with `pipeline`. */
export const nodeStream = (pair: ByteStreamPair): Duplex =>
  // The types of Node's own web streams and those of the platform differ in what they leave out.
  Duplex.fromWeb(pair as unknown as Parameters<typeof Duplex.fromWeb>[0]);

async function passFile(
  from: string | Readable,
  to: string,
  pair: ByteStreamPair,
  { overwrite, onProgress, mode }: FileOptions & { readonly mode: number },
): Promise<void> {
  try {
    if (overwrite !== true) await checkIsFree(to);
    if (typeof from === 'string') {
      await withFile(from, onProgress, (input) => writeWhole(to, mode, pair.output(input)));
    } else {
      await writeWhole(to, mode, pair.output(new ChunkReader(bytesOf(from))));
    }
  } finally {
    if (typeof from !== 'string') from.destroy();
  }
}

/** Node's own web streams have another type than the platform's. */
const bytesOf = (stream: Readable) =>
  Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>;

async function withFile(
  path: string,
  onProgress: FileOptions['onProgress'],
  action: (input: ByteSource) => Promise<void>,
): Promise<void> {
  const source = await open(path);
  try {
    const { size } = await source.stat();
    const input = new FileSource(source, (bytesRead) => onProgress?.(bytesRead, size));
    await action(input);
  } finally {
    await source.close();
  }
}

async function writeWhole(
  to: string,
  mode: number,
  parts: AsyncIterable<Uint8Array>,
): Promise<void> {
  const partial = join(dirname(to), `.${basename(to)}.${randomUUID()}.partial`);
  const target = await open(partial, 'wx', mode);
  try {
    await writeAll(target, parts);
    await target.sync();
    await target.close();
    await rename(partial, to);
  } catch (error) {
    await target.close();
    await rm(partial, { force: true });
    throw error;
  }
}

async function checkIsFree(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch {
    return;
  }
  throw new UsageError(
    `${path} is there already. Choose another name, or have it replaced (\`overwrite\`, \`--force\`).`,
  );
}

/** Reads into the very memory that is asked for: no chunks lie between, so a file of any size takes that of a few frames. */
class FileSource implements ByteSource {
  readonly #file: FileHandle;
  readonly #onRead: (bytesRead: number) => void;
  #total = 0;
  /** what was read to see whether there is more */
  #next: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(file: FileHandle, onRead: (bytesRead: number) => void) {
    this.#file = file;
    this.#onRead = onRead;
  }

  async upTo(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(bytes);
    taken.set(this.#next.subarray(0, bytes));
    let length = Math.min(bytes, this.#next.length);
    this.#next = this.#next.subarray(length);
    while (length < bytes) {
      const { bytesRead } = await this.#file.read(taken, length, bytes - length);
      if (bytesRead === 0) break;
      length += bytesRead;
      this.#total += bytesRead;
    }
    this.#onRead(this.#total);
    return taken.subarray(0, length);
  }

  exactly(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    return exactly(this, bytes);
  }

  async isAtEnd(): Promise<boolean> {
    if (this.#next.length === 0) this.#next = await this.upTo(1);
    return this.#next.length === 0;
  }
}

async function writeAll(file: FileHandle, parts: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of parts) {
    for (let written = 0; written < part.length; ) {
      written += (await file.write(part, written)).bytesWritten;
    }
    free(part);
  }
}
