/** The program: where it gets token, issuers and keys from, and its exit codes. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { type Issuer, openIssuer } from '../lambdas/tokens/issuer.ts';

let stack: TestStack;
let issuer: Issuer;
let folder: string;
let token: string;
beforeAll(async () => {
  stack = await startTestStack();
  issuer = await openIssuer();
  folder = mkdtempSync(join(tmpdir(), 'token-check-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await issuer.close();
  await stack.close();
});
beforeEach(async () => {
  for (const name of ['cdk.json', 'tenant-keys.config.ts'])
    rmSync(join(folder, name), { force: true });
  issuer.requests.length = 0;
  token = await issuer.token({ tenant_id: 'acme', scope: 'tenant-keys/crypto' });
});

const command = resolve('bin/token-check.ts');

async function run(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [command, ...args], { cwd: folder });
  child.stdin.end(input);
  const code = new Promise((ended) => child.once('close', ended));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  for (const part of token.split('.')) expect(out + err).not.toContain(part);
  return { out, err, code: await code };
}

const file = (name: string, content: unknown) => {
  writeFileSync(join(folder, name), JSON.stringify(content));
  return name;
};
const ofIssuer = () => ['-c', `issuer=${issuer.url}`, '-c', 'audience=tenant-keys'];
const entry = () => ({ issuer: issuer.url, audiences: ['tenant-keys'] });

test('a token that counts: 0, as an argument and on standard input, with its scheme or without', async () => {
  const all = await Promise.all([
    run([token, ...ofIssuer()]),
    run(ofIssuer(), `${token}\n`),
    run(ofIssuer(), `Bearer ${token}`),
  ]);
  for (const { out, err, code } of all) {
    expect([err, code]).toEqual(['', 0]);
    expect(out).toMatch(/^The token counts\.\n/);
    expect(out).toContain('The issuers are those of -c.');
  }
});

test('a token that does not: 1', async () => {
  const other = await issuer.token({ aud: 'another' });
  const { out, code } = await run(ofIssuer(), other);
  expect([out.split('\n')[0], code]).toEqual([
    expect.stringMatching(/^The token does not count \(401\)/),
    1,
  ]);
});

test('the issuers are those of a list, of a cdk.json by name, of the one in the folder, or of -c over that', async () => {
  const list = await run(['--issuers', file('issuers.json', [entry()])], token);
  expect([list.code, list.out]).toEqual([0, expect.stringContaining('those of issuers.json.')]);
  const context = { stage: 'v1', '@aws-cdk/core:x': true, issuers: [entry()] };
  const named = await run(['--issuers', file('other.json', { context })], token);
  expect([named.code, named.out]).toEqual([0, expect.stringContaining('those of other.json.')]);
  file('cdk.json', { app: 'x', context });
  const there = await run([], token);
  expect([there.code, there.out]).toEqual([0, expect.stringContaining('those of cdk.json.')]);
  const changed = [{ ...entry(), audiences: ['another'] }];
  expect((await run(['-c', `issuers=${JSON.stringify(changed)}`], token)).code).toBe(1);
});

test('where tenant-keys.config.ts is, its issuers count, and no -c beside it', async () => {
  const config = (...stacks: object[]) =>
    writeFileSync(
      join(folder, 'tenant-keys.config.ts'),
      `export default ${JSON.stringify(stacks)};`,
    );
  const one = { issuers: [entry()] };
  config(one, { ...one, stage: 'v2' });
  const good = await run([], token);
  expect([good.code, good.out]).toEqual([0, expect.stringContaining('of tenant-keys.config.ts.')]);
  const beside = await run(ofIssuer(), token);
  expect([beside.code, beside.err]).toEqual([2, expect.stringContaining('alone counts')]);
  config(one, { issuers: [{ ...entry(), audiences: ['another'] }] });
  const two = await run([], token);
  expect([two.code, two.err]).toEqual([2, expect.stringContaining('different issuers')]);
});

test('the local stack says whose tokens count there', async () => {
  const response = await fetch(`${stack.issuer}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'jane',
      scope: 'tenant-keys/audit',
      tenant_id: 'acme',
    }),
  });
  token = ((await response.json()) as { access_token: string }).access_token;
  const { out, code } = await run(['--local', stack.aws], token);
  expect([code, out]).toEqual([0, expect.stringContaining('GET /tenants/acme/audit')]);
  expect(out).toContain(`those of the local stack at ${stack.aws}.`);
});

test('keys from a file, and --offline: the issuer is not asked', async () => {
  const keys = file('jwks.json', issuer.jwks);
  const { out, code } = await run(['--jwks', keys, ...ofIssuer()], token);
  expect([code, out]).toEqual([0, expect.stringContaining('The token counts.')]);
  const offline = await run(['--offline', ...ofIssuer()], token);
  expect(offline.code).toBe(1);
  expect(offline.out).toContain('The token was not checked');
  expect(offline.out).toContain('It is of tenant acme');
  const none = await run(['--jwks', file('none.json', { keys: [] }), ...ofIssuer()], token);
  expect([none.code, none.out]).toEqual([1, expect.stringContaining('no key with that `kid`')]);
  expect(issuer.requests).toEqual([]);
});

test('the issuer is asked for its documents and nothing else', async () => {
  await run(ofIssuer(), token);
  expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/jwks.json']);
});

test.each([
  ['two tokens', () => [token, token], /expected one TOKEN/],
  ['a token where an option is', () => ['--nothing', token], /an option is not known/],
  ['a token as an option', () => [`--${token}`], /an option is not known/],
  ['-c without a value', () => ['-c', 'issuer'], /KEY=VALUE/],
  ['two places', () => [...ofIssuer(), '--issuers', 'x'], /expected one of/],
  ['keys and --offline', () => ['--offline', '--jwks', 'x'], /leave --offline out/],
  ['a file that is not there', () => ['--issuers', 'nowhere.json'], /nowhere\.json/],
  ['a file that is no JSON', () => ['--issuers', 'text'], /text: is not JSON/],
  [
    'a wrong issuer',
    () => ['-c', 'issuer=id.example.com', '-c', 'audience=a'],
    /issuer must be the/,
  ],
  [
    'a key that is none',
    () => [...ofIssuer(), '-c', 'audiense=a'],
    /audiense is not a context key/,
  ],
  ['no stack', () => ['--local', 'http://127.0.0.1:1'], /no issuers are configured/],
  ['a stack elsewhere', () => ['--local', 'http://example.com'], /expected a URL such as/],
  ['a file without keys', () => [...ofIssuer(), '--jwks', 'object.json'], /expected a JWKS/],
])('%s: 2, with what is wrong', async (_, args, expected) => {
  writeFileSync(join(folder, 'text'), token);
  file('object.json', {});
  const { out, err, code } = await run(args(), token);
  expect([out, code]).toEqual(['', 2]);
  expect(err).toMatch(expected);
});

test('--help: 0', async () => {
  expect(await run(['--help'])).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^usage/),
  });
});
