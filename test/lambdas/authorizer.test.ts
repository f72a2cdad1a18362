import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { AuthorizerEvent, AuthorizerResult } from '../../lambdas/authorizer.ts';
import { loggedLines } from '../harness/logged-lines.ts';
import { type Issuer, issuersVariable, openIssuer, settingsOf } from './tokens/issuer.ts';

const methodArn =
  'arn:aws:execute-api:eu-central-1:111122223333:a1b2c3/v1/POST/tenants/acme/encrypt';
let issuer: Issuer;
let handler: (event: AuthorizerEvent) => Promise<AuthorizerResult>;
let lines: string[];
beforeAll(async () => {
  issuer = await openIssuer();
  const settings = settingsOf(issuer.url, { tenantClaim: ['https://acme.example/tenant'] });
  Object.assign(process.env, issuersVariable(settings));
  ({ handler } = await import('../../lambdas/authorizer.ts'));
});
beforeEach(() => {
  lines = loggedLines();
});
afterAll(async () => {
  jest.restoreAllMocks();
  await issuer.close();
});

const ask = (authorizationToken: string) =>
  handler({ type: 'TOKEN', methodArn, authorizationToken });
const tenantToken = (tenant: unknown = 'acme') =>
  issuer.token({ scope: 'tenant-keys/crypto', 'https://acme.example/tenant': tenant });

test("a tenant's token gives its policy and its tenant, by the configured claim", async () => {
  const { principalId, policyDocument, context } = await ask(`Bearer ${await tenantToken()}`);
  expect([principalId, context.tenantId]).toEqual(['somebody', 'acme']);
  expect(policyDocument.Statement[0]).toMatchObject({ Effect: 'Allow' });
});

test('an administrator has no tenant', async () => {
  const token = await issuer.token({ scope: 'tenant-keys/admin' });
  expect((await ask(`Bearer ${token}`)).context).not.toHaveProperty('tenantId');
});

test('a token without permissions is denied everything, which is a 403', async () => {
  const { policyDocument, context } = await ask(
    `Bearer ${await issuer.token({ scope: 'openid' })}`,
  );
  expect(policyDocument.Statement).toEqual([
    {
      Effect: 'Deny',
      Action: 'execute-api:Invoke',
      Resource: ['arn:aws:execute-api:eu-central-1:111122223333:a1b2c3/v1/*'],
    },
  ]);
  expect(context).not.toHaveProperty('tenantId');
});

test('a REQUEST authorizer finds the token in the header, however it is spelled', async () => {
  const headers = { AUTHORIZATION: `bearer ${await tenantToken()}` };
  const { context } = await handler({ type: 'REQUEST', methodArn, headers });
  expect(context).toMatchObject({ tenantId: 'acme' });
});

test('what a denied caller is told comes with the policy, and has nothing of the token in it', async () => {
  const { context } = await ask(`Bearer ${await tenantToken()}`);
  expect(context).toMatchObject({
    challenge: 'Bearer realm="tenant-keys", error="insufficient_scope", scope="tenant-keys/audit"',
    remedy: expect.stringContaining('It names a tenant'),
  });
  expect(JSON.stringify([context.challenge, context.remedy])).not.toMatch(/acme|somebody/);
});

test('the principal for the access log has nothing in it that could end a text of JSON', async () => {
  const sub = 'a"b\\c","principal":"root\n\u2028\ud800é';
  const { principalId, context } = await ask(`Bearer ${await issuer.token({ sub })}`);
  expect(principalId).toBe(sub);
  expect(context.loggedPrincipal).toMatch(/^[\w%.-]+$/);
  expect(decodeURIComponent(context.loggedPrincipal)).toBe(sub.toWellFormed());
});

describe('unauthorized', () => {
  test.each([
    ['no header', ''],
    ['another scheme', 'Basic eDp4'],
    ['no token', 'Bearer '],
    ['two tokens', 'Bearer a.b.c d.e.f'],
    ['garbage', 'Bearer a.b.c'],
  ])('%s', async (_, header) => {
    await expect(ask(header)).rejects.toThrow(/^Unauthorized$/);
  });

  test('no headers at all', async () => {
    await expect(handler({ type: 'REQUEST', methodArn, headers: null })).rejects.toThrow(
      'Unauthorized',
    );
  });
});

test('neither a token nor a claim of it is in a log line or an error', async () => {
  const token = await tenantToken('CANARY');
  const expired = await issuer.token({ exp: 1, sub: 'CANARY' });
  await ask(`Bearer ${token}`);
  const error = await ask(`Bearer ${expired}`).catch((thrown) => thrown);
  const said = `${lines.join('')}${error.stack}${JSON.stringify(error)}`;
  expect(lines).toHaveLength(2);
  expect(said).not.toContain('CANARY');
  for (const part of [...token.split('.'), ...expired.split('.')]) expect(said).not.toContain(part);
  expect(JSON.parse(lines[1] as string)).toMatchObject({
    outcome: 'unauthorized',
    reason: 'expired',
  });
});

test('an issuer that cannot be read is a failure of ours and no 401', async () => {
  jest.resetModules();
  const nowhere = 'http://127.0.0.1:1';
  Object.assign(process.env, issuersVariable(settingsOf(nowhere)));
  const fresh = await import('../../lambdas/authorizer.ts');
  const token = await issuer.token({ iss: nowhere });
  const event = { type: 'TOKEN', methodArn, authorizationToken: `Bearer ${token}` };
  await expect(fresh.handler(event as AuthorizerEvent)).rejects.toThrow(/^IssuerUnavailable$/);
  expect(JSON.parse(lines.join(''))).toMatchObject({
    level: 'ERROR',
    reason: 'issuer-unavailable',
    fault: 'unreachable',
    issuer: nowhere,
  });
});
