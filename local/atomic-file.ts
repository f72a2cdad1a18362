/**
 * Replaces a file as a whole. Invariant: whatever happens, the file has the old text or the new one: the new text is
 * written to another file, forced to the disk and renamed.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** @throws Error where the folder is missing, or full */
export function replaceFile(file: string, text: string): void {
  const temporary = `${file}.tmp`;
  // A crash may have left it. `wx` then makes a new file, with our mode.
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

/** Closes the file after its content is on the disk; for a folder, its entries. */
function withFile(path: string, flags: string, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    use(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
