/**
 * Tokens of the product's own issuer, through the local stack: a tenant's own token gets one that names that tenant, and
 * whoever follows the issuer's documents, as Entra does, checks it by the key that is published.
 */
import { InvokeCommand, Lambda } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { identityTokenAnswer } from '../../contract/session-broker.ts';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { azureKeyVault } from '../harness/azure-settings.ts';
import { freePort } from '../harness/free-port.ts';
import { requestAssembly } from '../synthesizer/client.ts';
import { type Client, openClient } from './client.ts';

const audience = 'api://AzureADTokenExchange';
let stack: LocalStack;
let client: Client;
let issuer: string;
let asDataPlane: Lambda;
const logs: string[] = [];
beforeAll(async () => {
  const apiPort = await freePort();
  issuer = `http://127.0.0.1:${apiPort}/v1/issuer`;
  stack = await startStack({
    apiPort,
    awsPort: 0,
    issuerPort: 0,
    context: { keyStores: { azureKeyVault, ownIssuer: { url: issuer } } },
    synthesize: requestAssembly,
    onLog: (_, line) => logs.push(line),
  });
  client = openClient(stack);
  const credentials = stack.deployment.issueTo(functionOf('crypto'));
  asDataPlane = new Lambda({ endpoint: stack.aws, region: stack.region, credentials });
}, 120_000);
afterAll(() => stack.close());

const functionOf = (bundle: string) => {
  const all = [...stack.deployment.functions.values()];
  return all.find(({ handler }) => handler === `${bundle}.handler`) as (typeof all)[number];
};

const ask = async (token: string, tenantId: string, keyStore = 'azure-key-vault') => {
  const { Payload } = await asDataPlane.send(
    new InvokeCommand({
      FunctionName: functionOf('session-broker').name,
      Payload: JSON.stringify({ wants: 'identity-token', token, tenantId, keyStore }),
    }),
  );
  return identityTokenAnswer.parse(JSON.parse(Buffer.from(Payload ?? []).toString()));
};

const issued = async (tenantId: string): Promise<string> => {
  const answer = await ask(await client.tenantToken(tenantId), tenantId);
  if (answer.outcome !== 'issued') throw new Error(answer.outcome);
  return answer.identityToken;
};

const json = async (url: string) => (await fetch(url)).json() as Promise<Record<string, unknown>>;

/** As a relying party does that knows the issuer's URL and nothing else. */
async function verified(token: string) {
  const found = await json(`${issuer}/.well-known/openid-configuration`);
  const keys = createRemoteJWKSet(new URL(String(found.jwks_uri)));
  return jwtVerify(token, keys, { issuer: String(found.issuer), audience });
}

describe('the documents', () => {
  test('say which issuer it is, and where its keys are', async () => {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`);
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(await response.json()).toEqual({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });

  test('have two public keys, of which nothing is private', async () => {
    const { keys } = await json(`${issuer}/.well-known/jwks.json`);
    const key = {
      kty: 'RSA',
      use: 'sig',
      alg: 'RS256',
      kid: expect.any(String),
      n: expect.any(String),
      e: 'AQAB',
    };
    expect(keys).toEqual([key, key]);
  });

  test.each(['PUT', 'POST', 'DELETE'])('take no %s', async (method) => {
    const response = await fetch(`${issuer}/.well-known/jwks.json`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
  });

  test.each(['', '/', '/.well-known', '/.well-known/jwks.json/x', '/.well-known/x'])(
    'have nothing at %s',
    async (path) => {
      expect((await fetch(`${issuer}${path}`)).status).toBe(404);
    },
  );
});

describe("a tenant's own token", () => {
  test.each(['acme', 'acme-2', 'globex'])(
    'of %s gets one that names the tenant alone',
    async (id) => {
      const token = await issued(id);
      const { payload, protectedHeader } = await verified(token);
      expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) });
      const { iat = 0 } = payload;
      expect(payload).toEqual({
        iss: issuer,
        sub: `tenant:${id}`,
        TenantId: id,
        aud: audience,
        iat,
        nbf: iat,
        exp: iat + 300,
        jti: expect.any(String),
      });
    },
  );

  test('gets another each time', async () => {
    const [one, two] = [decodeJwt(await issued('acme')), decodeJwt(await issued('acme'))];
    expect(one.jti).not.toBe(two.jti);
  });

  test('gets none that names a neighbour, and nobody without the scope gets any', async () => {
    const acme = await client.tenantToken('acme');
    expect(await ask(acme, 'globex')).toEqual({ outcome: 'forbidden' });
    expect(await ask(await client.adminToken(), 'acme')).toEqual({ outcome: 'forbidden' });
    const audit = await client.token('tenant-keys/audit', 'acme');
    expect(await ask(audit, 'acme')).toEqual({ outcome: 'forbidden' });
  });

  test('is not what it gets, nor the other way round: a token of ours opens no session', async () => {
    const token = await issued('acme');
    expect(await ask(token, 'acme')).toEqual({ outcome: 'unauthorized' });
    const answer = await client.send('POST', '/tenants/acme/encrypt', {
      token,
      body: { plaintext: 'AAAA' },
    });
    expect(answer.status).toBe(401);
  });
});

/** A line comes a moment after the answer. */
async function lineWith(jti: string): Promise<Record<string, unknown>> {
  for (let left = 100; left > 0; left--) {
    const found = logs.find((line) => line.includes(jti));
    if (found !== undefined) return JSON.parse(found);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('no line has the token');
}

test('the log and the trail name the same signature, and hold no token', async () => {
  logs.length = 0;
  const token = await issued('acme');
  const line = await lineWith(decodeJwt(token).jti as string);
  expect(line).toMatchObject({
    message: 'session',
    wants: 'identity-token',
    tenantId: 'acme',
    outcome: 'issued',
    principal: expect.any(String),
  });
  const signed = stack.deployment.trail.events.find(
    ({ requestID }) => requestID === line.signRequestId,
  );
  expect(signed).toMatchObject({
    eventName: 'Sign',
    requestParameters: { signingAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' },
  });
  expect(String(signed?.resources?.[0]?.ARN)).toContain(decodeProtectedHeader(token).kid);
  for (const part of token.split('.')) expect(logs.join('')).not.toContain(part);
});
