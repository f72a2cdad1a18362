/** Bundles the functions once in a process, in which the sources do not change, for however many apps. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from './bundle.ts';

let bundles: ReadonlyMap<string, Uint8Array> | undefined;

/** @returns as `bundle` does: a new temporary folder, which is the caller's to remove */
export function bundleOnce(name: string): string {
  bundles ??= bundleFunctions();
  const code = bundles.get(name);
  if (code === undefined) throw new Error(`lambdas/ has no ${name}.ts`);
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-bundle-'));
  writeFileSync(join(folder, `${name}.mjs`), code);
  return folder;
}
