import {
  createPublicKey,
  generateKeyPairSync,
  type KeyPairKeyObjectResult,
  sign as nodeSign,
} from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import type { IssuerSettings } from '../../../contract/issuers.ts';
import { jwksCache } from '../../../lambdas/tokens/jwks-cache.ts';
import { keySet } from '../../../lambdas/tokens/key-set.ts';
import { refusalOf } from '../../../lambdas/tokens/refusals.ts';
import { tokenVerifier, type VerifyToken } from '../../../lambdas/tokens/token-verifier.ts';
import { audience, type Issuer, openIssuer, seconds, settingsOf, sign } from './issuer.ts';

let issuer: Issuer;
let verify: VerifyToken;
beforeAll(async () => {
  issuer = await openIssuer();
  verify = verifierOf(settingsOf(issuer.url));
});
afterAll(() => issuer.close());

const verifierOf = (...issuers: IssuerSettings[]) => tokenVerifier(issuers, jwksCache(issuers));

/** @returns in a word why the token is refused */
const refusal = async (token: string | Promise<string>, by = verify): Promise<string> => {
  try {
    await by(await token);
  } catch (error) {
    return refusalOf(error);
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
  const { claims, settings } = await verify(
    await issuer.token({ scope: 'a b', tenant_id: 'acme' }),
  );
  expect(claims).toMatchObject({ sub: 'somebody', scope: 'a b', tenant_id: 'acme' });
  expect(settings.issuer).toBe(issuer.url);
});

describe('the signature', () => {
  const claims = () => ({ iss: issuer.url, aud: audience, exp: seconds(60), tenant_id: 'acme' });

  test('of another key under the same key id', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect(await refusal(sign(privateKey, claims()))).toBe('signature');
  });

  test.each(['none', 'None', 'NONE', ''])('by no algorithm: alg "%s"', async (alg) => {
    expect(await refusal(`${unsigned({ alg, kid: 'key-1' }, claims())}.`)).toBe('algorithm');
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
    expect(await refusal(`${header}.${payload}.${signature}`)).toBe('unfit-key');
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
    expect(await refusal(token)).toBe('critical-header');
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
    const verifyByIt = verifierOf(settingsOf(issuer.url));
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
    tokenVerifier([settingsOf(issuer.url)], {
      find: async () => keySet({ keys: [jwk() as never] }),
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

  test('are not more with each issuer or key that a forged token names', async () => {
    const forge = async (times: number) => {
      for (let i = 0; i < times; i += 1) {
        const name = `${i}${'x'.repeat(2000)}`;
        const forged = (kid: string, iss: string) =>
          `${unsigned({ alg: 'RS256', kid }, { iss, exp: seconds(60) })}.AA`;
        expect(await refusal(forged('key-1', name))).toBe('other-issuer');
        expect(await refusal(forged(name, issuer.url))).toBe('unknown-key');
        expect(await refusal(forged('key-1', issuer.url))).toBe('signature');
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
    ['ours in upper case', 'case'],
    ['ours with a space', 'space'],
  ])('%s', async (_, iss) => {
    const values: Record<string, unknown> = {
      slash: `${issuer.url}/`,
      list: [issuer.url],
      case: issuer.url.toUpperCase(),
      space: `${issuer.url} `,
    };
    const value = values[String(iss)] ?? iss;
    expect(await refusal(issuer.token({ iss: value }))).toBe('other-issuer');
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
    ['no expiry', () => ({ exp: null }), 'no-expiry'],
    ['not yet valid, within the tolerance', () => ({ nbf: seconds(5) }), 'accepted'],
    ['not yet valid', () => ({ nbf: seconds(30) }), 'not-yet-valid'],
    ['expired before there was time', () => ({ exp: -1e300 }), 'expired'],
    ['not valid before the end of time', () => ({ nbf: 1e300 }), 'not-yet-valid'],
    ['good until after the end of time', () => ({ exp: 1e300 }), 'accepted'],
  ])('%s', async (_, claims, outcome) => {
    expect(await refusal(issuer.token({ ...claims() }))).toBe(outcome);
  });

  test.each(['never', {}, [1], true])('an expiry that is no number: %j', async (exp) => {
    const claims = { iss: issuer.url, aud: audience, exp };
    const [header, payload] = unsigned({ alg: 'RS256', kid: 'key-1' }, claims).split('.');
    const input = Buffer.from(`${header}.${payload}`);
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', issuer.privateKey, input);
    expect(await refusal(`${input}.${Buffer.from(signature).toString('base64url')}`)).toBe('other');
  });
});

describe('the form', () => {
  test.each([
    '',
    'a',
    'a.b',
    'a.b.c.d',
    '..',
    'a b.c.d',
    '{}.{}.{}',
    'bnVsbA.bnVsbA.AA',
    'W10.e30.AA',
  ])('%j', async (token) => expect(await refusal(token)).toBe('malformed'));

  test('longer than 8 kB', async () => {
    expect(await refusal(issuer.token({ more: 'x'.repeat(8192) }))).toBe('too-long');
  });
});

describe('the type in the header', () => {
  test.each([
    ['JWT', 'accepted'],
    ['jwt', 'accepted'],
    ['at+jwt', 'accepted'],
    ['AT+JWT', 'accepted'],
    ['application/at+jwt', 'accepted'],
    [undefined, 'accepted'],
    ['logout+jwt', 'other-type'],
    ['dpop+jwt', 'other-type'],
    ['secevent+jwt', 'other-type'],
    ['JOSE', 'other-type'],
    ['', 'other-type'],
    [7, 'other-type'],
    [['JWT'], 'other-type'],
  ])('%j is %s', async (typ, outcome) => {
    // By hand: jose signs no header whose type is no text.
    const header = { alg: 'RS256', kid: 'key-1', typ };
    const claims = { iss: issuer.url, aud: audience, exp: seconds(60) };
    const input = Buffer.from(unsigned(header, claims));
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', issuer.privateKey, input);
    expect(await refusal(`${input}.${Buffer.from(signature).toString('base64url')}`)).toBe(outcome);
  });
});

describe('what is no access token, though it is signed by the issuer for our audience', () => {
  test.each<[string, Record<string, unknown>]>([
    ["Keycloak's ID token", { token_use: null, typ: 'ID' }],
    ["Keycloak's refresh token", { token_use: null, typ: 'Refresh' }],
    ['an ID token with the hash of its access token', { token_use: null, at_hash: 'x' }],
    ['an ID token with the hash of its code', { token_use: null, c_hash: 'x' }],
    ['a logout token', { token_use: null, events: {} }],
    ['a token whose type is no text', { token_use: null, typ: null, events: null, at_hash: 7 }],
  ])('%s', async (_, claims) => {
    expect(await refusal(issuer.token(claims))).toBe('other-use');
  });

  test("Keycloak's access token is one", async () => {
    expect(await refusal(issuer.token({ token_use: null, typ: 'Bearer' }))).toBe('accepted');
  });
});

describe('a token without an audience', () => {
  const without = (claims: object, header = {}) =>
    issuer.token({ aud: null, token_use: null, ...claims }, header);

  test.each<[string, object, object, string]>([
    ['Keycloak, by azp', { typ: 'Bearer', azp: audience }, {}, 'accepted'],
    ['RFC 9068, by client_id', { client_id: audience }, { typ: 'at+jwt' }, 'accepted'],
    ['Okta, by cid', { cid: audience }, { typ: 'at+jwt' }, 'accepted'],
    ['that does not say what it is', { client_id: audience }, {}, 'other-audience'],
    ['of no client', { typ: 'Bearer' }, {}, 'other-audience'],
    ['of another client', { typ: 'Bearer', azp: 'other' }, {}, 'other-audience'],
    [
      'of two clients, one of them another',
      { typ: 'Bearer', azp: audience, client_id: 'other' },
      {},
      'other-audience',
    ],
    ['of a list of clients', { typ: 'Bearer', azp: [audience] }, {}, 'other-audience'],
  ])('%s', async (_, claims, header, outcome) => {
    expect(await refusal(without(claims, header))).toBe(outcome);
  });

  test('does not count where no client is configured', async () => {
    const by = verifierOf(settingsOf(issuer.url, { clientIds: undefined }));
    expect(await refusal(without({ typ: 'Bearer', azp: audience }), by)).toBe('other-audience');
  });

  test('and an audience of several that are configured', async () => {
    const by = verifierOf(settingsOf(issuer.url, { audiences: ['a', 'b'] }));
    expect(await refusal(issuer.token({ aud: 'b' }), by)).toBe('accepted');
    expect(await refusal(issuer.token({ aud: ['x', 'a'] }), by)).toBe('accepted');
    expect(await refusal(issuer.token({ aud: audience }), by)).toBe('other-audience');
    expect(await refusal(issuer.token({ aud: [['a']] }), by)).toBe('other-audience');
  });
});

describe('the algorithm', () => {
  const pairs: Record<string, () => Promise<{ publicKey: CryptoKey; privateKey: CryptoKey }>> = {};
  for (const alg of 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(
    ' ',
  )) {
    pairs[alg] = () => generateKeyPair(alg, { extractable: true });
  }
  const claims = () => ({ iss: issuer.url, aud: audience, exp: seconds(60) });

  async function refusalWith(alg: string, keyMembers: object): Promise<string> {
    const { publicKey, privateKey } = await (pairs[alg] as () => never as (typeof pairs)[string])();
    const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', ...keyMembers };
    const by = tokenVerifier([settingsOf(issuer.url)], {
      find: async () => keySet({ keys: [jwk as never] }),
    });
    return refusal(sign(privateKey, claims(), { alg }), by);
  }

  test.each(Object.keys(pairs))('%s counts', async (alg) => {
    expect(await refusalWith(alg, { alg, use: 'sig' })).toBe('accepted');
    expect(await refusalWith(alg, { key_ops: ['verify'] })).toBe('accepted');
    expect(await refusalWith(alg, {})).toBe('accepted');
  });

  test.each<[string, string, object]>([
    ['for encryption', 'RS256', { use: 'enc' }],
    ['for other operations', 'RS256', { key_ops: ['encrypt', 'wrapKey'] }],
    ['for another algorithm of its type', 'RS256', { alg: 'PS256' }],
    ['for key transport', 'RS256', { alg: 'RSA-OAEP-256' }],
    ['of the wrong curve', 'ES256', { crv: 'P-384' }],
  ])('a key %s does not', async (_, alg, members) => {
    expect(await refusalWith(alg, members)).toBe('unfit-key');
  });

  test('two keys of one id verify nothing: which one is meant nobody can say', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1' };
    const by = tokenVerifier([settingsOf(issuer.url)], {
      find: async () => keySet({ keys: [jwk, jwk] as never }),
    });
    expect(await refusal(sign(privateKey, claims()), by)).toBe('unfit-key');
  });

  test('a key that is broken verifies nothing, and spoils no other', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const good = { ...(await exportJWK(publicKey)), kid: 'key-2' };
    const by = tokenVerifier([settingsOf(issuer.url)], {
      find: async () =>
        keySet({ keys: [{ kty: 'RSA', kid: 'key-1', n: '', e: '' }, good] as never }),
    });
    expect(await refusal(sign(privateKey, claims()), by)).toBe('weak-key');
    expect(await refusal(sign(privateKey, claims(), { kid: 'key-2' }), by)).toBe('accepted');
  });
});

describe('a member that is there twice', () => {
  test.each([
    ['the issuer', (own: string) => `"iss":"https://evil.example","iss":"${own}"`, 'signature'],
    [
      'the issuer, ours first',
      (own: string) => `"iss":"${own}","iss":"https://evil.example"`,
      'other-issuer',
    ],
  ])(
    '%s: the last counts for the choice of the key as for all else',
    async (_, members, outcome) => {
      const header = unsigned({ alg: 'RS256', kid: 'key-1' }, {}).split('.')[0];
      const text = `{${members(issuer.url)},"aud":"${audience}","exp":${seconds(60)}}`;
      const forged = `${header}.${Buffer.from(text).toString('base64url')}.AA`;
      expect(await refusal(forged)).toBe(outcome);
    },
  );
});

describe('of two issuers', () => {
  let other: Issuer;
  let by: VerifyToken;
  beforeAll(async () => {
    other = await openIssuer();
    by = verifierOf(
      settingsOf(issuer.url, { audiences: ['first'], clientIds: undefined }),
      settingsOf(other.url, { audiences: ['second'], clientIds: undefined }),
    );
  });
  afterAll(() => other.close());

  test('each has its own audience', async () => {
    expect(await refusal(issuer.token({ aud: 'first' }), by)).toBe('accepted');
    expect(await refusal(other.token({ aud: 'second' }), by)).toBe('accepted');
    expect(await refusal(issuer.token({ aud: 'second' }), by)).toBe('other-audience');
    expect(await refusal(other.token({ aud: 'first' }), by)).toBe('other-audience');
  });

  test("one that signs in the other's name is refused", async () => {
    expect(await refusal(issuer.token({ aud: 'second', iss: other.url }), by)).toBe('signature');
    expect(await refusal(other.token({ aud: 'first', iss: issuer.url }), by)).toBe('signature');
  });
});
