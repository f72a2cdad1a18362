/** Writes parts into a file, several at once, while the next ones are made. */
import type { FileHandle } from 'node:fs/promises';
import { free } from '../binary.ts';

/** How much is written at once, and again as much is collected meanwhile. */
const batchBytes = 512 * 1024;
/** What is smaller is not worth giving back at once. */
const largeBytes = 4096;

/** @param parts each in memory of its own, which is given back */
export async function writeAll(
  file: FileHandle,
  parts: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  let writing = Promise.resolve();
  let batch: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const write = async () => {
    await writing;
    writing = writeBatch(file, batch);
    // Where making the next parts fails, that is the error.
    writing.catch(() => undefined);
    batch = [];
    length = 0;
  };
  for await (const part of parts) {
    batch.push(part);
    length += part.length;
    if (length >= batchBytes) await write();
  }
  await write();
  await writing;
}

async function writeBatch(
  file: FileHandle,
  batch: readonly Uint8Array<ArrayBuffer>[],
): Promise<void> {
  let left = batch.filter(({ length }) => length > 0);
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left);
    left = after(left, bytesWritten);
  }
  for (const part of batch) if (part.length >= largeBytes) free(part);
}

/** @returns what is left of the parts: a disk that is nearly full takes fewer bytes than it is given */
function after(parts: readonly Uint8Array<ArrayBuffer>[], bytes: number) {
  let skipped = bytes;
  return parts.flatMap((part) => {
    const rest = part.subarray(skipped);
    skipped = Math.max(0, skipped - part.length);
    return rest.length === 0 ? [] : [rest];
  });
}
