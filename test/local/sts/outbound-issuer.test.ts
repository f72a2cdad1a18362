/** The account's issuer as those meet it who trust its tokens: its documents over HTTP, before and after a restart. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAM } from '@aws-sdk/client-iam';
import { STS } from '@aws-sdk/client-sts';
import { afterEach, expect, test } from '@jest/globals';
import { createRemoteJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { systemClock } from '../../../local/clock.ts';
import { type Deployment, deploy } from '../../../local/deployment.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { clientOptions } from '../aws/harness.ts';
import { account } from '../small-template.ts';

const opened: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of opened.splice(0).reverse()) await end();
});

const folder = () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'outbound-'));
  opened.push(() => rmSync(dataDir, { recursive: true }));
  return dataDir;
};

async function started(dataDir?: string) {
  const template = readTemplate({ Resources: {} }, account);
  const deployment = await deploy({ template, clock: systemClock, port: 0, dataDir });
  opened.push(deployment.close);
  return deployment;
}

const options = ({ url, operator }: Deployment) => ({
  ...clientOptions(url, operator),
  region: account.region,
});
const tokenOf = async (deployment: Deployment, SigningAlgorithm = 'RS256') => {
  const asked = { Audience: ['vault'], SigningAlgorithm, DurationSeconds: 60 };
  return (await new STS(options(deployment)).getWebIdentityToken(asked)).WebIdentityToken ?? '';
};
const json = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>;
const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    ({ name, $metadata }) => [name, $metadata.httpStatusCode],
  );

test('a receiver that knows only the issuer`s URL verifies both kinds of token', async () => {
  const deployment = await started();
  const { IssuerIdentifier = '', JwtVendingEnabled } = await new IAM(
    options(deployment),
  ).getOutboundWebIdentityFederationInfo();
  expect([IssuerIdentifier, JwtVendingEnabled]).toEqual([deployment.outboundIssuer, true]);
  const discovered = await json<{ issuer: string; jwks_uri: string }>(
    `${IssuerIdentifier}/.well-known/openid-configuration`,
  );
  expect(discovered.issuer).toBe(IssuerIdentifier);
  const keys = createRemoteJWKSet(new URL(discovered.jwks_uri));
  for (const alg of ['RS256', 'ES384']) {
    const token = await tokenOf(deployment, alg);
    const wanted = { issuer: IssuerIdentifier, audience: 'vault', algorithms: [alg] };
    expect((await jwtVerify(token, keys, wanted)).payload.sub).toMatch(/:user\//);
  }
});

test('what is published are public keys, and nothing of the private ones', async () => {
  const { outboundIssuer } = await started();
  const { keys } = await json<JSONWebKeySet>(`${outboundIssuer}/.well-known/jwks.json`);
  const members = keys.map((key) => Object.keys(key).sort());
  expect(members).toEqual([
    ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  ]);
});

test.each(['', '/', '/.well-known/jwks.json/', '/.well-known/jwks.json?a', '/token-keys.json'])(
  'the issuer has nothing at %s',
  async (path) => {
    const { outboundIssuer } = await started();
    const answer = await fetch(`${outboundIssuer}${path}`);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('Unknown')]);
  },
);

test('the keys are kept with the rest of the data, for their owner only', async () => {
  const dataDir = folder();
  const first = await started(dataDir);
  const token = await tokenOf(first);
  await first.close();
  const again = await started(dataDir);
  const keys = createRemoteJWKSet(new URL(`${again.outboundIssuer}/.well-known/jwks.json`));
  expect((await jwtVerify(token, keys)).payload.aud).toBe('vault');
  const file = join(dataDir, 'token-keys.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8')).privateKeys.RS256).toContain('PRIVATE KEY');
});

test('a file that has no keys is not overwritten: the answer is an error', async () => {
  const dataDir = folder();
  const file = join(dataDir, 'token-keys.json');
  writeFileSync(file, '{}');
  const deployment = await started(dataDir);
  expect(await errorOf(tokenOf(deployment))).toEqual(['InternalFailure', 500]);
  expect(readFileSync(file, 'utf8')).toBe('{}');
});

test('two that ask at once before there are keys get tokens of the same ones', async () => {
  const deployment = await started(folder());
  const tokens = await Promise.all([tokenOf(deployment), tokenOf(deployment)]);
  const keys = createRemoteJWKSet(new URL(`${deployment.outboundIssuer}/.well-known/jwks.json`));
  for (const token of tokens) expect((await jwtVerify(token, keys)).payload.aud).toBe('vault');
});

test('disabled, it gives no tokens; those that are out verify as before', async () => {
  const deployment = await started();
  const iam = new IAM(options(deployment));
  const token = await tokenOf(deployment);
  expect(await errorOf(iam.enableOutboundWebIdentityFederation())).toEqual([
    'FeatureEnabledException',
    409,
  ]);
  await iam.disableOutboundWebIdentityFederation();
  const refused = ['OutboundWebIdentityFederationDisabledException', 403];
  expect(await errorOf(tokenOf(deployment))).toEqual(refused);
  const disabled = ['FeatureDisabledException', 404];
  expect(await errorOf(iam.getOutboundWebIdentityFederationInfo())).toEqual(disabled);
  expect(await errorOf(iam.disableOutboundWebIdentityFederation())).toEqual(disabled);
  const keys = createRemoteJWKSet(new URL(`${deployment.outboundIssuer}/.well-known/jwks.json`));
  expect((await jwtVerify(token, keys)).payload.aud).toBe('vault');
  const { IssuerIdentifier } = await iam.enableOutboundWebIdentityFederation();
  expect(IssuerIdentifier).toBe(deployment.outboundIssuer);
  expect(await tokenOf(deployment)).not.toBe('');
});
