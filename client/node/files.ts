/**
 * Files sealed and opened on Node.js. Invariant: the file that is asked for is there only as a whole. It is written beside its
 * place under another name, and takes its place when the last byte is right; where anything fails nothing is left of it.
 */
import * as nodeCrypto from 'node:crypto';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import { UsageError } from '../errors.ts';
import type { ByteStreamPair } from '../message/byte-stream.ts';
import { ChunkReader, type Chunks } from '../message/chunk-reader.ts';
import type { OpenOptions } from '../message/open-stream.ts';
import type { SealOptions } from '../message/seal-stream.ts';
import { importNodeCrypto } from '../node-aes-gcm.ts';
import { FileReader } from './file-reader.ts';
import { writeAll } from './file-writer.ts';

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
  const pass = (chunks: Chunks) =>
    writeWhole(to, mode, pair.output(new ChunkReader(chunks), importNodeCrypto(nodeCrypto)));
  try {
    if (overwrite !== true) await checkIsFree(to);
    if (typeof from === 'string') {
      await withFile(from, onProgress, pass);
    } else {
      await pass(bytesOf(from).getReader());
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
  action: (chunks: Chunks) => Promise<void>,
): Promise<void> {
  const source = await open(path);
  try {
    const { size } = await source.stat();
    await action(new FileReader(source, (bytesRead) => onProgress?.(bytesRead, size)));
  } finally {
    await source.close();
  }
}

async function writeWhole(
  to: string,
  mode: number,
  parts: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const partial = join(dirname(to), `.${basename(to)}.${nodeCrypto.randomUUID()}.partial`);
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
