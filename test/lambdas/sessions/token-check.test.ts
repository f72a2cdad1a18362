import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { usableKeys } from '../../../contract/jwks.ts';
import { type TokenCheck, tokenCheck } from '../../../lambdas/sessions/token-check.ts';
import { type Issuer, openIssuer, seconds, settingsOf } from '../tokens/issuer.ts';

let issuer: Issuer;
let other: Issuer;
let another: Issuer;
beforeAll(async () => {
  issuer = await openIssuer();
  other = await openIssuer();
  another = await openIssuer();
});
afterAll(async () => {
  jest.useRealTimers();
  await Promise.all([issuer, other, another].map((one) => one.close()));
});

function checkOf(learnt = true): TokenCheck {
  const check = tokenCheck([settingsOf(issuer.url), settingsOf(another.url)]);
  if (learnt) check.learn(issuer.url, keysOf(issuer));
  return check;
}

const keysOf = ({ jwks }: Issuer) => usableKeys((jwks as { keys: object[] }).keys);
const claims = { tenant_id: 'acme', scope: 'tenant-keys/crypto' };
const unauthorized = { code: 'unauthorized', status: 401 };

describe('a token', () => {
  test('that is signed by a key of the issuer says who it is and what it may do', async () => {
    const verified = await checkOf().check(await issuer.token(claims));
    expect(verified).toMatchObject({ principal: 'somebody', permissions: { tenantId: 'acme' } });
  });

  test('is for the broker to check before the broker has given keys', async () => {
    expect(await checkOf(false).check(await issuer.token(claims))).toBeUndefined();
  });

  test('is for the broker to check where its key is new', async () => {
    const token = await issuer.token(claims, { kid: 'key-2' });
    expect(await checkOf().check(token)).toBeUndefined();
  });

  test.each<[string, () => Promise<string>]>([
    [
      'signed by somebody else under the same key id',
      () => other.token({ ...claims, iss: issuer.url }),
    ],
    ['expired', () => issuer.token({ ...claims, exp: seconds(-60) })],
    ['without an expiry', () => issuer.token({ ...claims, exp: undefined })],
    ['expired before there was time', () => issuer.token({ ...claims, exp: -1e300 })],
    ['not valid before the end of time', () => issuer.token({ ...claims, nbf: 1e300 })],
    ['whose expiry is a text', () => issuer.token({ ...claims, exp: '99999999999' })],
    ['for another audience', () => issuer.token({ ...claims, aud: 'other' })],
    ['of another issuer', () => issuer.token({ ...claims, iss: other.url })],
    ['without a key id', () => issuer.token(claims, { kid: undefined })],
    ['unsigned', async () => `${(await issuer.token(claims)).replace(/[^.]+$/, '')}e30`],
    ['that is no token', async () => 'e30.e30.e30'],
    ['that is empty', async () => ''],
  ])('%s is a 401', async (_, token) => {
    await expect(checkOf().check(await token())).rejects.toMatchObject(unauthorized);
  });

  test('with one byte changed is a 401, also where the unchanged one was checked before', async () => {
    const check = checkOf();
    const token = await issuer.token(claims);
    await check.check(token);
    const [head = '', payload = '', signature = ''] = token.split('.');
    const forged = Buffer.from(payload, 'base64url').toString().replace('acme', 'acmf');
    const changed = `${head}.${Buffer.from(forged).toString('base64url')}.${signature}`;
    await expect(check.check(changed)).rejects.toMatchObject(unauthorized);
  });

  test('that was checked before counts no longer once it has expired', async () => {
    const check = checkOf();
    const token = await issuer.token({ ...claims, exp: seconds(60) });
    expect(await check.check(token)).toBeDefined();
    jest.useFakeTimers({ now: Date.now() + 90_000, doNotFake: ['nextTick', 'setImmediate'] });
    await expect(check.check(token)).rejects.toMatchObject(unauthorized);
    jest.useRealTimers();
  });

  test.each([1e300, 1e14, 1e12])(
    'that expires at %d is checked each time, or remembered',
    async (exp) => {
      const check = checkOf();
      const token = await issuer.token({ ...claims, exp });
      for (const _ of [1, 2])
        expect(await check.check(token)).toMatchObject({ principal: 'somebody' });
      check.learn(issuer.url, { keys: [] });
      expect(await check.check(token)).toBeUndefined();
    },
  );

  test('counts no longer once the broker gives keys without its own', async () => {
    const check = checkOf();
    const token = await issuer.token(claims);
    expect(await check.check(token)).toBeDefined();
    check.learn(issuer.url, { keys: [] });
    expect(await check.check(token)).toBeUndefined();
  });

  test('is for the broker to check again an hour after the keys came', async () => {
    const check = checkOf();
    const token = await issuer.token({ ...claims, exp: seconds(3 * 3600) });
    const another = await issuer.token({ ...claims, exp: seconds(3 * 3600), jti: 'another' });
    expect(await check.check(token)).toBeDefined();
    jest.useFakeTimers({ now: Date.now() + 3_601_000, doNotFake: ['nextTick', 'setImmediate'] });
    expect(await check.check(another)).toBeUndefined();
    jest.useRealTimers();
  });
});

describe('of two issuers', () => {
  const ofAnother = (header = {}) => another.token(claims, header);

  test('each has its own keys: a key of one verifies no token that names the other', async () => {
    const check = checkOf();
    // The same key id in both sets.
    expect(await check.check(await ofAnother())).toBeUndefined();
    check.learn(another.url, keysOf(another));
    expect(await check.check(await ofAnother())).toMatchObject({ issuer: another.url });
    expect(await check.check(await issuer.token(claims))).toMatchObject({ issuer: issuer.url });
    for (const forged of [
      issuer.token({ ...claims, iss: another.url }),
      another.token({ ...claims, iss: issuer.url }),
    ]) {
      await expect(check.check(await forged)).rejects.toMatchObject(unauthorized);
    }
  });

  test('one that withdraws its keys leaves those of the other', async () => {
    const check = checkOf();
    check.learn(another.url, keysOf(another));
    check.learn(issuer.url, { keys: [] });
    expect(await check.check(await issuer.token(claims))).toBeUndefined();
    expect(await check.check(await ofAnother())).toBeDefined();
  });

  test('keys of a third are refused, whoever gives them', () => {
    expect(() => checkOf().learn(other.url, keysOf(other))).toThrow('another issuer');
  });
});
