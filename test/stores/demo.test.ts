/** `npm run demo -- --vault`: the whole story of keys in a real store, in one terminal. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Bao, startBao } from './bao.ts';

let bao: Bao;
beforeAll(async () => {
  bao = await startBao();
});
afterAll(() => bao?.stop());

async function demo(env: NodeJS.ProcessEnv, ...options: string[]) {
  const root = join(import.meta.dirname, '../..');
  const child = spawn(process.execPath, [join(root, 'local/demo.ts'), '--vault', ...options], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

test('the store refuses the neighbour in its own words, and a life ends with a certificate; then also by tokens of ours', async () => {
  for (const options of [[], ['--own-issuer']]) {
    const { code, stdout } = await demo(bao.env, ...options);
    expect(stdout).not.toContain('NOT OK');
    expect(code).toBe(0);
    expect(stdout.match(/^ *403 permission denied$/gm)?.length).toBe(4);
    expect(stdout).toContain('invalid subject (sub) claim');
    if (options.length === 0) {
      expect(stdout).toContain('does not match any associated bound claim values');
      expect(stdout).toMatch(/SignInToVault: .*sts:IdentityTokenAudience is/);
    } else
      expect(stdout).toMatch(/asks the session broker for a token that names acme\n *forbidden/);
    for (const step of ['202, from v1 to v2', '200 SUSPENDED', 'the key is kept: OFFBOARDING'])
      expect(stdout).toContain(step);
    expect(stdout).toMatch(/200 ERASED\n.*\n *nothing opens: tenant-not-found/);
    expect(stdout).toMatch(/checked by ECDSA_SHA_256 and ML_DSA.*\n *the signatures are right/);
    expect(stdout).toContain('All 9 attempts were refused, and all else went as it must.');
  }
}, 300_000);

test('without a server it says what is missing, in one line', async () => {
  const { VAULT_TOKEN: _, ...env } = bao.env;
  expect(await demo(env)).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'demo: --vault: expected VAULT_TOKEN, the root token that the server was started with\n',
  });
});
