/**
 * A function's code: its entry file and everything that it imports, in one ES module. The same sources give the
 * same bytes in every folder, so that a second synth gives the same asset.
 * This is esbuild's own API: NodejsFunction starts processes for each function, and its hash depends on the folder.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** The folder of the entry files. */
export const sources = join(root, 'lambdas');

/** CommonJS dependencies (the AWS Encryption SDK) call `require` for Node's modules; ESM has none. */
const requireForCommonJs =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** Modules of dependencies for which smaller ones of ours stand; each file says why. */
const standIns = {
  'node:http': './lambdas/aws/node-http.cjs',
  '@aws-sdk/credential-provider-node': './lambdas/aws/environment-credentials.ts',
};

/**
 * @param name of a file, without `.ts`
 * @param from the folder of the file, relative to the repository's root
 * @param replaced modules by name, each with the file that stands for it; {} for the bundle that esbuild makes by itself
 * @returns a new temporary folder, for the caller to remove, with the module `<name>.mjs` in it
 * @throws Error where the sources do not compile
 */
export function bundle(
  name: string,
  from = 'lambdas',
  replaced: Readonly<Record<string, string>> = standIns,
): string {
  const [code] = build([name], from, replaced).values();
  return folderWith(name, code as Uint8Array);
}

let bundles: ReadonlyMap<string, Uint8Array> | undefined;

/**
 * All functions are bundled once in a process, in which the sources do not change, however many apps it makes.
 * @param name of one of the functions
 * @param use gets the folder with its bundle, which is there as long as this runs
 */
export function withBundle<Result>(name: string, use: (folder: string) => Result): Result {
  bundles ??= bundleFunctions();
  const code = bundles.get(name);
  if (code === undefined) throw new Error(`lambdas/ has no ${name}.ts`);
  const folder = folderWith(name, code);
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * All functions by one run of esbuild, which reads what they share once.
 * @returns each function's module, by the name of its file
 */
export function bundleFunctions(): ReadonlyMap<string, Uint8Array> {
  return build(functionNames(), 'lambdas', standIns);
}

function functionNames(): string[] {
  const files = readdirSync(sources).filter((file) => file.endsWith('.ts'));
  return files.map((file) => file.slice(0, -'.ts'.length));
}

function folderWith(name: string, code: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-bundle-'));
  writeFileSync(join(folder, `${name}.mjs`), code);
  return folder;
}

function build(
  names: readonly string[],
  from: string,
  replaced: Readonly<Record<string, string>>,
): Map<string, Uint8Array> {
  const { outputFiles } = buildSync({ ...optionsOf(names, from, replaced), write: false });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path, '.mjs'), contents]));
}

/** @returns the files that the functions are made of, ours and those of dependencies, from the repository's root on */
export function bundledFiles(): string[] {
  const options = optionsOf(functionNames(), 'lambdas', standIns);
  const { metafile } = buildSync({ ...options, write: false, metafile: true });
  return Object.keys(metafile.inputs);
}

function optionsOf(
  names: readonly string[],
  from: string,
  replaced: Readonly<Record<string, string>>,
): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: names.map((name) => join(from, `${name}.ts`)),
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The SDK's ES modules, where a package has any: they can be tree-shaken.
    mainFields: ['module', 'main'],
    alias: { ...replaced },
    banner: { js: requireForCommonJs },
    charset: 'utf8',
    legalComments: 'none',
    // The error that is thrown says what is wrong.
    logLevel: 'silent',
  };
}
