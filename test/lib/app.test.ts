/** bin/app.ts as the CDK CLI starts it, and the bundles, in processes of their own. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { bundle, bundleFunctions } from '../../lib/functions/bundle.ts';
import { context } from '../harness/synthesized.ts';

const root = process.cwd();
const scratch = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function runApp(given: Readonly<Record<string, unknown>>, outdir: string) {
  const environment = {
    ...process.env,
    CDK_CONTEXT_JSON: JSON.stringify(given),
    CDK_OUTDIR: join(scratch, outdir),
  };
  // Not where this checkout's tenant-keys.config.ts may be.
  return spawnSync(process.execPath, [join(root, 'bin/app.ts')], {
    cwd: scratch,
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
  test('of each function is the same in another folder', () => {
    const elsewhere = join(scratch, 'a', 'clone');
    for (const part of [
      'lib/functions/bundle.ts',
      'contract',
      'lambdas',
      'package.json',
      'tsconfig.json',
    ]) {
      cpSync(join(root, part), join(elsewhere, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
    const script = `
      const { bundleFunctions } = await import('./lib/functions/bundle.ts');
      const bundles = [...bundleFunctions()].map(([name, code]) => [name, Buffer.from(code).toString()]);
      process.stdout.write(JSON.stringify(bundles));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: elsewhere,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const there = new Map<string, string>(JSON.parse(stdout));
    const here = bundleFunctions();
    expect([...there.keys()]).toEqual([...here.keys()]);
    expect(here.size).toBeGreaterThan(8);
    for (const [name, code] of here) {
      const text = Buffer.from(code).toString();
      expect(text).toMatch(/export\s*\{/);
      expect(text).not.toContain(root);
      expect(there.get(name) === text).toBe(true);
    }
  }, 60_000);

  test('of sources that do not compile is an error that names them', () => {
    expect(() => bundle('no-such-function')).toThrow('no-such-function');
  });
});
