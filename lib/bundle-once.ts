/** Bundles each function once in a process, in which the sources do not change, for however many apps. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';

type File = readonly [name: string, content: Buffer];

const bundles = new Map<string, readonly File[]>();

/** @returns as `bundle` does: a new temporary folder, which is the caller's to remove */
export function bundleOnce(name: string): string {
  const files = bundles.get(name);
  return files === undefined ? first(name) : folderOf(files);
}

function first(name: string): string {
  const folder = bundle(name);
  const files = readdirSync(folder).map((file): File => [file, readFileSync(join(folder, file))]);
  bundles.set(name, files);
  return folder;
}

function folderOf(files: readonly File[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-bundle-'));
  for (const [file, content] of files) writeFileSync(join(folder, file), content);
  return folder;
}
