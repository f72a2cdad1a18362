/** What is said of a token: the verdict is the authorizer's, and beside it stands what to change. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkToken, NotAsked } from '../../../bin/token-check/check-token.ts';
import { remedies } from '../../../bin/token-check/remedies.ts';
import { shown } from '../../../bin/token-check/shown.ts';
import { issuerFaults } from '../../../contract/issuer-faults.ts';
import { apiPolicy } from '../../../lambdas/authorizer/api-policy.ts';
import { jwksCache } from '../../../lambdas/tokens/jwks-cache.ts';
import {
  type PermissionRefusal,
  permissionRefusals,
  type Refusal,
  refusals,
  TokenRefused,
} from '../../../lambdas/tokens/refusals.ts';
import { verifiedTokens } from '../../../lambdas/tokens/verified-token.ts';
import { type Issuer, openIssuer, seconds, settingsOf } from '../../lambdas/tokens/issuer.ts';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer.close());

const configured = (changes: Parameters<typeof settingsOf>[1] = {}) => [
  settingsOf(issuer.url, changes),
];
const check = (token: string, issuers = configured()) =>
  checkToken(token, issuers, jwksCache(issuers));
const tenants = { tenant_id: 'acme', scope: 'openid tenant-keys/crypto' };

describe('a token that counts', () => {
  test('is told with its issuer, key, times, audience, tenant, scopes and operations', async () => {
    const { isGood, lines } = await check(await issuer.token(tenants));
    expect(isGood).toBe(true);
    expect(lines[0]).toBe('The token counts.');
    const said = lines.join('\n');
    expect(said).toContain(`Its issuer is "${issuer.url}".`);
    expect(said).toContain('Its header says: algorithm "RS256", key "key-1"');
    expect(said).toMatch(/It expires in (1 h|59 min \d+ s); it was issued \d+ s ago|in 0 s/);
    expect(said).toContain('Its aud is "tenant-keys"; audiences are ["tenant-keys"].');
    expect(said).toContain(
      'It is of tenant acme: the tenant claim "tenant_id" is "acme", as it is.',
    );
    expect(said).toContain('It claims tenant-keys/crypto by "scope".');
    expect(said).toContain('To the audit it is "somebody".');
    expect(said).toContain('  POST /tenants/acme/encrypt');
    expect(said).not.toContain('What to do');
  });

  test('is told with the id that a text which is none becomes', async () => {
    const { lines } = await check(await issuer.token({ ...tenants, tenant_id: ['org_AbC123'] }));
    expect(lines.join('\n')).toContain(
      'It is of tenant b32-n5zgox2bmjbtcmrt: the tenant claim "tenant_id" is ["org_AbC123"], which is no',
    );
  });

  test('is told with the name and the place that its issuer has for a scope', async () => {
    const { isGood, lines } = await check(
      await issuer.token({ realm_access: { roles: ['keys-admin'] } }),
      configured({
        scopeClaims: [['realm_access', 'roles']],
        scopeNames: { 'keys-admin': 'tenant-keys/admin' },
      }),
    );
    expect(isGood).toBe(true);
    expect(lines).toContain(
      'It claims tenant-keys/admin by "roles" in "realm_access", called "keys-admin" there.',
    );
  });

  test.each(['crypto', 'audit', 'admin', 'audit-all'])(
    'may what the policy allows: %s',
    async (name) => {
      const isTenants = ['crypto', 'audit'].includes(name);
      const token = await issuer.token({
        scope: `tenant-keys/${name}`,
        ...(isTenants && { tenant_id: 'acme' }),
      });
      const issuers = configured();
      const { permissions } = await verifiedTokens(issuers, jwksCache(issuers))(token);
      const stage = 'arn:aws:execute-api:us-east-1:111122223333:api/v1';
      const [allow] = apiPolicy(permissions, `${stage}/GET/x`).Statement;
      const allowed = allow?.Resource.filter((arn) => !arn.endsWith('/')) ?? [];
      const said = (await check(token)).lines
        .filter((line) => line.startsWith('  '))
        .map((line) => `${stage}/${line.trim().replace(' ', '').replace('{tenantId}', '*')}`);
      expect(said).toEqual(expect.arrayContaining(allowed));
      // A * is for slashes as well: what another pattern has already, the policy does not name.
      const patterns = allowed.map((one) => new RegExp(`^${one.replaceAll('*', '.*')}$`));
      const isAllowed = (arn: string) => patterns.some((pattern) => pattern.test(arn));
      expect(said.filter((arn) => !isAllowed(arn))).toEqual([]);
    },
  );
});

describe('a token that does not count', () => {
  const known = Object.keys(refusals) as Refusal[];

  test.each(known)('is told the sentence, and what to do: %s', async (reason) => {
    const { isGood, lines } = await checkToken(await issuer.token(tenants), configured(), {
      find: () => Promise.reject(new TokenRefused(reason)),
    });
    expect(isGood).toBe(false);
    expect(lines[0]).toBe(`The token does not count (401). ${refusals[reason]}`);
    expect(lines.at(-1)).toBe(`What to do: ${remedies[reason]}`);
  });

  test.each<[Refusal, Record<string, unknown>, Record<string, unknown>?]>([
    ['expired', { exp: seconds(-60) }],
    ['not-yet-valid', { nbf: seconds(600) }],
    ['no-expiry', { exp: null }],
    ['other-audience', { aud: 'another' }],
    ['other-use', { token_use: 'id' }],
    ['other-issuer', { iss: 'https://id.example.com' }],
    ['unknown-key', {}, { kid: 'another' }],
    ['other-type', {}, { typ: 'logout+jwt' }],
  ])('really: %s', async (reason, claims, header = {}) => {
    const { lines } = await check(await issuer.token({ ...tenants, ...claims }, header));
    expect(lines[0]).toContain(refusals[reason]);
    expect(lines[1]).toBe('What it says of itself, which nobody has vouched for:');
  });

  test('changed on the way: the signature', async () => {
    const [header, , signature] = (await issuer.token(tenants)).split('.');
    const claims = { ...tenants, iss: issuer.url, aud: 'tenant-keys', exp: seconds(60) };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const { isGood, lines } = await check(`${header}.${body}.${signature}`);
    expect([isGood, lines[0]]).toEqual([
      false,
      `The token does not count (401). ${refusals.signature}`,
    ]);
  });

  test('of an issuer that differs by its slash is told so', async () => {
    const { lines } = await check(await issuer.token({ ...tenants, iss: `${issuer.url}/` }));
    expect(lines.join('\n')).toContain(`It differs from "${issuer.url}" by case or a slash`);
  });

  test('issued in the future tells of the clocks', async () => {
    const token = await issuer.token({ ...tenants, iat: seconds(300), nbf: seconds(300) });
    const { lines } = await check(token);
    expect(lines.join('\n')).toContain("So this clock is behind the issuer's");
  });

  test('of an issuer without keys is not called bad, and each fault has its sentence', async () => {
    const unavailable = [{ ...settingsOf(issuer.url), jwksUri: 'http://127.0.0.1:1/jwks' }];
    const { isGood, lines } = await check(await issuer.token(tenants), unavailable);
    expect(isGood).toBe(false);
    expect(lines[0]).toBe(
      `The token could not be checked (503): its issuer gives no keys. ${issuerFaults.unreachable}`,
    );
  });

  test('that nobody asked the issuer about is not called good', async () => {
    const { isGood, lines } = await checkToken(await issuer.token(tenants), configured(), {
      find: () => Promise.reject(new NotAsked()),
    });
    expect(isGood).toBe(false);
    expect(lines[0]).toMatch(/^The token was not checked/);
    expect(lines.join('\n')).toContain('It is of tenant acme');
  });
});

describe('a token that counts and permits nothing', () => {
  test.each<[PermissionRefusal, Record<string, unknown>, Parameters<typeof settingsOf>[1]?]>([
    ['bad-tenant', { tenant_id: ['acme', 'globex'] }],
    ['foreign-tenant', {}, { tenants: ['globex'] }],
    ['no-tenant', { tenant_id: null }, { tenants: ['acme'] }],
    ['no-scope', { scope: 'openid' }],
    ['no-scope', { tenant_id: null }],
    ['no-scope', {}, { scopes: ['tenant-keys/audit'] }],
  ])('is told the sentence, and what to do: %s', async (reason, claims, changes = {}) => {
    const token = await issuer.token({ ...tenants, ...claims });
    const { isGood, lines } = await check(token, configured(changes));
    expect(isGood).toBe(false);
    expect(lines[0]).toBe(
      `The token counts, but permits nothing (403). ${permissionRefusals[reason]}`,
    );
    expect(lines.at(-1)).toBe(`What to do: ${remedies[reason]}`);
  });

  test('is told where no scope was found', async () => {
    const { lines } = await check(await issuer.token({ ...tenants, scope: 'openid' }));
    expect(lines).toContain(
      'No claim has a scope of this API: "scope" is "openid", "scp" is not there.',
    );
  });

  test('is told of a scope that its issuer may not give', async () => {
    const only = configured({ scopes: ['tenant-keys/audit'] });
    const { lines } = await check(await issuer.token(tenants), only);
    expect(lines).toContain(
      'It claims tenant-keys/crypto by "scope"; but its issuer may not give it (`scopes`).',
    );
  });
});

describe('what is printed', () => {
  test('is printable ASCII, whatever is claimed, and never has the token', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.anything({ maxDepth: 2 }),
        fc.string({ unit: 'binary' }),
        async (tenant, text) => {
          const token = await issuer.token({
            tenant_id: JSON.parse(JSON.stringify(tenant) ?? '0'),
            scope: `tenant-keys/crypto ${text}`,
            sub: `\u001b[2J${text}`,
            aud: [text, 'tenant-keys'],
          });
          const said = (await check(token)).lines.join('\n');
          expect(said).toMatch(/^[\x20-\x7e\n]*$/);
          expect(token.split('.').some((part) => said.includes(part))).toBe(false);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('of what is no token has nothing of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 12 }), async (text) => {
        const { isGood, lines } = await check(text);
        expect(isGood).toBe(false);
        expect(lines).toHaveLength(2);
        expect(lines.join('')).not.toContain(text);
      }),
    );
  });

  test('shows no character that moves a cursor, turns a line or hides it', () => {
    expect(shown('a\u001b[2Jb\u202ec\u009b')).toBe('"a\\u001b[2Jb\\u202ec\\u009b"');
    expect(shown('x'.repeat(1000)).length).toBeLessThan(210);
    expect(shown(undefined)).toBe('nothing');
  });
});
