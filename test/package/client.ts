/** The client, run against a local stack and bundled for browsers. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transformSync } from 'esbuild';
import { startStack } from '../../local/stack.ts';
import { byEachNode, check, folder, npmInstall, pack, run } from './checks.ts';
import { compilers, lookAt, moduleOptions, nodeTypes } from './tools.ts';

const source = join(import.meta.dirname, 'client-app.ts');
const app = join(folder, 'client-app');

export async function checkClient(hasTools: boolean): Promise<void> {
  const { path, files } = await pack('client');
  await check('it has its build, README and licence, and no source', async () => {
    const others = files.filter((file) => !/^dist\/.*(?:\.js|\.d\.ts)$/.test(file)).sort();
    if (others.join() !== 'LICENSE,README.md,bin/tenant-keys.js,package.json')
      throw new Error(others.join('\n'));
  });
  await install(path);
  for (const [name, tsc] of Object.entries(compilers(hasTools))) await compile(name, tsc);
  if (hasTools) await lookAt(path);
  await check('a bundle for browsers', bundleForBrowsers);
  await runEverywhere();
}

async function install(tarball: string): Promise<void> {
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', type: 'module' }));
  copyFileSync(source, join(app, 'app.ts'));
  writeFileSync(
    join(app, 'app.js'),
    transformSync(readFileSync(source, 'utf8'), { loader: 'ts' }).code,
  );
  await npmInstall([tarball], app);
}

/** Its types are checked too, with either library that has `fetch` and streams. */
async function compile(name: string, tsc: string): Promise<void> {
  for (const resolution of ['nodenext', 'bundler']) {
    const options = ['--strict', '--exactOptionalPropertyTypes', ...moduleOptions(resolution)];
    for (const dom of [[], ['dom', 'dom.iterable', 'dom.asynciterable']]) {
      const lib = ['--lib', ['es2023', ...dom].join()];
      const what = `${name}, ${resolution}, ${dom.length === 0 ? 'Node.js' : 'Node.js and the DOM'}`;
      await check(what, () => run(tsc, [...options, ...lib, ...nodeTypes, 'app.ts'], app));
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
    const program = join(app, 'node_modules', '.bin', 'tenant-keys');
    const variables = {
      TENANT_KEYS_URL: stack.api,
      TENANT_KEYS_ISSUER: stack.issuer,
      TENANT_KEYS_CLIENT_ID: 'app',
      TENANT_KEYS_CLIENT_SECRET: 'local',
    };
    writeFileSync(join(app, 'tenants.csv'), 'tenantId,displayName\nlisted,"Listed, Ltd"\n');
    await byEachNode(async (name, node) => {
      await check(name, () => run(node, ['app.js'], app, env));
      await check(`tenant-keys by ${name}`, () => run(node, [program, '--help'], app));
      const args = [program, 'tenants', 'import', 'tenants.csv'];
      await check(`tenants import by ${name}`, () => run(node, args, app, variables));
    });
  } finally {
    await stack.close();
  }
}
