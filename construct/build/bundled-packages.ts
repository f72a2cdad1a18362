/** Which packages of npm the functions' bundles hold. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** its folder */
  readonly folder: string;
}

/**
 * @param files of the bundles, from the root on
 * @returns each package once, by name and version
 */
export function packagesOf(files: readonly string[], root: string): BundledPackage[] {
  const folders = new Set(
    files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []),
  );
  const packages = [...folders].map((folder): [string, BundledPackage] => {
    const path = join(root, folder);
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    return [`${name}@${version}`, { name, version, license, folder: path }];
  });
  return packages
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .filter(([id], index, all) => id !== all[index - 1]?.[0])
    .map(([, one]) => one);
}
