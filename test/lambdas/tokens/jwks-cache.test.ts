import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import type { IssuerFault } from '../../../contract/issuer-faults.ts';
import type { IssuerSettings } from '../../../contract/issuers.ts';
import { IssuerUnavailable, jwksCache } from '../../../lambdas/tokens/jwks-cache.ts';
import { tokenVerifier, type VerifyToken } from '../../../lambdas/tokens/token-verifier.ts';
import { audience, type Issuer, kid, openIssuer, seconds, settingsOf, sign } from './issuer.ts';

const minute = 60_000;
const verifierOf = (issuers: IssuerSettings[]) =>
  tokenVerifier(
    issuers,
    jwksCache(issuers, () => time),
  );
let issuer: Issuer;
let verify: VerifyToken;
let time: number;
beforeEach(async () => {
  issuer = await openIssuer();
  time = Date.now();
  verify = verifierOf([settingsOf(issuer.url)]);
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

test('are read again for a new key id, but once in ten seconds at most, whatever arrives', async () => {
  await verify(await issuer.token());
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const rotated = { ...(await exportJWK(publicKey)), kid: 'key-2', alg: 'RS256', use: 'sig' };
  issuer.jwks = { keys: [...(issuer.jwks as { keys: object[] }).keys, rotated] };
  const claims = { iss: issuer.url, aud: audience, exp: seconds(99) };
  const token = await sign(privateKey, claims, { kid: 'key-2' });
  const unknown = await issuer.token({}, { kid: 'key-3' });
  for (let n = 0; n < 20; n += 1) expect(await outcome(unknown)).toBe('refused');
  expect(fetches()).toBe(1);
  time += 9999;
  expect(await outcome(token)).toBe('refused');
  time += 2;
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
  const verify = verifierOf([settingsOf(name)]);
  const { claims } = await verify(await issuer.token({ iss: name }));
  expect(claims.iss).toBe(name);
  expect(issuer.requests[0]).toBe('/.well-known/openid-configuration');
  await expect(verify(await issuer.token())).rejects.toThrow();
});

describe('an issuer is not believed', () => {
  const document = (change: object) => (i: Issuer) =>
    Object.assign(i, { discovery: { ...(i.discovery as object), ...change } });
  const answers = (change: Partial<Issuer>) => (i: Issuer) => Object.assign(i, change);
  const key = { kty: 'RSA', kid };

  const spoil: [string, (issuer: Issuer) => Issuer, IssuerFault][] = [
    [
      'whose document is of another issuer',
      document({ issuer: 'https://evil.example' }),
      'names-another',
    ],
    [
      'whose document has a slash too many',
      (i) => document({ issuer: `${i.url}/` })(i),
      'names-another',
    ],
    [
      'whose keys are elsewhere by http',
      document({ jwks_uri: 'http://192.0.2.1/jwks.json' }),
      'unsafe',
    ],
    ['whose keys are a file', document({ jwks_uri: 'file:///etc/passwd' }), 'unsafe'],
    ['whose keys take a password', document({ jwks_uri: 'https://a:b@127.0.0.1/k' }), 'unsafe'],
    ['whose keys are at 127.0.0.2', document({ jwks_uri: 'http://127.0.0.2/k' }), 'unsafe'],
    ['whose document names no keys', document({ jwks_uri: undefined }), 'nonsense'],
    ['with a document of a megabyte', document({ more: 'x'.repeat(1e6) }), 'too-large'],
    ['that redirects', answers({ status: 302 }), 'unreachable'],
    ['that gives no JSON', answers({ discovery: '<html>' }), 'nonsense'],
    ['that gives a list', answers({ discovery: '[]' }), 'nonsense'],
    ['whose keys are no JWKS', answers({ jwks: '{"keys":{}}' }), 'nonsense'],
    ['with a thousand keys', answers({ jwks: { keys: Array(1000).fill(key) } }), 'too-large'],
  ];

  test.each(spoil)('%s', async (_, change, fault) => {
    change(issuer);
    const asked = verify(await issuer.token());
    await expect(asked).rejects.toBeInstanceOf(IssuerUnavailable);
    await expect(asked).rejects.toMatchObject({ of: { issuer: issuer.url, fault } });
    // Told alike until it is asked again.
    await expect(verify(await issuer.token())).rejects.toMatchObject({ of: { fault } });
  });

  test('that is not on this machine and is read by http', async () => {
    const name = 'http://id.example.com';
    const elsewhere = verifierOf([settingsOf(name)]);
    await expect(elsewhere(await issuer.token({ iss: name }))).rejects.toMatchObject({
      of: { fault: 'unsafe' },
    });
  });
});

describe('keys that cannot be used are left out, and the others count', () => {
  test.each<[string, unknown]>([
    ['of a type that nobody knows', { kty: 'AKP', kid: 'key-9', alg: 'ML-DSA-65', pub: 'AAAA' }],
    ['that is a shared secret', { kty: 'oct', kid: 'key-9', k: 'AAAA' }],
    ['without an id', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
    ['that is no object', 'key'],
    ['that is null', null],
    ['with members of the wrong kind', { kty: 'RSA', kid: 7, n: 7, e: {} }],
  ])('%s', async (_, key) => {
    const { keys } = issuer.jwks as { keys: object[] };
    issuer.jwks = { keys: [key as object, ...keys] };
    expect(await outcome(await issuer.token())).toBe('accepted');
  });
});

describe('where the keys are', () => {
  test('can be configured: then nothing is discovered', async () => {
    issuer.discovery = { issuer: 'https://another.example' };
    const verify = verifierOf([settingsOf(issuer.url, { jwksUri: `${issuer.url}/b2c/jwks.json` })]);
    await expect(verify(await issuer.token())).resolves.toBeDefined();
    expect(issuer.requests).toEqual(['/b2c/jwks.json']);
  });

  test('can be discovered elsewhere, by a document of the same issuer', async () => {
    const discoveryUrl = `${issuer.url}/policy/openid-configuration?p=sign_in`;
    const verify = verifierOf([settingsOf(issuer.url, { discoveryUrl })]);
    await expect(verify(await issuer.token())).resolves.toBeDefined();
    expect(issuer.requests[0]).toBe('/policy/openid-configuration?p=sign_in');
    issuer.discovery = { ...(issuer.discovery as object), issuer: 'https://another.example' };
    const mistaken = verifierOf([settingsOf(issuer.url, { discoveryUrl })]);
    await expect(mistaken(await issuer.token())).rejects.toMatchObject({
      of: { fault: 'names-another' },
    });
  });
});

describe('of two issuers', () => {
  let other: Issuer;
  beforeEach(async () => {
    other = await openIssuer();
    verify = verifierOf([settingsOf(issuer.url), settingsOf(other.url)]);
  });
  afterEach(() => other.close());

  test("one that is down does not hurt the other's tokens", async () => {
    issuer.status = 500;
    for (let n = 0; n < 3; n += 1) {
      expect(await outcome(await issuer.token())).toBe('unavailable');
      expect(await outcome(await other.token())).toBe('accepted');
    }
    expect(other.requests).toHaveLength(2);
  });

  test('a key of one verifies no token that names the other, though both have that key id', async () => {
    expect(await outcome(await issuer.token({ iss: other.url }))).toBe('refused');
    expect(await outcome(await other.token({ iss: issuer.url }))).toBe('refused');
    expect(await outcome(await other.token())).toBe('accepted');
  });

  test('a key id that only one has is unknown of the other', async () => {
    const { keys } = other.jwks as { keys: object[] };
    other.jwks = { keys: [{ ...keys[0], kid: 'only-theirs' }] };
    const forged = await other.token({ iss: issuer.url }, { kid: 'only-theirs' });
    expect(await outcome(forged)).toBe('refused');
    expect(await outcome(await other.token({}, { kid: 'only-theirs' }))).toBe('accepted');
  });

  test('forged key ids of one let nobody ask the other', async () => {
    await verify(await issuer.token());
    for (let n = 0; n < 20; n += 1) {
      time += 11_000;
      await outcome(await issuer.token({}, { kid: `forged-${n}` }));
    }
    expect(other.requests).toEqual([]);
  });
});
