import {
  createPublicKey,
  generateKeyPairSync,
  type KeyPairKeyObjectResult,
  sign as nodeSign,
} from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportSPKI, generateKeyPair } from 'jose';
import { jwksCache } from '../../../lambdas/tokens/jwks-cache.ts';
import {
  refusalOfToken,
  tokenVerifier,
  type VerifyToken,
} from '../../../lambdas/tokens/token-verifier.ts';
import { audience, type Issuer, openIssuer, seconds, sign } from './issuer.ts';

let issuer: Issuer;
let verify: VerifyToken;
beforeAll(async () => {
  issuer = await openIssuer();
  verify = tokenVerifier({
    issuer: issuer.url,
    audience,
    keys: jwksCache({ issuer: issuer.url }),
  });
});
afterAll(() => issuer.close());

/** @returns in a word why the token is refused */
const refusal = async (token: string | Promise<string>, by = verify): Promise<string> => {
  try {
    await by(await token);
  } catch (error) {
    return refusalOfToken(error);
  }
  return 'accepted';
};
const unsigned = (header: object, claims: object): string =>
  [header, claims].map((p) => Buffer.from(JSON.stringify(p)).toString('base64url')).join('.');

/** @returns what is in use after everything else was collected */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

test('a good token gives its claims', async () => {
  const claims = await verify(await issuer.token({ scope: 'a b', tenant_id: 'acme' }));
  expect(claims).toMatchObject({ sub: 'somebody', scope: 'a b', tenant_id: 'acme' });
});

describe('the signature', () => {
  const claims = () => ({ iss: issuer.url, aud: audience, exp: seconds(60), tenant_id: 'acme' });

  test('of another key under the same key id', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect(await refusal(sign(privateKey, claims()))).toBe('signature');
  });

  test.each(['none', 'None', 'NONE', ''])('by no algorithm: alg "%s"', async (alg) => {
    expect(await refusal(`${unsigned({ alg, kid: 'key-1' }, claims())}.`)).toBe('malformed');
    expect(await refusal(`${unsigned({ alg, kid: 'key-1' }, claims())}.AA`)).toBe('algorithm');
  });

  test.each(['HS256', 'HS512'])('%s with the public key as the secret', async (alg) => {
    const pem = await exportSPKI(issuer.publicKey);
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    for (const secret of [Buffer.from(pem), der]) {
      expect(await refusal(sign(secret, claims(), { alg }))).toBe('algorithm');
    }
  });

  test('by another algorithm than the key is for', async () => {
    const token = sign(issuer.privateKey, claims(), { alg: 'RS256' });
    const [, payload, signature] = (await token).split('.');
    const header = Buffer.from('{"alg":"RS512","kid":"key-1"}').toString('base64url');
    expect(await refusal(`${header}.${payload}.${signature}`)).toBe('algorithm');
  });

  test('over other claims', async () => {
    const [header, , signature] = (await issuer.token()).split('.');
    const payload = Buffer.from(JSON.stringify(claims())).toString('base64url');
    expect(await refusal(`${header}.${payload}.${signature}`)).toBe('signature');
  });

  test('with a key of its own in the header', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await crypto.subtle.exportKey('jwk', publicKey);
    expect(await refusal(sign(privateKey, claims(), { jwk }))).toBe('signature');
  });

  test('without a key id', async () => {
    expect(await refusal(issuer.token({}, { kid: undefined }))).toBe('no-key-id');
  });

  test('with a key id that the issuer has not', async () => {
    expect(await refusal(issuer.token({}, { kid: 'key-2' }))).toBe('unknown-key');
  });

  test('with critical headers', async () => {
    const [, payload] = (await issuer.token()).split('.');
    const header = unsigned({ alg: 'RS256', kid: 'key-1', crit: ['x'], x: 1 }, {}).split('.')[0];
    const input = `${header}.${payload}`;
    const signature = await crypto.subtle.sign(
      'RSASSA-PKCS1-v1_5',
      issuer.privateKey,
      Buffer.from(input),
    );
    const token = `${input}.${Buffer.from(signature).toString('base64url')}`;
    expect(await refusal(token)).toBe('malformed');
  });
});

describe('the size of the key', () => {
  const claims = () => ({ iss: issuer.url, aud: audience, exp: seconds(60), tenant_id: 'acme' });
  const input = (alg: string, kid: string) => unsigned({ alg, kid }, claims());

  /** Puts the key among the issuer's. Node.js signs, since jose refuses small keys itself. */
  async function refusalOfKey(alg: string, pair: KeyPairKeyObjectResult): Promise<string> {
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: alg, alg, use: 'sig' };
    const { jwks } = issuer;
    issuer.jwks = { keys: [jwk] };
    const verifyByIt = tokenVerifier({
      issuer: issuer.url,
      audience,
      keys: jwksCache({ issuer: issuer.url }),
    });
    const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const signature = nodeSign(`sha${alg.slice(2)}`, Buffer.from(input(alg, alg)), key);
    const token = `${input(alg, alg)}.${signature.toString('base64url')}`;
    try {
      return await refusal(token, verifyByIt);
    } finally {
      issuer.jwks = jwks;
    }
  }

  test.each([
    [1024, 'RS256', 'weak-key'],
    [1024, 'RS512', 'weak-key'],
    [2040, 'RS256', 'weak-key'],
    [2047, 'RS256', 'weak-key'],
    [2048, 'RS256', 'accepted'],
    [3072, 'RS384', 'accepted'],
  ])('RSA of %d bits with %s: %s', async (modulusLength, alg, outcome) => {
    expect(await refusalOfKey(alg, generateKeyPairSync('rsa', { modulusLength }))).toBe(outcome);
  });

  test('an elliptic curve, whose keys are small by nature: accepted', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await refusalOfKey('ES256', pair)).toBe('accepted');
  });
});

describe('keys in memory', () => {
  const pairOf = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwkOf = ({ publicKey }: KeyPairKeyObjectResult) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid: 'key-1',
    alg: 'RS256',
  });
  const verifierBy = (jwk: () => object) =>
    tokenVerifier({
      issuer: issuer.url,
      audience,
      keys: { find: async () => jwk() as never },
    });
  const signedBy = ({ privateKey }: KeyPairKeyObjectResult) => {
    const claims = { iss: issuer.url, aud: audience, exp: seconds(60) };
    const input = unsigned({ alg: 'RS256', kid: 'key-1' }, claims);
    return `${input}.${nodeSign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
  };

  test('one that replaces another under the same key id counts, and the other no longer', async () => {
    const [stolen, next] = [pairOf(), pairOf()];
    let jwk = jwkOf(stolen);
    const by = verifierBy(() => jwk);
    expect(await refusal(signedBy(stolen), by)).toBe('accepted');
    jwk = jwkOf(next);
    expect(await refusal(signedBy(stolen), by)).toBe('signature');
    expect(await refusal(signedBy(next), by)).toBe('accepted');
  });

  test('are not more with each issuer that a forged token names', async () => {
    const jwk = jwkOf(pairOf());
    const by = verifierBy(() => jwk);
    const forge = async (times: number) => {
      for (let i = 0; i < times; i += 1) {
        const claims = { iss: `${i}${'x'.repeat(5000)}`, exp: seconds(60) };
        expect(await refusal(`${unsigned({ alg: 'RS256', kid: 'key-1' }, claims)}.AA`, by)).toBe(
          'signature',
        );
      }
      return usedBytes();
    };
    const before = await forge(100);
    expect((await forge(2000)) - before).toBeLessThan(5_000_000);
  });
});

describe('the issuer', () => {
  test.each([
    ['another', 'https://evil.example'],
    ['ours with a slash', 'slash'],
    ['none', null],
    ['a list with ours in it', 'list'],
  ])('%s', async (_, iss) => {
    const values: Record<string, unknown> = { slash: `${issuer.url}/`, list: [issuer.url] };
    const value = values[String(iss)] ?? iss;
    expect(await refusal(issuer.token({ iss: value }))).toMatch(/^(other-issuer|malformed)$/);
  });
});

describe('the audience', () => {
  test.each([
    ['ours among others', { aud: ['other', audience] }, 'accepted'],
    ['another', { aud: 'other' }, 'other-audience'],
    ['that begins like ours', { aud: `${audience}2` }, 'other-audience'],
    ['none', { aud: null }, 'other-audience'],
    ['an empty list', { aud: [] }, 'other-audience'],
    ['none, and ours as the client of an access token', cognito({}), 'accepted'],
    [
      'none, and ours as the client of no access token',
      cognito({ token_use: null }),
      'other-audience',
    ],
    ['another, and ours as the client', { aud: 'other', client_id: audience }, 'other-audience'],
    ['none, and another client', cognito({ client_id: 'other' }), 'other-audience'],
  ])('%s: %j is %s', async (_, claims, outcome) => {
    expect(await refusal(issuer.token(claims))).toBe(outcome);
  });

  function cognito(claims: Record<string, unknown>): Record<string, unknown> {
    return { aud: null, client_id: audience, token_use: 'access', ...claims };
  }
});

describe('the use', () => {
  test.each([
    ['access', 'accepted'],
    ['id', 'other-use'],
    ['refresh', 'other-use'],
    ['', 'other-use'],
    [7, 'other-use'],
    [null, 'accepted'],
  ])('token_use %j is %s', async (use, outcome) => {
    expect(await refusal(issuer.token({ token_use: use }))).toBe(outcome);
  });
});

describe('the time', () => {
  // Counted when the test runs: on a busy machine that is long after the file was loaded.
  test.each<[string, () => object, string]>([
    ['expired within the tolerance', () => ({ exp: seconds(-5) }), 'accepted'],
    ['expired', () => ({ exp: seconds(-20) }), 'expired'],
    ['no expiry', () => ({ exp: null }), 'expired'],
    ['not yet valid, within the tolerance', () => ({ nbf: seconds(5) }), 'accepted'],
    ['not yet valid', () => ({ nbf: seconds(30) }), 'not-yet-valid'],
    ['expired before there was time', () => ({ exp: -1e300 }), 'other'],
    ['not valid before the end of time', () => ({ nbf: 1e300 }), 'other'],
    ['good until after the end of time', () => ({ exp: 1e300 }), 'accepted'],
  ])('%s', async (_, claims, outcome) => {
    expect(await refusal(issuer.token({ ...claims() }))).toBe(outcome);
  });

  test.each(['never', {}, [1], true])('an expiry that is no number: %j', async (exp) => {
    const payload = { iss: issuer.url, aud: audience, exp };
    expect(await refusal(`${unsigned({ alg: 'RS256', kid: 'key-1' }, payload)}.AA`)).toBe(
      'malformed',
    );
  });
});

describe('the form', () => {
  test.each(['', 'a', 'a.b', 'a.b.c.d', '..', 'a b.c.d', '{}.{}.{}'])('%j', async (token) => {
    expect(await refusal(token)).toBe('malformed');
  });

  test('longer than 8 kB', async () => {
    expect(await refusal(issuer.token({ more: 'x'.repeat(8192) }))).toBe('malformed');
  });
});
