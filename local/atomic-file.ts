/**
 * A file that is replaced whole. Invariant: whatever happens, and whenever, the file holds the text before
 * or the text after: it is written beside the file, forced to the disk and renamed over it.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** @throws Error where the folder is missing, or full */
export function replaceFile(file: string, text: string): void {
  const temporary = `${file}.tmp`;
  // What a crash left there goes first: `wx` then makes a new file, whose mode is ours.
  rmSync(temporary, { force: true });
  withFile(temporary, 'wx', (descriptor) => {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(descriptor, bytes, written);
    }
  });
  renameSync(temporary, file);
  withFile(dirname(file), 'r', () => {});
}

/** Closes the file only after its content is on the disk; of a folder, its entries. */
function withFile(path: string, flags: string, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    use(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
