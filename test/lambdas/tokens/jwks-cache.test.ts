import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { IssuerUnavailable, jwksCache } from '../../../lambdas/tokens/jwks-cache.ts';
import { tokenVerifier, type VerifyToken } from '../../../lambdas/tokens/token-verifier.ts';
import { audience, type Issuer, kid, openIssuer } from './issuer.ts';

const minute = 60_000;
let issuer: Issuer;
let verify: VerifyToken;
let time: number;
beforeEach(async () => {
  issuer = await openIssuer();
  time = Date.now();
  const cache = jwksCache({ issuer: issuer.url, now: () => time });
  verify = tokenVerifier({ issuer: issuer.url, audience, keys: cache });
});
afterEach(() => issuer.close());

const outcome = (token: string): Promise<string> =>
  verify(token).then(
    () => 'accepted',
    (error) => (error instanceof IssuerUnavailable ? 'unavailable' : 'refused'),
  );
const fetches = () => issuer.requests.filter((path) => path === '/jwks.json').length;

test('are read once for many tokens, also when all come at once', async () => {
  const token = await issuer.token();
  await Promise.all(Array.from({ length: 50 }, () => verify(token)));
  await verify(token);
  expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/jwks.json']);
});

test('are read again for a new key id, but once a minute at most, whatever arrives', async () => {
  await verify(await issuer.token());
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const rotated = { ...(await exportJWK(publicKey)), kid: 'key-2', alg: 'RS256', use: 'sig' };
  issuer.jwks = { keys: [...(issuer.jwks as { keys: object[] }).keys, rotated] };
  const { sign } = await import('./issuer.ts');
  const { iss, aud, exp } = { iss: issuer.url, aud: audience, exp: Date.now() / 1000 + 99 };
  const token = await sign(privateKey, { iss, aud, exp }, { kid: 'key-2' });
  const unknown = await issuer.token({}, { kid: 'key-3' });
  for (let n = 0; n < 20; n += 1) expect(await outcome(unknown)).toBe('refused');
  expect(fetches()).toBe(1);
  time += minute + 1;
  expect(await outcome(token)).toBe('accepted');
  for (let n = 0; n < 20; n += 1) expect(await outcome(unknown)).toBe('refused');
  expect(fetches()).toBe(2);
});

test('that the issuer has withdrawn do not count ten minutes later', async () => {
  const token = await issuer.token({ exp: 9_999_999_999 });
  expect(await outcome(token)).toBe('accepted');
  issuer.jwks = { keys: [] };
  time += 9 * minute;
  expect(await outcome(token)).toBe('accepted');
  time += 2 * minute;
  expect(await outcome(token)).toBe('refused');
});

test('go on counting for an hour while the issuer does not answer, and no longer', async () => {
  const token = await issuer.token({ exp: 9_999_999_999 });
  expect(await outcome(token)).toBe('accepted');
  issuer.status = 500;
  time += 59 * minute;
  expect(await outcome(token)).toBe('accepted');
  time += 2 * minute;
  expect(await outcome(token)).toBe('unavailable');
});

test('an issuer that does not answer is asked again five seconds later, not before', async () => {
  const token = await issuer.token();
  issuer.status = 503;
  for (let n = 0; n < 20; n += 1) expect(await outcome(token)).toBe('unavailable');
  expect(issuer.requests).toHaveLength(1);
  issuer.status = 200;
  time += 5001;
  expect(await outcome(token)).toBe('accepted');
});

test('of an issuer whose name ends in a slash are found, and only under that name', async () => {
  const name = `${issuer.url}/`;
  issuer.discovery = { issuer: name, jwks_uri: `${issuer.url}/jwks.json` };
  const cache = jwksCache({ issuer: name });
  const verify = tokenVerifier({ issuer: name, audience, keys: cache });
  await expect(verify(await issuer.token({ iss: name }))).resolves.toMatchObject({ iss: name });
  expect(issuer.requests[0]).toBe('/.well-known/openid-configuration');
  await expect(verify(await issuer.token())).rejects.toThrow();
});

describe('an issuer is not believed', () => {
  const document = (change: object) => (i: Issuer) =>
    Object.assign(i, { discovery: { ...(i.discovery as object), ...change } });
  const answers = (change: Partial<Issuer>) => (i: Issuer) => Object.assign(i, change);
  const key = { kty: 'RSA', kid };

  const spoil: [string, (issuer: Issuer) => Issuer][] = [
    ['whose document is of another issuer', document({ issuer: 'https://evil.example' })],
    ['whose document has a slash too many', (i) => document({ issuer: `${i.url}/` })(i)],
    ['whose keys are elsewhere by http', document({ jwks_uri: 'http://192.0.2.1/jwks.json' })],
    ['whose keys are a file', document({ jwks_uri: 'file:///etc/passwd' })],
    ['whose document names no keys', document({ jwks_uri: undefined })],
    ['with a document of a megabyte', document({ more: 'x'.repeat(1e6) })],
    ['that redirects', answers({ status: 302 })],
    ['that gives no JSON', answers({ discovery: '<html>' })],
    ['that gives a list', answers({ discovery: '[]' })],
    ['whose keys are no JWKS', answers({ jwks: '{"keys":{}}' })],
    ['with a thousand keys', answers({ jwks: { keys: Array(1000).fill(key) } })],
  ];

  test.each(spoil)('%s', async (_, change) => {
    change(issuer);
    expect(await outcome(await issuer.token())).toBe('unavailable');
  });

  test('that is not on this machine and is read by http', async () => {
    const cache = jwksCache({ issuer: 'http://id.example.com' });
    const elsewhere = tokenVerifier({
      issuer: 'http://id.example.com',
      audience,
      keys: cache,
    });
    await expect(elsewhere(await issuer.token())).rejects.toBeInstanceOf(IssuerUnavailable);
  });
});
