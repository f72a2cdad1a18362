/**
 * A function's code: its entry file and everything that it imports, in one ES module. What our sources import on demand,
 * by `import()`, stands in files beside it, which are read when a request needs them. The same sources give the same bytes
 * in every folder, so that a second synth gives the same asset.
 * This is esbuild's own API: NodejsFunction starts processes for each function, and its hash depends on the folder.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** The folder of the entry files. */
export const sources = join(root, 'lambdas');

/** CommonJS dependencies (the AWS Encryption SDK) call `require` for Node's modules; ESM has none. */
const requireForCommonJs =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** Nothing is written there: esbuild names files and their imports by it. */
const outdir = 'out';

/** Modules of dependencies for which smaller ones of ours stand; each file says why. */
const standIns = {
  'node:http': './lambdas/aws/node-http.cjs',
  '@aws-sdk/credential-provider-node': './lambdas/aws/environment-credentials.ts',
};

/** The files of a function's folder by their names: `<name>.mjs`, and those that it loads. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

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
  const [files] = build([name], from, replaced).values();
  return folderWith(files as BundleFiles);
}

/**
 * For the bench, as what others are measured against.
 * @param name of one of the functions
 * @returns as {@link bundle}, but what the function loads on demand is neither there nor looked at
 */
export function bundleWithoutOnDemand(name: string, from = 'lambdas'): string {
  const options = optionsOf([name], from, standIns);
  const entry = `${name}.mjs`;
  const external = onDemand(run(options).metafile, entry).map((file) => join(root, file));
  return folderWith(filesOf(run({ ...options, external }).code, [entry]));
}

let bundles: ReadonlyMap<string, BundleFiles> | undefined;

/**
 * All functions are bundled once in a process, in which the sources do not change, however many apps it makes.
 * @param name of one of the functions
 * @param use gets the folder with its bundle, which is there as long as this runs
 */
export function withBundle<Result>(name: string, use: (folder: string) => Result): Result {
  bundles ??= bundleFunctions();
  const files = bundles.get(name);
  if (files === undefined) throw new Error(`lambdas/ has no ${name}.ts`);
  const folder = folderWith(files);
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * All functions by one run of esbuild, which reads what they share once, and one more for each that loads on demand.
 * @param from the folder of the entry files, relative to the repository's root
 * @returns each function's files, by the name of its own
 */
export function bundleFunctions(from = 'lambdas'): ReadonlyMap<string, BundleFiles> {
  return build(namesIn(from), from, standIns);
}

function namesIn(from: string): string[] {
  const files = readdirSync(join(root, from)).filter((file) => file.endsWith('.ts'));
  return files.map((file) => file.slice(0, -'.ts'.length));
}

function folderWith(files: BundleFiles): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-bundle-'));
  for (const [name, code] of files) writeFileSync(join(folder, name), code);
  return folder;
}

function build(
  names: readonly string[],
  from: string,
  replaced: Readonly<Record<string, string>>,
): Map<string, BundleFiles> {
  const { metafile, code } = run(optionsOf(names, from, replaced));
  return new Map(
    names.map((name) => {
      const entry = `${name}.mjs`;
      if (onDemand(metafile, entry).length === 0) return [name, filesOf(code, [entry])];
      // By itself: functions that are built together would share chunks, and one's asset change with another's sources.
      const alone = run({ ...optionsOf([name], from, replaced), splitting: true });
      return [name, filesOf(alone.code, loadable(alone.metafile, entry))];
    }),
  );
}

interface Built {
  readonly metafile: Metafile;
  /** by the name of the file */
  readonly code: BundleFiles;
}

function run(options: BuildOptions): Built {
  const { outputFiles, metafile } = buildSync({ ...options, write: false, metafile: true });
  return {
    metafile,
    code: new Map(outputFiles.map(({ path, contents }) => [basename(path), contents])),
  };
}

const filesOf = (code: BundleFiles, names: readonly string[]): BundleFiles =>
  new Map(names.map((name) => [name, code.get(name) as Uint8Array]));

/**
 * @returns the sources that sources of ours in this file import on demand. Those that dependencies do, such as the AWS
 *   clients' for protocols that nobody uses, are no reason for chunks: the file has had them always.
 */
function onDemand({ inputs, outputs }: Metafile, file: string): string[] {
  const parts = Object.keys(outputs[`${outdir}/${file}`]?.inputs ?? {});
  const ours = parts.filter((part) => !part.includes('node_modules/'));
  return ours.flatMap((part) =>
    (inputs[part]?.imports ?? [])
      .filter(({ kind, external }) => kind === 'dynamic-import' && !external)
      .map(({ path }) => path),
  );
}

/**
 * @returns the names of the files that can come to be loaded, the entry's first. esbuild also writes what is imported on
 *   demand by code that it has left out.
 */
function loadable({ outputs }: Metafile, entry: string): string[] {
  const found = new Set([entry]);
  // A set gives what is added to it meanwhile, too.
  for (const name of found) {
    for (const { path, external } of outputs[`${outdir}/${name}`]?.imports ?? []) {
      if (!external) found.add(basename(path));
    }
  }
  return [...found];
}

/** @returns the files that the functions are made of, ours and those of dependencies, from the repository's root on */
export function bundledFiles(): string[] {
  return Object.keys(run(optionsOf(namesIn('lambdas'), 'lambdas', standIns)).metafile.inputs);
}

function optionsOf(
  names: readonly string[],
  from: string,
  replaced: Readonly<Record<string, string>>,
): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: names.map((name) => join(from, `${name}.ts`)),
    outdir,
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
    // The names of what is loaded on demand come of the paths of its sources, which a linked node_modules would change.
    preserveSymlinks: true,
    legalComments: 'none',
    // The error that is thrown says what is wrong.
    logLevel: 'silent',
  };
}
