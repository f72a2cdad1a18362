/**
 * `npm run test:package`: the client as its users have it. It is packed, installed in an empty folder, run by Node.js 20 and 24
 * against a local stack, bundled for browsers, and compiled by the oldest and the newest TypeScript; publint and
 * @arethetypeswrong/cli look at it. What needs the registry, or a Node.js that is not there, is left out in a line.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { build, transformSync } from 'esbuild';
import { startStack } from '../../local/stack.ts';

const root = join(import.meta.dirname, '..', '..');
const source = join(import.meta.dirname, 'app.ts');
/** Pinned as dependencies are. The README of the package names the oldest TypeScript. */
const tools = ['publint@0.3.25', '@arethetypeswrong/cli@0.18.5', 'typescript@5.7.3'];

const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-package-'));
const app = join(folder, 'app');
let hasFailed = false;

try {
  const tarball = await pack();
  await install(tarball);
  await compile('the newest TypeScript', join(root, 'node_modules', '.bin', 'tsc'));
  await lookAt(tarball);
  await check('a bundle for browsers', bundleForBrowsers);
  await runEverywhere();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = hasFailed ? 1 : 0;

async function check(name: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
    console.log(`ok: ${name}`);
  } catch (error) {
    hasFailed = true;
    const { stdout = '', stderr = '', message } = Object(error);
    console.log(`FAILED: ${name}\n${message}\n${stdout}${stderr}`);
  }
}

async function run(command: string, args: readonly string[], cwd: string, env: object = {}) {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(command, args, options);
  return stdout;
}

/** Of npm's own answer, which was a list before it was an object by names. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

async function pack(): Promise<string> {
  const args = ['pack', '--json', '--workspace', 'client', '--pack-destination', folder];
  const [{ filename, files }] = Object.values<Packed>(JSON.parse(await run('npm', args, root))) as [
    Packed,
  ];
  await check('it has its build, README and licence, and no source', async () => {
    const paths = files.map(({ path }) => path);
    const others = paths.filter((path) => !/^dist\/.*(?:\.js|\.d\.ts)$/.test(path)).sort();
    if (others.join() !== 'LICENSE,README.md,package.json') throw new Error(others.join('\n'));
  });
  return join(folder, filename);
}

async function install(tarball: string): Promise<void> {
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', type: 'module' }));
  copyFileSync(source, join(app, 'app.ts'));
  writeFileSync(
    join(app, 'app.js'),
    transformSync(readFileSync(source, 'utf8'), { loader: 'ts' }).code,
  );
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], app);
}

/** Its types are checked too, with either library that has `fetch` and streams. */
async function compile(name: string, tsc: string): Promise<void> {
  const nodeTypes = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node'];
  for (const resolution of ['nodenext', 'bundler']) {
    const module = resolution === 'bundler' ? 'esnext' : resolution;
    const options = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--noEmit'];
    const how = ['--module', module, '--moduleResolution', resolution, 'app.ts'];
    for (const dom of [[], ['dom', 'dom.iterable', 'dom.asynciterable']]) {
      const lib = ['--lib', ['es2023', ...dom].join()];
      const what = `${name}, ${resolution}, ${dom.length === 0 ? 'Node.js' : 'Node.js and the DOM'}`;
      await check(what, () => run(tsc, [...options, ...lib, ...nodeTypes, ...how], app));
    }
  }
}

function bundleForBrowsers(): Promise<unknown> {
  return build({
    entryPoints: [join(app, 'app.js')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
}

async function runEverywhere(): Promise<void> {
  const stack = await startStack({ apiPort: 0, awsPort: 0, issuerPort: 0 });
  try {
    const env = { API: stack.api, ISSUER: stack.issuer };
    const nodes = { 'Node.js 24': process.execPath, 'Node.js 20': await findNode20() };
    const program = join(app, 'node_modules', '.bin', 'tenant-keys');
    for (const [name, node] of Object.entries(nodes)) {
      if (node === undefined) {
        console.log(`left out: ${name}, which is not on the PATH`);
        continue;
      }
      await check(name, () => run(node, ['app.js'], app, env));
      await check(`tenant-keys by ${name}`, () => run(node, [program, '--help'], app));
    }
  } finally {
    await stack.close();
  }
}

async function findNode20(): Promise<string | undefined> {
  for (const one of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(one, 'node');
    const version = await run(node, ['--version'], folder).catch(() => '');
    if (version.startsWith('v20.')) return node;
  }
  return undefined;
}

async function lookAt(tarball: string): Promise<void> {
  const there = join(folder, 'tools');
  mkdirSync(there);
  writeFileSync(join(there, 'package.json'), '{}');
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tools];
  const failed = await run('npm', args, there).then(
    () => undefined,
    (error) => error as Error,
  );
  if (failed !== undefined) {
    console.log(`left out: ${tools.join(', ')}, which npm could not install`);
    return;
  }
  const bin = (name: string) => join(there, 'node_modules', '.bin', name);
  await check('publint', () => run(bin('publint'), ['--strict', tarball], there));
  // A package for ESM alone is none for `require` of old.
  const esm = ['--profile', 'esm-only', tarball];
  await check('@arethetypeswrong/cli', () => run(bin('attw'), esm, there));
  await compile('the oldest TypeScript', bin('tsc'));
}
