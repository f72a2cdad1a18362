/** What goes with the package: a list of what its bundles hold, and the licences of that. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packagesOf } from '../../construct/build/bundled-packages.ts';
import { billOfMaterials } from '../../construct/build/sbom.ts';
import { thirdPartyNotices } from '../../construct/build/third-party-notices.ts';
import { bundledFiles, bundleFunctions } from '../../lib/functions/bundle.ts';

const root = process.cwd();
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const packages = packagesOf(bundledFiles(), root);
const own = read('construct/package.json');

describe('the packages in the bundles', () => {
  test('are found, each once', () => {
    const names = packages.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['@aws-sdk/client-kms', '@middy/core', 'jose', 'zod']),
    );
    expect(new Set(packages.map(({ name, version }) => `${name}@${version}`)).size).toBe(
      names.length,
    );
  });

  test('are at the version that is installed, in a folder of their own', () => {
    for (const { name, version, folder } of packages) {
      expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({
        name,
        version,
      });
    }
  });

  test('have their licences, and none that obliges more than to be named', () => {
    const notices = thirdPartyNotices(packages);
    for (const { name, version, license } of packages) {
      expect(['Apache-2.0', 'ISC', 'MIT', '0BSD']).toContain(license);
      expect(notices).toContain(`${name} ${version} (${license})\n`);
    }
  });

  test('a package without a licence is an error', () => {
    const nothing = {
      name: 'x',
      version: '1',
      license: 'UNLICENSED',
      folder: join(root, 'contract'),
    };
    expect(() => thirdPartyNotices([nothing])).toThrow('x@1 has no licence');
  });
});

describe('the bill of materials', () => {
  const bom = billOfMaterials(packages, root) as {
    readonly metadata: { readonly component: object };
    readonly components: readonly {
      name: string;
      version: string;
      hashes: object[];
      licenses: object[];
    }[];
    readonly dependencies: readonly { ref: string; dependsOn: readonly string[] }[];
  };

  test('is CycloneDX, of the package, and the same each time', () => {
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    expect(bom.metadata.component).toMatchObject({ name: own.name, version: own.version });
    expect(billOfMaterials(packages, root)).toEqual(bom);
  });

  test('has what is in the bundles and what is installed along, each with its hash and licence, and nothing else', () => {
    const expected = [
      ...packages.map(({ name, version }) => `${name}@${version}`),
      ...Object.entries(own.dependencies).map(([name, version]) => `${name}@${version}`),
    ];
    const found = bom.components.map(({ name, version }) => `${name}@${version}`);
    expect(found.sort()).toEqual([...new Set(expected)].sort());
    for (const { hashes, licenses } of bom.components) {
      expect(hashes).toHaveLength(1);
      expect(licenses).toHaveLength(1);
    }
  });

  test('refers to nothing that it does not have', () => {
    const refs = new Set(bom.dependencies.map(({ ref }) => ref));
    for (const { dependsOn } of bom.dependencies) {
      for (const one of dependsOn) expect(refs).toContain(one);
    }
  });
});

test('versions of the package and of the repository are the same, and its dependencies are those of the repository', () => {
  const repository = read('package.json');
  expect(own.version).toBe(repository.version);
  const pinned = { ...repository.dependencies, ...repository.devDependencies };
  expect(pinned).toMatchObject(own.dependencies);
  for (const [name, range] of Object.entries(own.peerDependencies))
    expect(range).toBe(`^${pinned[name]}`);
});

test('a bundle for each function is what the package has', () => {
  expect([...bundleFunctions().keys()]).toContain('crypto');
});
