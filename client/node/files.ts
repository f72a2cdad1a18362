/**
 * Files sealed and opened on Node.js. Invariant: the file that is asked for is there only as a whole. It is written beside its
 * place under another name, and takes its place when the last byte is right; where anything fails nothing is left of it.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Duplex } from 'node:stream';
import { UsageError } from '../errors.ts';
import type { ByteStreamPair } from '../message/byte-stream.ts';
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
  /** @param bytesRead of the file that is read, of `totalBytes` */
  readonly onProgress?: ((bytesRead: number, totalBytes: number) => void) | undefined;
}

/** @throws UsageError where `to` is there already */
export const sealFile = (
  sealer: Sealer,
  from: string,
  to: string,
  { overwrite, onProgress, ...options }: SealOptions & FileOptions = {},
): Promise<void> =>
  passFile(from, to, sealer.sealStream(options), { overwrite, onProgress, mode: 0o666 });

/**
 * The opened file is readable by its owner alone.
 * @throws MessageError where the message is not whole and as it was sealed; `to` is not there then
 * @throws UsageError where `to` is there already
 */
export const openFile = (
  sealer: Sealer,
  from: string,
  to: string,
  { overwrite, onProgress, ...options }: OpenOptions & FileOptions = {},
): Promise<void> =>
  passFile(from, to, sealer.openStream(options), { overwrite, onProgress, mode: 0o600 });

/** For Node.js's own streams: `createReadStream(a).pipe(nodeStream(tenant.sealStream())).pipe(...)`; better with `pipeline`. */
export const nodeStream = (pair: ByteStreamPair): Duplex =>
  // The types of Node's own web streams and those of the platform differ in what they leave out.
  Duplex.fromWeb(pair as unknown as Parameters<typeof Duplex.fromWeb>[0]);

const chunkBytes = 128 * 1024;

async function passFile(
  from: string,
  to: string,
  pair: ByteStreamPair,
  { overwrite, onProgress, mode }: FileOptions & { readonly mode: number },
): Promise<void> {
  if (overwrite !== true && (await exists(to))) {
    throw new UsageError(
      `${to} is there already. Choose another name, or have it replaced (\`overwrite\`, \`--force\`).`,
    );
  }
  const source = await open(from);
  try {
    const { size } = await source.stat();
    const read = bytesOf(source, (bytesRead) => onProgress?.(bytesRead, size));
    await writeWhole(to, mode, read.pipeThrough(pair));
  } finally {
    await source.close();
  }
}

async function writeWhole(
  to: string,
  mode: number,
  stream: ReadableStream<Uint8Array>,
): Promise<void> {
  const partial = join(dirname(to), `.${basename(to)}.${randomUUID()}.partial`);
  const target = await open(partial, 'wx', mode);
  try {
    await writeAll(target, stream);
    await target.sync();
    await target.close();
    await rename(partial, to);
  } catch (error) {
    await target.close();
    await rm(partial, { force: true });
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

function bytesOf(
  file: FileHandle,
  onRead: (bytesRead: number) => void,
): ReadableStream<Uint8Array> {
  let total = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const chunk = new Uint8Array(chunkBytes);
        const { bytesRead } = await file.read(chunk, 0, chunkBytes);
        if (bytesRead === 0) return controller.close();
        total += bytesRead;
        onRead(total);
        controller.enqueue(chunk.subarray(0, bytesRead));
      },
    },
    { highWaterMark: 0 },
  );
}

async function writeAll(file: FileHandle, stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    for (let written = 0; written < read.value.length; ) {
      written += (await file.write(read.value, written)).bytesWritten;
    }
  }
}
