/** Sessions of many tenants in one process, as without tenant isolation mode: whose token gets whose. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Credentials } from '../../../lambdas/aws/credentials.ts';
import { asProblem } from '../../../lambdas/http/error-handler.ts';
import type { Bearer } from '../../../lambdas/sessions/tenant-sessions.ts';
import { type Issuer, openIssuer, settingsOf } from '../tokens/issuer.ts';

let issuer: Issuer;
let server: Server;
/** gives the credentials with which a client of the bearer's session would sign */
let signingAs: (bearer: Bearer) => Promise<Credentials>;
let asked: string[];
let withdrawn: ReadonlySet<string>;

const tenantOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()).tenant_id;

beforeAll(async () => {
  issuer = await openIssuer();
  // A broker that looks at the token, and lets everybody wait for a while.
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { token, tenantId } = JSON.parse(Buffer.concat(chunks).toString());
    asked.push(tenantId);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    const credentials = {
      accessKeyId: tenantOf(token),
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: new Date(Date.now() + 5 * 60_000).toISOString(),
    };
    const { jwks } = issuer;
    const opened = { outcome: 'opened', tenantId, credentials, issuer: issuer.url, jwks };
    const outcome = withdrawn.has(token) ? 'unauthorized' : 'forbidden';
    const opens = tenantOf(token) === tenantId && !withdrawn.has(token);
    response.end(JSON.stringify(opens ? opened : { outcome }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
});
beforeEach(async () => {
  asked = [];
  withdrawn = new Set();
  const { tenantSessions } = await import('../../../lambdas/sessions/tenant-sessions.ts');
  const sessionOf = tenantSessions(
    { plane: 'crypto', brokerName: 'session-broker', issuers: [settingsOf(issuer.url)] },
    ({ configuration }) => configuration.credentials,
  );
  signingAs = async (bearer) => (await sessionOf(bearer))();
});
afterAll(async () => {
  server.closeAllConnections();
  await Promise.all([issuer.close(), new Promise((resolve) => server.close(resolve))]);
});

const tokenOf = (tenantId: string, sub = 'somebody') =>
  issuer.token({ tenant_id: tenantId, scope: 'tenant-keys/crypto', sub });
const bearer = (tenantId: string, token: string, principal = 'somebody'): Bearer => ({
  tenantId,
  token,
  principal,
});
const endingOf = (asking: Promise<Credentials>): Promise<string> =>
  asking.then(
    ({ accessKeyId }) => accessKeyId,
    (error) => asProblem(error).code,
  );

test("whoever asks at once, each gets the session of the token's tenant, or none", async () => {
  const tenants = Array.from({ length: 6 }, (_, index) => `tenant-${index}`);
  const tokens = await Promise.all(tenants.map((tenantId) => tokenOf(tenantId)));
  const all = [1, 2, 3].flatMap(() =>
    tenants.flatMap((tenantId) =>
      tokens.map((token) => ({
        ending: endingOf(signingAs(bearer(tenantId, token))),
        expected: tenantOf(token) === tenantId ? tenantId : 'forbidden',
      })),
    ),
  );
  expect(await Promise.all(all.map(({ ending }) => ending))).toEqual(
    all.map(({ expected }) => expected),
  );
}, 30_000);

test('more tenants than there is room for: sessions are dropped, and none are mixed', async () => {
  const tenants = Array.from({ length: 550 }, (_, index) => `tenant-${index}`);
  const tokens = await Promise.all(tenants.map((tenantId) => tokenOf(tenantId)));
  // As many at once as there are connections: who waits for one longer than a second gets an error.
  for (let first = 0; first < tenants.length; first += 25) {
    const some = tenants.slice(first, first + 25);
    const endings = some.map((tenantId, index) =>
      endingOf(signingAs(bearer(tenantId, tokens[first + index] as string))),
    );
    expect(await Promise.all(endings)).toEqual(some);
  }
  expect(await endingOf(signingAs(bearer('tenant-0', tokens[0] as string)))).toBe('tenant-0');
}, 30_000);

test('a renewal goes by the token of the request that needs it, not by an older one', async () => {
  const [first, second] = [await tokenOf('acme', 'first'), await tokenOf('acme', 'second')];
  expect(await endingOf(signingAs(bearer('acme', first, 'first')))).toBe('acme');
  // The session is good for five minutes, so that each use renews it.
  withdrawn = new Set([first]);
  expect(await endingOf(signingAs(bearer('acme', second, 'second')))).toBe('acme');
  expect(await endingOf(signingAs(bearer('acme', first, 'first')))).toBe('unauthorized');
  expect(await endingOf(signingAs(bearer('acme', second, 'second')))).toBe('acme');
});

test("a principal gets nothing in another issuer's name, which the audit would have", async () => {
  const asking = bearer('acme', await tokenOf('acme'));
  expect(await endingOf(signingAs({ ...asking, issuer: issuer.url }))).toBe('acme');
  const forged = { ...asking, issuer: 'https://workforce.example.com' };
  expect(await endingOf(signingAs(forged))).toBe('unauthorized');
});

test("a principal of the tenant gets nothing in another's name, and the broker is not asked for that", async () => {
  const token = await tokenOf('acme', 'first');
  expect(await endingOf(signingAs(bearer('acme', token, 'first')))).toBe('acme');
  asked = [];
  expect(await endingOf(signingAs(bearer('acme', token, 'second')))).toBe('unauthorized');
  expect(asked).toEqual([]);
});
