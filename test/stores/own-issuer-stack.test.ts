/**
 * The whole product with a real store that takes tokens of the product's own issuer: no token of AWS is asked for, functions and
 * tenants sign in as themselves, and what somebody else shows is refused in the store's words.
 */
import { KMS } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { identityTokenSigning, identityTokenSubject } from '../../contract/identity-token.ts';
import { setUpVault, vaultContext, vaultServer } from '../../local/vault-setup.ts';
import { passDaysForKey } from '../../local/vault-time.ts';
import { type Control, startControl } from '../e2e/control.ts';
import type { TestStack } from '../e2e/test-stack.ts';
import { type Bao, startBao } from './bao.ts';

let bao: Bao;
let stack: TestStack;
let control: Control;
let issuer: string;
beforeAll(async () => {
  bao = await startBao();
  const server = await vaultServer('own', bao.env);
  ({ stack, control } = await startControl({
    ...vaultContext(server),
    reconcileEveryMinutes: 1440,
  }));
  issuer = String((await json('openid-configuration')).issuer);
  await setUpVault(server, stack);
}, 180_000);
afterAll(async () => {
  await stack?.close();
  await bao?.stop();
});

const json = async (document: string) =>
  (await fetch(`${stack.api}/issuer/.well-known/${document}`)).json() as Promise<
    Record<string, unknown>
  >;
const keyIds = async () =>
  ((await json('jwks.json')).keys as { readonly kid: string }[]).map(({ kid }) => kid);

/** As whoever has code in the broker would, who alone has the issuer sign. */
async function forged(claims: object, kid: string): Promise<string> {
  const { deployment, region } = stack;
  const broker = [...deployment.functions.values()].find(({ name }) => /SessionBroker/.test(name));
  if (broker === undefined) throw new Error('the stack has no session broker');
  const credentials = deployment.issueTo(broker);
  const kms = new KMS({ endpoint: stack.aws, region, credentials });
  const iat = Math.floor(Date.now() / 1000);
  const named = { iss: issuer, aud: bao.address, iat, exp: iat + 300, ...claims };
  const signed = [{ alg: 'RS256', typ: 'JWT', kid }, named]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const { Signature = new Uint8Array() } = await kms.sign({
    KeyId: kid,
    Message: Buffer.from(signed),
    SigningAlgorithm: identityTokenSigning,
  });
  return `${signed}.${Buffer.from(Signature).toString('base64url')}`;
}

async function login(role: string, jwt: string): Promise<string> {
  const response = await fetch(`${bao.address}/v1/auth/tenant-keys/login`, {
    method: 'POST',
    body: JSON.stringify({ role, jwt }),
  });
  const { errors = [] } = (await response.json()) as { readonly errors?: readonly string[] };
  return `${response.status} ${errors.join(' ')}`.trim();
}

test('onboarded, used, rotated, suspended, erased with a certificate', async () => {
  const made = await control.put('acme', { keyStore: 'vault' });
  expect([made.status, made.json.status]).toEqual([201, 'ACTIVE']);
  const first = await stack.client.encrypt('acme', Buffer.from('first'));
  expect(await control.decrypt('acme', first)).toBe('first');
  expect((await control.send('POST', '/tenants/acme/key/rotations')).status).toBe(202);
  expect(await control.decrypt('acme', first)).toBe('first');
  expect((await control.post('acme', 'suspend')).status).toBe(200);
  expect((await control.get('/tenants/acme')).json.key.state).toBe('Disabled');
  expect((await control.post('acme', 'resume')).status).toBe(200);
  expect(await control.decrypt('acme', first)).toBe('first');
  expect(await stack.run('reconciler')).toMatchObject({ found: [] });

  expect((await control.offboard('acme', '')).status).toBe(202);
  await stack.run('reconciler');
  expect((await control.get('/tenants/acme')).json.key.state).toBe('PendingDeletion');
  await stack.administrator.dynamodb.updateItem({
    TableName: stack.tableName,
    Key: { tenantId: { S: 'acme' } },
    UpdateExpression: 'SET offboarding.deletionDate = :past',
    ExpressionAttributeValues: { ':past': { S: '2026-01-01T00:00:00.000Z' } },
  });
  await passDaysForKey({ address: bao.address, token: bao.rootToken }, 'acme', 31, 3);
  expect(await stack.run('reconciler')).toMatchObject({
    found: [expect.objectContaining({ kind: 'key-erased', outcome: 'repaired' })],
  });
  const { json: erased } = await control.get('/tenants/acme/erasure-certificate');
  expect(erased.certificate).toMatchObject({ keyStore: 'vault', keyMaterialIds: ['v1', 'v2'] });
});

test('nobody has asked AWS for a token, and each function for one of its own', async () => {
  await stack.settled();
  const asked = stack.calls.map(({ operation }) => operation);
  expect(asked).not.toContain('GetWebIdentityToken');
  const lines = stack.logs.filter((line) => line.includes('"function-token"'));
  const principals = lines.map((line) => /(\w+?Role)[0-9A-F]{8}/.exec(line)?.[1]);
  expect(new Set(principals)).toEqual(
    new Set(['ControlPlaneRole', 'ReconcilerRole', 'CertificatesRole']),
  );
});

test('a role from before, for tokens of AWS, lets nobody in until the reconciler has put it right', async () => {
  await control.put('initech', { keyStore: 'vault' });
  const tenantClaim = '/https:~1~1sts.amazonaws.com~1/principal_tags/TenantId';
  const role = await fetch(`${bao.address}/v1/auth/tenant-keys/role/tenant-initech`, {
    method: 'POST',
    headers: { 'X-Vault-Token': bao.rootToken },
    body: JSON.stringify({
      role_type: 'jwt',
      user_claim: tenantClaim,
      user_claim_json_pointer: true,
      claim_mappings: { [tenantClaim]: 'tenant_id' },
      bound_claims: { [tenantClaim]: 'initech' },
      bound_subject: stack.outputs.TenantRoleArn,
      bound_audiences: bao.address,
      token_policies: 'tenant-keys-tenant-initech',
      token_no_default_policy: true,
      token_type: 'batch',
      token_ttl: '15m',
    }),
  });
  expect(role.status).toBe(204);
  const token = await stack.client.tenantToken('initech');
  const encrypt = { token, body: { plaintext: 'AAAA' } };
  const path = '/tenants/initech/encrypt';
  expect((await stack.client.send('POST', path, encrypt)).json.code).toBe('key-revoked-by-tenant');
  expect(await stack.run('reconciler')).toMatchObject({
    found: [expect.objectContaining({ kind: 'key-policy', outcome: 'repaired' })],
  });
  expect((await stack.client.send('POST', path, encrypt)).status).toBe(200);
});

describe('the store decides', () => {
  let kid = '';
  let next = '';
  beforeAll(async () => {
    await control.put('acme-2', { keyStore: 'vault' });
    await control.put('globex', { keyStore: 'vault' });
    [kid = '', next = ''] = await keyIds();
  });
  const globex = { sub: identityTokenSubject('globex'), TenantId: 'globex' };

  test.each<[string, string, object, string]>([
    ['the tenant itself', 'tenant-globex', {}, '200'],
    ['a neighbour', 'tenant-acme-2', {}, '400 error validating token: invalid subject (sub) claim'],
    [
      "a neighbour's claim",
      'tenant-globex',
      { TenantId: 'acme-2' },
      '400 error validating claims: claim "/TenantId" does not match any associated bound claim values',
    ],
    [
      'another audience',
      'tenant-globex',
      { aud: 'api://AzureADTokenExchange' },
      '400 error validating token: invalid audience (aud) claim: audience claim does not match any expected audience',
    ],
    [
      'another issuer',
      'tenant-globex',
      { iss: 'https://example.com' },
      '400 error validating token: invalid issuer (iss) claim',
    ],
    [
      'a function at a tenant’s role',
      'tenant-globex',
      { sub: 'function:control-plane' },
      '400 error validating token: invalid subject (sub) claim',
    ],
    [
      'a tenant at a function’s role',
      'reconciler',
      {},
      '400 error validating token: invalid subject (sub) claim',
    ],
  ])('%s', async (_, role, change, answer) => {
    expect(await login(role, await forged({ ...globex, ...change }, kid))).toBe(answer);
  });

  test('one that has expired', async () => {
    const exp = Math.floor(Date.now() / 1000) - 600;
    const jwt = await forged({ ...globex, iat: exp - 300, exp }, kid);
    expect(await login('tenant-globex', jwt)).toMatch(/^400 .*token is expired/);
  });

  test('the key that signs next counts before it signs, and one that is disabled no more', async () => {
    expect(await login('tenant-globex', await forged(globex, next))).toBe('200');
    const jwt = await forged(globex, kid);
    await stack.administrator.kms.disableKey({ KeyId: kid });
    stack.pass(61);
    expect(await keyIds()).toEqual([next]);
    // Both products ask anew for a key only that they do not know: what they have goes on to count.
    expect(await login('tenant-globex', jwt)).toBe('200');
    await fetch(`${bao.address}/v1/auth/tenant-keys/config`, {
      method: 'POST',
      headers: { 'X-Vault-Token': bao.rootToken },
      body: JSON.stringify({
        jwks_url: `${stack.api}/issuer/.well-known/jwks.json`,
        bound_issuer: issuer,
        jwt_supported_algs: 'RS256',
      }),
    });
    expect(await login('tenant-globex', jwt)).toBe(
      '400 error validating token: error verifying token signature: failed to verify id token signature',
    );
  });

  test('nobody is let in any more, and a tenant’s answer says no more than that', async () => {
    const token = await stack.client.tenantToken('acme-2');
    const body = { plaintext: 'AAAA' };
    const { status, json: problem } = await stack.client.send('POST', '/tenants/acme-2/encrypt', {
      token,
      body,
    });
    expect(status).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify(problem)).not.toMatch(/kms|issuer|sign/i);
  });
});
