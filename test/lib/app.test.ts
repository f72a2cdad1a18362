/** bin/app.ts as the CDK CLI starts it, and the bundles, in processes of their own. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { bundle } from '../../lib/bundle.ts';
import { context } from './synthesized.ts';

const root = process.cwd();
const scratch = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function runApp(given: Readonly<Record<string, unknown>>, outdir: string) {
  const environment = {
    ...process.env,
    CDK_CONTEXT_JSON: JSON.stringify(given),
    CDK_OUTDIR: join(scratch, outdir),
  };
  return spawnSync(process.execPath, ['bin/app.ts'], {
    cwd: root,
    env: environment,
    encoding: 'utf8',
  });
}

describe('the app', () => {
  // With CloudFormation's own rules, so that what it would refuse is found before a deployment.
  test('writes the assembly without a warning', () => {
    const tenants = [{ tenantId: 'acme', displayName: 'Acme' }, { tenantId: 'globex' }];
    const { status, stderr } = runApp({ ...context, tenants: JSON.stringify(tenants) }, 'good');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(join(scratch, 'good'))).toContain('TenantKeys.template.json');
  }, 120_000);

  test('says one line for each wrong value, without a stack trace, and writes no template', () => {
    const { status, stderr } = runApp({ ...context, issuer: 'x', stage: '' }, 'bad');
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^issuer must be .*; it is "x"$/),
      expect.stringMatching(/^stage must be .*; it is ""$/),
    ]);
    expect(() => readFileSync(join(scratch, 'bad', 'TenantKeys.template.json'))).toThrow('ENOENT');
  }, 60_000);
});

describe('a bundle', () => {
  test('is the same in another folder', () => {
    const elsewhere = join(scratch, 'a', 'clone');
    for (const part of ['lib/bundle.ts', 'lambdas', 'package.json']) {
      cpSync(join(root, part), join(elsewhere, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
    const script = `process.stdout.write((await import('./lib/bundle.ts')).bundle('tenant/tenant-id'))`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: elsewhere,
      encoding: 'utf8',
    });
    const here = bundle('tenant/tenant-id');
    const files = [here, stdout].map((folder) =>
      readFileSync(join(folder, 'tenant', 'tenant-id.mjs'), 'utf8'),
    );
    for (const folder of [here, stdout]) rmSync(folder, { recursive: true });
    expect(files[0]).toMatch(/export\s*\{/);
    expect(files[0]).not.toContain(root);
    expect(files[1]).toBe(files[0]);
  }, 60_000);

  test('of sources that do not compile is an error that names them', () => {
    expect(() => bundle('no-such-function')).toThrow('no-such-function');
  });
});
