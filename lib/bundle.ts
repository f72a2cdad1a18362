/**
 * A function's code: its entry file and everything that it imports, in one ES module. The same sources
 * give the same bytes in every folder, so that a second synth gives the same asset.
 * esbuild's own API rather than NodejsFunction, which starts processes for each function and hashes the
 * folder with the command that it starts.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Where the entry files are. */
export const sources = join(root, 'lambdas');

/** CommonJS dependencies (the AWS Encryption SDK) call `require` for Node's modules; ESM has none. */
const requireForCommonJs =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/**
 * @param name of a file in lambdas/, without `.ts`
 * @returns a new temporary folder with the module `<name>.mjs` in it
 * @throws Error where the sources do not compile
 */
export function bundle(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-bundle-'));
  buildSync({
    absWorkingDir: root,
    entryPoints: [join('lambdas', `${name}.ts`)],
    outfile: join(folder, `${name}.mjs`),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The SDK's ES modules, where a package has any: they can be tree-shaken.
    mainFields: ['module', 'main'],
    banner: { js: requireForCommonJs },
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'error',
  });
  return folder;
}
