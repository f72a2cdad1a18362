/**
 * tenant-keys.config.ts: what is in it counts, alone, and every command of the CDK finds it. Each file is in a folder of
 * its own and read by a process of Node.js, as the CDK CLI has it read.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const root = process.cwd();
const scratch = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));
// As in the repository. Elsewhere Node.js takes a file without export for CommonJS, whose exports are there always.
writeFileSync(join(scratch, 'package.json'), JSON.stringify({ type: 'module' }));

const one = "{ issuer: 'https://id.example.com', audience: 'tenant-keys' }";
let folders = 0;

/** @returns a folder with such a tenant-keys.config.ts, or with none */
function folderWith(text: string | undefined): string {
  folders += 1;
  const folder = join(scratch, String(folders));
  mkdirSync(folder);
  if (text !== undefined) writeFileSync(join(folder, 'tenant-keys.config.ts'), text);
  return folder;
}

interface Read {
  readonly configs?: readonly Readonly<Record<string, unknown>>[];
  readonly problems?: readonly string[];
}

/** @returns what is read of each file, all in one process */
function read(texts: readonly (string | undefined)[]): Read[] {
  const script = `
    const { readConfigFile } = await import(${JSON.stringify(join(root, 'lib/config/config-file.ts'))});
    const read = [];
    for (const folder of ${JSON.stringify(texts.map(folderWith))})
      read.push(await readConfigFile(folder).then((configs) => ({ configs }), ({ problems }) => ({ problems })));
    process.stdout.write(JSON.stringify(read));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return JSON.parse(stdout);
}

describe('the file', () => {
  test('gives one configuration, or one for each stack; without it there is none', () => {
    const given = read([undefined, `export default ${one};`, `export default [${one}, ${one}];`]);
    expect(given.map(({ configs }) => configs?.length)).toEqual([undefined, 1, 2]);
    expect(given[1]?.configs?.[0]).toMatchObject({
      issuers: [{ issuer: 'https://id.example.com' }],
      stage: 'v1',
    });
  });

  test('is TypeScript: the example of the repository', () => {
    const example = readFileSync(join(root, 'tenant-keys.config.example.ts'), 'utf8');
    const [given] = read([example]);
    expect(given?.configs?.[0]).toMatchObject({ apiRequestsPerSecond: 500 });
  });

  const refused: [string, string, readonly (string | RegExp)[]][] = [
    ['no syntax', 'export default {', [/^tenant-keys\.config\.ts cannot be read: /]],
    [
      'a value that nothing is',
      'export default { issuer: x };',
      [/cannot be read: .*x is not defined/],
    ],
    ['an import of nothing', "import './missing.ts';", [/cannot be read: .*missing\.ts/]],
    ['no export', 'const config = {};', [/must have a default export/]],
    ['an export by name', `export const config = ${one};`, [/must have a default export/]],
    ['a function', `export default () => (${one});`, [/must have a default export/]],
    ['no configuration', 'export default [];', [/its list has no configuration/]],
    [
      'a list of texts',
      "export default ['a'];",
      [/^tenant-keys\.config\.ts\[0\]: must be an object/],
    ],
    ['nothing', 'export default {};', [/: issuer is missing: /, /: audience is missing: /]],
    [
      'an unknown key',
      `export default { ...${one}, isuer: 'x' };`,
      [/^tenant-keys\.config\.ts: isuer is not a context key of this stack/],
    ],
    [
      'a wrong value of the second',
      `export default [${one}, { ...${one}, stage: 'a/b' }];`,
      [/^tenant-keys\.config\.ts\[1\]: stage must be .*; it is "a\/b"$/],
    ],
    [
      "a key of the CDK's",
      `export default { ...${one}, '@aws-cdk/core:checkSecretUsage': false };`,
      ['tenant-keys.config.ts: @aws-cdk/core:checkSecretUsage belongs to cdk.json, not here'],
    ],
  ];
  const problems = read(refused.map(([, text]) => text));

  test.each(refused.map(([name, , expected], at) => [name, expected, problems[at]] as const))(
    'with %s is refused, in a line for each problem',
    (_, expected, given) => {
      expect(given?.problems).toEqual(
        expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
      );
      for (const problem of given?.problems ?? []) expect(problem).not.toContain('\n');
    },
  );
});

describe('the app', () => {
  const run = (text: string | undefined, context: object = {}) => {
    const cwd = folderWith(text);
    const given = { 'aws:cdk:bundling-stacks': [], ...context };
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/app.ts')], {
      cwd,
      env: {
        ...process.env,
        CDK_CONTEXT_JSON: JSON.stringify(given),
        CDK_OUTDIR: join(cwd, 'out'),
      },
      encoding: 'utf8',
    });
    return { status, lines: stderr.trimEnd().split('\n'), out: join(cwd, 'out') };
  };

  test('takes what -c gives beside the file for a mistake, whatever it is', () => {
    const { status, lines } = run(`export default ${one};`, { corsOrigins: '[]', stge: 'x' });
    expect(status).toBe(1);
    expect(lines).toEqual(
      ['corsOrigins', 'stge'].map((key) =>
        expect.stringMatching(
          new RegExp(
            `^${key} is given by -c or cdk\\.json, where tenant-keys\\.config\\.ts alone counts`,
          ),
        ),
      ),
    );
  }, 60_000);

  test('says, where nothing is given, where to write it down', () => {
    const { status, lines } = run(undefined);
    expect(status).toBe(1);
    expect(lines.at(-1)).toMatch(/^There is no tenant-keys\.config\.ts: copy /);
  }, 60_000);

  test('makes no two stacks of one name', () => {
    const { status, lines } = run(`export default [${one}, ${one}];`);
    expect({ status, lines }).toEqual({
      status: 1,
      lines: ['two configurations are for the stack TenantKeys: each needs its own name'],
    });
  }, 60_000);

  test('with two stacks is found by cdk ls, without anything passed', () => {
    const cwd = folderWith(
      `export default [{ ...${one}, tags: { team: 'a' } }, { ...${one}, name: 'Staging', trail: false }];`,
    );
    cpSync(join(root, 'cdk.json'), join(cwd, 'cdk.json'));
    const cli = join(root, 'node_modules/aws-cdk/bin/cdk');
    const app = `${process.execPath} ${join(root, 'bin/app.ts')}`;
    const { stdout, stderr, status } = spawnSync(process.execPath, [cli, 'ls', '--app', app], {
      cwd,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toMatchObject({
      status: 0,
      stdout: 'TenantKeys\nStaging\n',
    });
    const file = join(cwd, 'cdk.out/TenantKeys.template.json');
    expect(readFileSync(file, 'utf8')).toContain('{"Key":"team","Value":"a"}');
  }, 120_000);
});
