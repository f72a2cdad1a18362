/** `npm start -- --vault`: a development server and the stack, each configured with the other. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setUpVault, vaultContext, vaultServer } from '../../local/vault-setup.ts';
import { blockOf } from '../blocks/blocks.ts';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { freePort } from '../harness/free-port.ts';
import { type Bao, startBao } from './bao.ts';

let bao: Bao;
const stacks: TestStack[] = [];
beforeAll(async () => {
  bao = await startBao();
});
afterAll(async () => {
  for (const stack of stacks) await stack.close();
  await bao?.stop();
});

async function start(tokenIssuer: 'sts' | 'own' = 'sts'): Promise<TestStack> {
  const server = await vaultServer(tokenIssuer, bao.env);
  const stack = await startTestStack(vaultContext(server));
  stacks.push(stack);
  await setUpVault(server, stack);
  return stack;
}

const policies = async () => {
  const response = await fetch(`${bao.address}/v1/sys/policies/acl?list=true`, {
    headers: { 'X-Vault-Token': bao.rootToken },
  });
  const { data } = (await response.json()) as { readonly data: { readonly keys: string[] } };
  return data.keys.filter((name) => name.startsWith('tenant-keys-'));
};

test('a start configures both, and the next one joins the same server again', async () => {
  for (const _ of ['first', 'again']) {
    const stack = await start();
    const token = await stack.client.adminToken();
    const { json } = await stack.client.send('GET', '/key-stores', { token });
    expect(json.keyStores).toEqual([
      { keyStore: 'aws-kms' },
      { keyStore: 'vault', address: bao.address, transitMount: 'tenant-keys' },
    ]);
    expect(await policies()).toEqual([
      'tenant-keys-certificates',
      'tenant-keys-control-plane',
      'tenant-keys-observer',
      'tenant-keys-reconciler',
      'tenant-keys-tenant',
    ]);
  }
}, 240_000);

/** @returns what they print; the second tenant has another name than in an earlier start, whose key stays in the store */
async function readmesLines(stack: TestStack, second: string): Promise<string> {
  const lines = ['api=', 'initech='].map((begins) => blockOf('README.md', begins).text).join('\n');
  const here = lines
    .replace('http://127.0.0.1:3000/v1', stack.api)
    .replace('http://127.0.0.1:3002', stack.issuer)
    .replaceAll('initech', second);
  return (await promisify(execFile)('sh', ['-eu', '-c', here])).stdout;
}

test.each([
  ['sts', 'initech'],
  ['own', 'hooli'],
] as const)(
  "README's lines go through, with a key in KMS and with one in the store, by tokens of: %s",
  async (tokenIssuer, second) => {
    const stack = await start(tokenIssuer);
    const stdout = await readmesLines(stack, second);
    const plaintext = Buffer.from('hello').toString('base64');
    expect(stdout.match(new RegExp(`"plaintext":"${plaintext}"`, 'g'))).toHaveLength(2);
    expect(stdout).toContain(`"keyName":"tenant-keys/keys/${second}"`);
    const asked = stack.calls.map(({ operation }) => operation);
    expect(asked.includes('GetWebIdentityToken')).toBe(tokenIssuer === 'sts');
  },
  240_000,
);

test('what is missing is said before anything is started', async () => {
  const { VAULT_TOKEN: _, ...withoutToken } = bao.env;
  await expect(vaultServer('sts', withoutToken)).rejects.toThrow('expected VAULT_TOKEN');
  await expect(vaultServer('sts', { ...bao.env, VAULT_TOKEN: 'wrong' })).rejects.toThrow(
    'refuses the token',
  );
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  await expect(vaultServer('sts', { ...bao.env, VAULT_ADDR: nowhere })).rejects.toThrow(
    'no server answers',
  );
  await expect(vaultServer('sts', { ...bao.env, PATH: '/nowhere' })).rejects.toThrow(
    'bao or vault',
  );
});
