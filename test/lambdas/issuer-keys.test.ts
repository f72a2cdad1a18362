/** Who publishes the keys of the product's own issuer, with its own role: which keys, and what it says where it cannot read them. */
import { DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { handler as Handler } from '../../lambdas/issuer-keys.ts';
import { systemClock } from '../../local/clock.ts';
import { type Deployment, deploy } from '../../local/deployment.ts';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { azureKeyVault } from '../harness/azure-settings.ts';
import { loggedLines } from '../harness/logged-lines.ts';
import { synthesizedTemplate } from '../harness/synthesized.ts';
import { eventOf } from './http/event.ts';

const document = await synthesizedTemplate({ keyStores: { azureKeyVault } });
const { region } = localAccount;

let deployment: Deployment;
let operator: KMSClient;
let handler: typeof Handler;
let keyArns: readonly string[];
let lines: string[];
let aheadMs = 0;

beforeAll(async () => {
  const template = readTemplate({ ...document }, localAccount);
  deployment = await deploy({ template, clock: systemClock, port: 0 });
  const { url: endpoint } = deployment;
  operator = new KMSClient({ endpoint, region, credentials: deployment.operator });
  const publisher = [...deployment.functions.values()].find(
    (one) => one.handler === 'issuer-keys.handler',
  );
  if (publisher === undefined) throw new Error('nobody publishes the keys');
  const { accessKeyId, secretAccessKey, sessionToken } = deployment.issueTo(publisher);
  Object.assign(process.env, publisher.environment, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  });
  keyArns = JSON.parse(String(publisher.environment.OWN_ISSUER_KEY_ARNS));
  const now = Date.now;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
  ({ handler } = await import('../../lambdas/issuer-keys.ts'));
});
beforeEach(() => {
  lines = loggedLines();
});
afterAll(() => {
  jest.restoreAllMocks();
  return deployment.close();
});

const ask = (resource = '/issuer/.well-known/jwks.json') =>
  handler(eventOf({ httpMethod: 'GET', resource, path: resource }));
const published = async (): Promise<string[]> => {
  const { statusCode, body } = await ask();
  expect(statusCode).toBe(200);
  return JSON.parse(body).keys.map(({ kid }: { kid: string }) => kid);
};
const idOf = (keyArn: string | undefined) => keyArn?.split('/').at(-1);
const pass = (ms: number) => {
  aheadMs += ms;
};
const disable = (KeyId: string | undefined) => operator.send(new DisableKeyCommand({ KeyId }));
const enable = (KeyId: string | undefined) => operator.send(new EnableKeyCommand({ KeyId }));

async function expectUnavailable() {
  const { statusCode, headers, body } = await ask();
  expect([statusCode, JSON.parse(body).code]).toEqual([503, 'unavailable']);
  // A cache that kept it would lock every tenant out for longer than KMS does.
  expect(headers?.['Cache-Control']).toBe('no-store');
  expect(lines).toHaveLength(1);
  for (const arn of keyArns) expect(body + lines.join('')).not.toContain(idOf(arn));
}

test('both keys are published, the one that signs first', async () => {
  expect(await published()).toEqual(keyArns.map(idOf));
});

test('a key that is disabled is left out, once the minute is over for which they are kept', async () => {
  await disable(keyArns[0]);
  expect(await published()).toEqual(keyArns.map(idOf));
  pass(60_000);
  expect(await published()).toEqual([idOf(keyArns[1])]);
  await enable(keyArns[0]);
  pass(60_000);
  expect(await published()).toEqual(keyArns.map(idOf));
});

test('a list without a key is none: 503, which no cache keeps', async () => {
  for (const arn of keyArns) await disable(arn);
  pass(60_000);
  await expectUnavailable();
  for (const arn of keyArns) await enable(arn);
  expect(await published()).toEqual(keyArns.map(idOf));
});

test('of a path that is no document it answers 404, whatever its name', async () => {
  for (const resource of ['/issuer', '/tenants/{tenantId}/encrypt', 'constructor', '__proto__'])
    expect((await ask(resource)).statusCode).toBe(404);
});

test('where KMS does not answer: 503, and the other document as ever', async () => {
  await deployment.close();
  expect(await published()).toEqual(keyArns.map(idOf));
  pass(60_000);
  await expectUnavailable();
  expect((await ask('/issuer/.well-known/openid-configuration')).statusCode).toBe(200);
});
