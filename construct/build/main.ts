/** `npm run build:construct`: compiles the construct, bundles the functions, and says what the bundles hold. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundledFiles, bundleFunctions } from '../../lib/functions/bundle.ts';
import { packagesOf } from './bundled-packages.ts';
import { billOfMaterials } from './sbom.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

const folder = join(import.meta.dirname, '..');
const root = join(folder, '..');
const dist = join(folder, 'dist');

rmSync(dist, { recursive: true, force: true });
execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['--project', folder], {
  stdio: 'inherit',
});
// In its place is construct/bundles.ts.
for (const suffix of ['js', 'd.ts']) rmSync(join(dist, 'lib', 'functions', `bundle.${suffix}`));

for (const [name, files] of bundleFunctions()) {
  for (const [file, code] of files) write(join('bundles', name, file), code);
}
// GET /openapi.json: lib/api/openapi-document.ts finds it here.
mkdirSync(join(dist, 'docs'));
copyFileSync(join(root, 'docs', 'openapi.json'), join(dist, 'docs', 'openapi.json'));
copyFileSync(join(root, 'SECURITY.md'), join(folder, 'SECURITY.md'));

const packages = packagesOf(bundledFiles(), root);
write('../THIRD-PARTY.txt', thirdPartyNotices(packages));
write('../sbom.cdx.json', `${JSON.stringify(billOfMaterials(packages, root), null, 2)}\n`);

function write(path: string, content: string | Uint8Array): void {
  const file = join(dist, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
