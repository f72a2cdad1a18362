/** The package's software bill of materials, CycloneDX: what its bundles hold and what it is installed with. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from './bundled-packages.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
}

interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * `npm sbom` knows hashes, licences and dependencies of everything that is installed here. This keeps of that what is in the
 * package, without the time and the serial number, so that the same sources give the same bytes.
 */
export function billOfMaterials(bundled: readonly BundledPackage[], root: string): object {
  const { name, version, dependencies } = JSON.parse(
    readFileSync(join(root, 'construct', 'package.json'), 'utf8'),
  );
  const own = `${name}@${version}`;
  const kept = new Set([
    ...bundled.map((one) => `${one.name}@${one.version}`),
    ...Object.entries(dependencies).map(([one, pinned]) => `${one}@${pinned}`),
  ]);
  const { $schema, bomFormat, specVersion, ...all } = JSON.parse(npmSbom(root)) as Bom &
    Record<string, unknown>;
  const component = all.components.find((one) => one['bom-ref'] === own);
  const components = all.components.filter((one) => kept.has(one['bom-ref']));
  if (components.length !== kept.size || component === undefined)
    throw new Error('npm sbom misses a package');
  return {
    $schema,
    bomFormat,
    specVersion,
    version: 1,
    // npm says the folder's name.
    metadata: { component: { ...component, name } },
    components,
    dependencies: [
      { ref: own, dependsOn: [...kept] },
      ...all.dependencies
        .filter(({ ref }) => kept.has(ref))
        .map(({ ref, dependsOn }) => ({
          ref,
          dependsOn: dependsOn.filter((one) => kept.has(one)),
        })),
    ],
  };
}

const npmSbom = (root: string): string =>
  execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
