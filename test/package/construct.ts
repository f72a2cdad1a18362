/** The construct, in an app outside of the tree that has none of our tools. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { transformSync } from 'esbuild';
import { byEachNode, check, folder, npmInstall, pack, root, run } from './checks.ts';
import { compilers, lookAt, moduleOptions, nodeTypes } from './tools.ts';

const source = join(import.meta.dirname, 'construct-app.ts');
const app = join(folder, 'construct-app');

const installed = join('node_modules', '@tenant-keys', 'cdk');
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const ofApp = ['aws-cdk-lib', 'constructs', 'cdk-nag'].map(
  (one) => `${one}@${devDependencies[one]}`,
);

export async function checkConstruct(hasTools: boolean): Promise<void> {
  const { path, files } = await pack('construct');
  await check('it has its build and texts, and no source', async () => {
    const build = /^dist\/(?:.*\.(?:js|d\.ts)|bundles\/[\w-]+\/[\w-]+\.mjs|docs\/openapi\.json)$/;
    const others = files.filter((file) => !build.test(file)).sort();
    const texts = 'LICENSE,README.md,SECURITY.md,THIRD-PARTY.txt,package.json,sbom.cdx.json';
    if (others.join() !== texts) throw new Error(others.join('\n'));
  });
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', type: 'module' }));
  await npmInstall([path, ...ofApp], app);
  await check('it brings neither esbuild nor TypeScript', async () => {
    for (const one of ['esbuild', 'typescript']) {
      if (existsSync(join(app, 'node_modules', one))) throw new Error(one);
    }
  });
  const texts = {
    app: readFileSync(source, 'utf8'),
    readme: exampleOf(join(app, installed, 'README.md')),
  };
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(app, `${name}.ts`), text);
    writeFileSync(join(app, `${name}.js`), transformSync(text, { loader: 'ts' }).code);
  }
  for (const [name, tsc] of Object.entries(compilers(hasTools))) await compile(name, tsc);
  if (hasTools) await lookAt(path);
  await byEachNode((name, node) => check(`an app by ${name}`, () => synthesize(node)));
  await check('the example of its README', () => run(process.execPath, ['readme.js'], app));
  await check("a finding of cdk-nag's in the app's own stops it", () =>
    synthesize(process.execPath, { CARELESS: 'true', CDK_OUTDIR: join(app, 'careless') }).then(
      () => Promise.reject(new Error('it did not')),
      ({ stderr }) => {
        if (!stderr.includes('AwsSolutions-KMS5')) throw new Error(stderr);
      },
    ),
  );
  await check('the template is that of the sources, bundles and all', asFromSources);
}

/** The first block of TypeScript, a whole app, which the CLI would have synthesized. */
function exampleOf(readme: string): string {
  const [, example] = /```ts\n(.*?)```/s.exec(readFileSync(readme, 'utf8')) ?? [];
  if (example === undefined) throw new Error('no example');
  return `${example}app.synth();\n`;
}

async function compile(name: string, tsc: string): Promise<void> {
  for (const resolution of ['nodenext', 'bundler']) {
    const args = ['--strict', ...moduleOptions(resolution), '--lib', 'es2023', ...nodeTypes];
    await check(`${name}, ${resolution}`, () => run(tsc, [...args, 'app.ts', 'readme.ts'], app));
  }
}

const synthesize = (node: string, env: object = {}): Promise<string> =>
  run(node, ['app.js'], app, { CDK_OUTDIR: join(app, 'cdk.out'), ...env });

const template = (path: string) =>
  JSON.parse(readFileSync(join(path, 'Billing.template.json'), 'utf8'));

/** The same app, by the tree's own files. */
async function asFromSources(): Promise<void> {
  const here = join(folder, 'from-sources');
  mkdirSync(here);
  symlinkSync(join(root, 'node_modules'), join(here, 'node_modules'));
  const code = readFileSync(join(app, 'app.js'), 'utf8');
  const entry = join(root, 'construct', 'construct.ts');
  writeFileSync(join(here, 'app.js'), code.replace('@tenant-keys/cdk/construct', entry));
  const outdir = join(here, 'cdk.out');
  await run(process.execPath, ['app.js'], here, { CDK_OUTDIR: outdir });
  if (!isDeepStrictEqual(template(outdir), template(join(app, 'cdk.out')))) {
    throw new Error(`${outdir} and ${app} differ`);
  }
}
