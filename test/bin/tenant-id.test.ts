import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const command = 'bin/tenant-id.ts';
const run = (...given: string[]) =>
  spawnSync(process.execPath, [command, ...given], { encoding: 'utf8' });

test('prints the id for what an issuer calls a tenant, and nothing else', () => {
  expect(run('org_AbC123')).toMatchObject({
    stdout: 'b32-n5zgox2bmjbtcmrt\n',
    stderr: '',
    status: 0,
  });
  expect(run('acme')).toMatchObject({ stdout: 'acme\n', status: 0 });
});

test.each([[['']], [['é'.repeat(19)]], [[]], [['a1', 'b2']]])('%j is no tenant', (given) => {
  const { stdout, stderr, status } = run(...given);
  expect([stdout, status]).toEqual(['', 1]);
  expect(stderr).not.toBe('');
});
