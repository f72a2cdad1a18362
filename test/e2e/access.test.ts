/** Who may reach which route: tokens, scopes, paths. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Route, routes } from '../../contract/routes.ts';
import type { HeaderLine } from './client.ts';
import { expectProblem, uniformBody } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
  await Promise.all(['acme', 'acme2'].map((id) => stack.client.onboard(id)));
});
afterAll(() => stack.close());

const body = { plaintext: 'eA==' };
const encryptAs = async (token: string | undefined, path = '/tenants/acme/encrypt', headers = {}) =>
  stack.client.send('POST', path, { ...(token !== undefined && { token }), body, headers });

describe('no token, or none that counts: 401', () => {
  test.each([
    ['no header', {}],
    ['another scheme', { Authorization: 'Basic eDp4' }],
    ['an empty token', { Authorization: 'Bearer ' }],
    ['garbage', { Authorization: 'Bearer a.b.c' }],
    ['a token without signature', { Authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
  ])('%s', async (_, headers) => {
    expectProblem(await encryptAs(undefined, undefined, headers), 401, 'unauthorized');
  });

  test('a token whose claims were changed', async () => {
    const [header, claims, signature] = (await stack.client.tenantToken('acme2')).split('.');
    const changed = JSON.parse(Buffer.from(claims as string, 'base64url').toString());
    changed.tenant_id = 'acme';
    const forged = Buffer.from(JSON.stringify(changed)).toString('base64url');
    expectProblem(await encryptAs(`${header}.${forged}.${signature}`), 401, 'unauthorized');
  });
});

describe('a token that may not do this: 403', () => {
  test("another tenant's path", async () => {
    const token = await stack.client.tenantToken('acme2');
    expectProblem(await encryptAs(token, '/tenants/acme/encrypt'), 403, 'forbidden');
  });

  test('acme against acme2, whose name begins with it', async () => {
    const token = await stack.client.tenantToken('acme');
    expectProblem(await encryptAs(token, '/tenants/acme2/encrypt'), 403, 'forbidden');
  });

  test('an allowed path first, so that the cached answer is asked for the other', async () => {
    const token = await stack.client.token('tenant-keys/crypto', 'acme2');
    expect((await encryptAs(token, '/tenants/acme2/encrypt')).status).toBe(200);
    expectProblem(await encryptAs(token, '/tenants/acme/encrypt'), 403, 'forbidden');
  });

  test.each(['%61cme', 'acme%00', '*', '%2a', '?', '${aws:PrincipalTag/TenantId}'])(
    "another spelling in the path: '%s'",
    async (id) => {
      const token = await stack.client.tenantToken('acme2');
      const answer = await encryptAs(token, `/tenants/${id}/encrypt`);
      expect([403, 404, 405]).toContain(answer.status);
    },
  );

  test.each([
    ['a tenant claim of a star', 'tenant-keys/crypto', '*'],
    ['a tenant claim with a path', 'tenant-keys/crypto', 'acme/../acme2'],
    ['a tenant claim in upper case', 'tenant-keys/crypto', 'ACME'],
    ['the audit scope alone', 'tenant-keys/audit', 'acme'],
    ['a scope that begins like one', 'tenant-keys/crypto2', 'acme'],
    ['the admin scope with a tenant claim', 'tenant-keys/admin', 'acme'],
    ['the crypto scope without a tenant claim', 'tenant-keys/crypto', undefined],
    ['the admin scope', 'tenant-keys/admin', undefined],
    ["the auditor's scope", 'tenant-keys/audit-all', undefined],
    ["the auditor's scope with a tenant claim", 'tenant-keys/audit-all', 'acme'],
  ])('%s cannot encrypt', async (_, scope, tenantId) => {
    const answer = await encryptAs(await stack.client.token(scope, tenantId));
    expect([401, 403]).toContain(answer.status);
    expect(answer.json.ciphertext).toBeUndefined();
  });

  test.each([
    ['a tenant', 'tenant-keys/crypto', 'acme'],
    ['an admin scope with a tenant claim', 'tenant-keys/admin', 'acme'],
    ['both scopes with a tenant claim', 'tenant-keys/admin tenant-keys/crypto', 'acme'],
    ["the auditor's scope with a tenant claim", 'tenant-keys/audit-all', 'acme'],
    ['the audit scope without a tenant claim', 'tenant-keys/audit', undefined],
  ])('%s cannot reach the control plane', async (_, scope, tenantId) => {
    const token = await stack.client.token(scope, tenantId);
    for (const [method, path] of [
      ['GET', '/tenants'],
      ['GET', '/tenants/acme'],
      ['PUT', '/tenants/mallory'],
    ] as const) {
      expectProblem(await stack.client.send(method, path, { token }), 403, 'forbidden');
    }
  });
});

describe("the auditor's scope", () => {
  const ask = async ({ method, path }: Route) => {
    const token = await stack.client.token('tenant-keys/audit-all');
    const body = method === 'GET' ? {} : { body: {} };
    return stack.client.send(method, path.replace('{tenantId}', 'acme'), { token, ...body });
  };
  const [reads, others] = [true, false].map((isRead) =>
    routes.filter(({ method }) => (method === 'GET') === isRead),
  ) as [Route[], Route[]];
  /** What a tenant that is not erased has not, nor a stack without accounts of tenants. */
  const notYet = { erasureCertificate: 409, externalAccount: 400 } as Readonly<
    Record<string, number>
  >;

  test.each(reads)('gives $method $path', async (route) => {
    expect((await ask(route)).status).toBe(notYet[route.operation] ?? 200);
  });

  test.each(others)('does not give $method $path', async (route) => {
    expectProblem(await ask(route), 403, 'forbidden');
  });
});

describe('a forged tenant header', () => {
  test.each(['X-Amz-Tenant-Id', 'x-amz-tenant-id', 'X-Amzn-Tenant-Id', 'TenantId'])(
    '%s changes nothing',
    async (header) => {
      const ciphertext = await stack.client.encrypt('acme', Buffer.from('x'));
      const token = await stack.client.tenantToken('acme2');
      const headers = { [header]: 'acme' };
      const own = await stack.client.send('POST', '/tenants/acme2/decrypt', {
        token,
        body: { ciphertext },
        headers,
      });
      expectProblem(own, 400, 'decryption-failed');
      const other = await stack.client.send('POST', '/tenants/acme/decrypt', {
        token,
        body: { ciphertext },
        headers,
      });
      expectProblem(other, 403, 'forbidden');
    },
  );
});

/**
 * The authorizer is given the first of several headers, as Node's parser has it, and the function the last, as API
 * Gateway's events have it; which of them API Gateway's authorizer is given, AWS does not document.
 */
describe('two tokens in one request', () => {
  const decrypt = async (lines: readonly HeaderLine[]) => {
    const ciphertext = await stack.client.encrypt('acme', Buffer.from('x'));
    return stack.client.send('POST', '/tenants/acme/decrypt', { body: { ciphertext }, lines });
  };
  const bearers = async () => {
    const [own, other] = ['acme', 'acme2'].map((id) => stack.client.tenantToken(id));
    return { own: `Bearer ${await own}`, other: `Bearer ${await other}` };
  };

  const both = (first: string, second: string, name = 'Authorization') =>
    [
      ['Authorization', first],
      [name, second],
    ] as const;

  test.each<[string, (own: string, other: string) => readonly HeaderLine[]]>([
    ["the path's tenant's first", (own, other) => both(own, other)],
    ['in two spellings of the name', (own, other) => both(own, other, 'authorization')],
    ["the path's tenant's last", (own, other) => both(other, own)],
    ['in one value', (own, other) => [['Authorization', `${own}, ${other}`]]],
    ['in one value, apart by a space', (own, other) => [['Authorization', `${own} ${other}`]]],
  ])('%s: neither opens anything', async (_, lines) => {
    const { own, other } = await bearers();
    const { status, json } = await decrypt(lines(own, other));
    expect([400, 401, 403]).toContain(status);
    if (status === 400) expect(json.detail).toBe('authorization: must be given once');
  });

  test('of which one is in the query or in another header: only the header counts', async () => {
    const { own, other } = await bearers();
    const [inQuery, token] = [own, other].map((value) => value.slice('Bearer '.length));
    const path = `/tenants/acme/encrypt?access_token=${inQuery}`;
    const answer = await stack.client.send('POST', path, {
      token: token as string,
      body: { plaintext: 'eA==' },
      headers: { 'X-Authorization': own, 'Proxy-Authorization': own },
    });
    expectProblem(answer, 403, 'forbidden');
  });
});

test('one token twice is a 400, on the control plane too', async () => {
  const bearer = `Bearer ${await stack.client.adminToken()}`;
  const headers = { Authorization: [bearer, bearer] };
  const answer = await stack.client.send('GET', '/tenants/acme', { headers });
  expectProblem(answer, 400, 'bad-request');
});

test.each(['bearer', 'BEARER', 'bEaReR', 'Bearer  '])(
  'the scheme is taken as %j',
  async (scheme) => {
    const headers = { Authorization: `${scheme} ${await stack.client.tenantToken('acme')}` };
    expect((await encryptAs(undefined, undefined, headers)).status).toBe(200);
  },
);

test('a tab is no space between scheme and token', async () => {
  const headers = { Authorization: `Bearer\t${await stack.client.tenantToken('acme')}` };
  expectProblem(await encryptAs(undefined, undefined, headers), 401, 'unauthorized');
});

test('an id that is escaped in the path is a 403 for its tenant and an administrator alike', async () => {
  const token = await stack.client.tenantToken('acme');
  expectProblem(await encryptAs(token, '/tenants/%61cme/encrypt'), 403, 'forbidden');
  const admin = { token: await stack.client.adminToken() };
  expectProblem(await stack.client.send('GET', '/tenants/%61cme', admin), 403, 'forbidden');
});

describe('a path with another method: 405 with Allow, whoever asks', () => {
  test.each([
    ['GET', '/tenants/acme/encrypt', 'POST'],
    ['DELETE', '/tenants/acme/encrypt', 'POST'],
    ['POST', '/tenants/acme', 'DELETE, GET, PATCH, PUT'],
    ['OPTIONS', '/tenants/nobody', 'DELETE, GET, PATCH, PUT'],
    ['OPTIONS', '/tenants', 'GET, PUT'],
  ])('%s %s', async (method, path, allow) => {
    const tokens = [undefined, 'e30.e30.e30', await stack.client.tenantToken('acme2')];
    for (const token of tokens) {
      const answer = await stack.client.send(method, path, token === undefined ? {} : { token });
      expectProblem(answer, 405, 'method-not-allowed');
      expect(answer.headers.allow).toBe(allow);
    }
  });

  test('of which no function hears, and in which nothing of the request is', async () => {
    const mark = 'a-mark-of-the-caller';
    await stack.settled();
    const before = stack.logs.length;
    const answer = await stack.client.send('POST', `/tenants/${mark}?${mark}=${mark}`, {
      token: mark,
      headers: { [mark]: mark },
      body: { [mark]: mark },
    });
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.text + JSON.stringify(answer.headers)).not.toContain(mark);
    await stack.settled();
    expect(stack.logs.slice(before)).toEqual([]);
  });
});

test('a refusal does not depend on whether the tenant exists', async () => {
  const token = await stack.client.tenantToken('acme2');
  const [known, unknown] = await Promise.all(
    ['acme', 'nobody'].map((id) =>
      stack.client.send('POST', `/tenants/${id}/encrypt`, { token, body: {} }),
    ),
  );
  const comparable = (answer: typeof known) => [
    answer?.headers['www-authenticate'],
    uniformBody(answer?.json),
  ];
  expect(comparable(known)).toEqual(comparable(unknown));
});

describe('an unknown route: 404', () => {
  test.each([
    ['GET', '/'],
    ['POST', '/tenants/acme/unlock'],
    ['POST', '/tenants//encrypt'],
    ['POST', '/tenants/acme2/../acme/encrypt'],
  ])('%s %s', async (method, path) => {
    const token = await stack.client.tenantToken('acme');
    expectProblem(await stack.client.send(method, path, { token }), 404, 'not-found');
  });
});
