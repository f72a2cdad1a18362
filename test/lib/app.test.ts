/** bin/app.ts as the CDK CLI starts it, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
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
