/** A stack of the last release is made, used and stopped; the present version then goes on with its data. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sendUnchecked } from '../e2e/client.ts';
import { inShort, keptData, reconciled } from '../e2e/kept-data.ts';
import { checkOut, type ReleasedStack, startReleased } from './released-stack.ts';

const data = keptData('upgrade');
const checkout = join(data.dataDir, '..', 'released');
afterAll(data.remove);

const base64 = (text: string) => Buffer.from(text).toString('base64');
const encryptionContext = { purpose: 'upgrade' };

/** Without the checks of answers, which are those of the present contract. */
async function send(stack: ReleasedStack, method: string, path: string, body?: object) {
  const [, , tenantId = ''] = path.split('/');
  const isCrypto = /\/(?:encrypt|mac|data-keys)$/.test(path);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'upgrade',
    scope: isCrypto ? 'tenant-keys/crypto' : 'tenant-keys/admin',
    ...(isCrypto && { tenant_id: tenantId }),
  });
  const answer = await fetch(`${stack.issuer}/oauth2/token`, { method: 'POST', body: form });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const sent = await sendUnchecked(stack.api, method, path, { token, ...(body && { body }) });
  if (sent.status >= 300) throw new Error(`${method} ${path}: ${sent.text}`);
  return sent.json;
}

const mac = { purpose: 'user/email', value: base64('ada@example.com') };
interface Made {
  readonly envelope: string;
  readonly direct: string;
  readonly dataKey: { readonly plaintext: string; readonly wrappedDataKey: string };
  readonly macs: unknown;
  readonly before: string;
  readonly tenant: { readonly key: object };
}
let made: Made;
let current: Awaited<ReturnType<typeof data.start>>;

beforeAll(async () => {
  checkOut(checkout);
  const released = await startReleased(checkout, data.dataDir);
  const tenants = ['acme', 'globex', 'umbrella'];
  for (const id of tenants)
    await send(released, 'PUT', `/tenants/${id}`, { displayName: `The ${id}` });
  const of = (operation: string, body: object) =>
    send(released, 'POST', `/tenants/acme/${operation}`, body);
  const plaintext = base64('of the last release');
  const { ciphertext: before } = await of('encrypt', { plaintext });
  await send(released, 'POST', '/tenants/acme/key/rotations');
  made = {
    before,
    envelope: (await of('encrypt', { plaintext, encryptionContext })).ciphertext,
    direct: (await of('encrypt', { plaintext, mode: 'direct' })).ciphertext,
    dataKey: await of('data-keys', {}),
    macs: (await of('mac', mac)).macs,
    tenant: await send(released, 'GET', '/tenants/acme'),
  };
  await send(released, 'POST', '/tenants/globex/suspend');
  await send(released, 'DELETE', '/tenants/umbrella?force=true');
  await released.stop();
  expect(existsSync(join(data.dataDir, 'keys.json'))).toBe(true);
  current = await data.start();
}, 240_000);

async function asAcme(operation: string, body: object) {
  const { client } = current.stack;
  const token = await client.tenantToken('acme');
  return (await client.send('POST', `/tenants/acme/${operation}`, { token, body })).json;
}

test('what was encrypted opens, in each mode, from before and after a rotation', async () => {
  const opened = await Promise.all([
    asAcme('decrypt', { ciphertext: made.before }),
    asAcme('decrypt', { ciphertext: made.envelope, encryptionContext }),
    asAcme('decrypt', { ciphertext: made.direct }),
  ]);
  expect(opened).toEqual(Array(3).fill({ plaintext: base64('of the last release') }));
});

test("a client's data key is unwrapped", async () => {
  const { plaintext, wrappedDataKey } = made.dataKey;
  const unwrapped = await asAcme('data-keys/decrypt', { wrappedDataKey });
  expect(unwrapped.plaintext).toBe(plaintext);
});

test('a mac is the one that it was', async () => {
  expect((await asAcme('mac', mac)).macs).toEqual(made.macs);
});

test('tenants are shown as they were, and the same onboarding is the same', async () => {
  const { control } = current;
  // Each use of the key shows.
  const { key, ...tenant } = made.tenant;
  expect((await control.get('/tenants/acme')).json).toMatchObject({
    ...tenant,
    key: { ...key, lastUsed: expect.any(Object) },
  });
  expect((await control.put('acme', { displayName: 'The acme' })).status).toBe(200);
});

test('whoever was shut out is, and comes back', async () => {
  const { control } = current;
  const status = async (id: string) => (await control.get(`/tenants/${id}`)).json.status;
  expect(await Promise.all([status('globex'), status('umbrella')])).toEqual([
    'SUSPENDED',
    'OFFBOARDING',
  ]);
  await control.post('globex', 'resume');
  await control.post('umbrella', 'restore');
  expect(await Promise.all([status('globex'), status('umbrella')])).toEqual(['ACTIVE', 'ACTIVE']);
});

test('the reconciler puts policies in order, at most, and then has nothing to say', async () => {
  for (const finding of inShort(await reconciled(current))) {
    expect(finding).toMatch(/ key-policy repaired$/);
  }
  expect(inShort(await reconciled(current))).toEqual([]);
  expect((await asAcme('decrypt', { ciphertext: made.direct })).plaintext).toBeDefined();
});

test('the audit has what was before', async () => {
  const { client } = current.stack;
  await current.stack.indexed();
  const token = await client.token('tenant-keys/audit', 'acme');
  const { events } = (await client.send('GET', '/tenants/acme/audit', { token })).json;
  const operations = events.map(({ operation }: { operation: string }) => operation);
  expect(operations).toContain('CreateKey');
});
