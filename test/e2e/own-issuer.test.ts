/** The local stack with an OIDC server that is none of ours: its tokens open what they say, through the whole stack. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { IssuersContext } from '../../local/given-issuers.ts';
import { type LocalStack, startStack } from '../../local/stack.ts';
import {
  audience,
  type OidcServer,
  openOidcServer,
  type SigningAlgorithm,
} from '../harness/oidc-server.ts';
import { requestAssembly } from '../synthesizer/client.ts';
import { type Client, openClient } from './client.ts';
import { expectProblem } from './problem.ts';

const plaintext = Buffer.from('of acme').toString('base64');
const clients = {
  operations: {},
  acme: { tenant: 'acme' },
  nested: { org: { id: 'acme' }, realm_access: { roles: ['sealer', 'someone-elses'] } },
};

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of opened.splice(0).reverse()) await end();
});

const server = async (algorithm: SigningAlgorithm = 'RS256') => {
  const one = await openOidcServer(algorithm, clients);
  opened.push(one.stop);
  return one;
};

async function start(issuers: IssuersContext, dataDir?: string): Promise<LocalStack> {
  const ports = { apiPort: 0, awsPort: 0, issuerPort: 0 };
  const synthesize = requestAssembly;
  const stack = await startStack({ ...ports, issuers, synthesize, dataDir, movableTime: true });
  opened.push(stack.close);
  return stack;
}

async function onboard(client: Client, { token }: OidcServer) {
  const admin = await token('operations', 'tenant-keys/admin');
  return client.send('PUT', '/tenants/acme', { token: admin, body: {} });
}
const encrypt = (client: Client, token: string) =>
  client.send('POST', '/tenants/acme/encrypt', { token, body: { plaintext } });
const decrypt = (client: Client, token: string, ciphertext: string) =>
  client.send('POST', '/tenants/acme/decrypt', { token, body: { ciphertext } });

describe.each(['PS256', 'EdDSA'] as const)(
  'npm start -- --issuer, of an issuer that signs by %s',
  (algorithm) => {
    test('takes its tokens end to end, starts no issuer, and names it in the line of JSON', async () => {
      const oidc = await server(algorithm);
      const options = ['--issuer', oidc.issuer, '--audience', audience, '--tenant-claim', 'tenant'];
      const ports = ['--api-port', '0', '--aws-port', '0', '--issuer-port', '0'];
      const child = spawn(process.execPath, ['local/main.ts', '--json', ...ports, ...options]);
      opened.push(() => child.kill('SIGKILL'));
      const { value = '' } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
      const line = JSON.parse(value);
      expect(Object.keys(line)).toEqual([
        'api',
        'aws',
        'issuer',
        'region',
        'accountId',
        'operator',
        'tenantAccount',
      ]);
      expect(line.issuer).toBe(oidc.issuer);

      const client = openClient(line);
      expect((await onboard(client, oidc)).status).toBe(201);
      const token = await oidc.token('acme', 'tenant-keys/crypto');
      const { json } = await encrypt(client, token);
      expect((await decrypt(client, token, json.ciphertext)).json).toEqual({ plaintext });
      // The administrator's token names no tenant, and the tenant's asks for nothing of an administrator's.
      const admin = await oidc.token('operations', 'tenant-keys/admin');
      expectProblem(await encrypt(client, admin), 403, 'forbidden');
      expectProblem(await client.send('GET', '/tenants', { token }), 403, 'forbidden');
      const { givesTokens } = await fetch(`${line.aws}/_local/endpoints`).then(
        (answer) => answer.json() as Promise<Record<string, unknown>>,
      );
      expect(givesTokens).toBe(false);
    }, 60_000);
  },
);

describe('an issuer of the user’s own', () => {
  let oidc: OidcServer;
  let client: Client;
  let stack: LocalStack;
  beforeEach(async () => {
    oidc = await server();
    stack = await start({ issuer: oidc.issuer, audience, tenantClaim: 'tenant' });
    client = openClient(stack);
    await onboard(client, oidc);
  }, 60_000);
  const status = async () => {
    const token = await oidc.token('acme', 'tenant-keys/crypto');
    return (await encrypt(client, token)).status;
  };

  test('rotates its key: tokens of the new one count 10 s after the last look at the latest, by whatever algorithm', async () => {
    expect(await status()).toBe(200);
    await oidc.rotate('PS256');
    stack.changeTime({ advanceMs: 10_000 });
    expect(await status()).toBe(200);
  });

  test('is down and comes back with another key: what counted goes on counting meanwhile, and so does the new', async () => {
    const before = await oidc.token('acme', 'tenant-keys/crypto');
    expect((await encrypt(client, before)).status).toBe(200);
    const unseen = await oidc.token('acme', 'tenant-keys/crypto');
    await oidc.stop();
    expect((await encrypt(client, before)).status).toBe(200);
    expect((await encrypt(client, unseen)).status).toBe(200);
    await oidc.rotate();
    await oidc.startAgain();
    stack.changeTime({ advanceMs: 10_000 });
    expect(await status()).toBe(200);
  });
});

describe('npm start -- --issuers', () => {
  const entry = ({ issuer }: OidcServer, more: object = {}) => ({
    issuer,
    audiences: [audience],
    tenantClaim: 'tenant',
    ...more,
  });

  test('nested claims and roles count as the list has them', async () => {
    const oidc = await server();
    const nested = {
      tenantClaim: ['org', 'id'],
      scopeClaims: ['scope', ['realm_access', 'roles']],
      scopeNames: { sealer: 'tenant-keys/crypto' },
    };
    const client = openClient(await start({ issuers: [entry(oidc, nested)] }));
    await onboard(client, oidc);
    // It has an administrator's scope, which counts for nothing beside a tenant: its role alone does.
    const token = await oidc.token('nested', 'tenant-keys/admin');
    expect((await encrypt(client, token)).status).toBe(200);
    expectProblem(await client.send('GET', '/tenants', { token }), 403, 'forbidden');
  }, 60_000);

  test('a change from one issuer to another refuses no request, and then the old one counts no more', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-issuers-'));
    opened.push(() => rmSync(folder, { recursive: true }));
    const [old, next] = [await server(), await server('EdDSA')];
    const tokens = [
      await old.token('acme', 'tenant-keys/crypto'),
      await next.token('acme', 'tenant-keys/crypto'),
    ] as const;
    const both = await start({ issuers: [entry(old), entry(next)] }, folder);
    const client = openClient(both);
    await onboard(client, old);
    const { json } = await encrypt(client, tokens[0]);
    const answers: number[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const answer = await decrypt(client, tokens[turn % 2] as string, json.ciphertext);
      answers.push(answer.status);
    }
    expect(answers).toEqual(Array(20).fill(200));
    await both.close();

    const after = openClient(await start({ issuers: [entry(next)] }, folder));
    expect((await decrypt(after, tokens[1], json.ciphertext)).json).toEqual({ plaintext });
    expectProblem(await decrypt(after, tokens[0], json.ciphertext), 401, 'unauthorized');
  }, 120_000);
});
