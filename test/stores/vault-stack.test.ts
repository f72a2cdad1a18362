/**
 * The whole product with a real store: AWS's tokens by the local stack, the roles and functions of the synthesized template,
 * and what operators and tenants see over HTTP.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AuditEvent, KeyEvent, RequestEvent } from '../../contract/audit.ts';
import { setUpVault, vaultContext, vaultServer } from '../../local/vault-setup.ts';
import { passDaysForKey } from '../../local/vault-time.ts';
import { type Control, startControl } from '../e2e/control.ts';
import type { TestStack } from '../e2e/test-stack.ts';
import { type Bao, startBao } from './bao.ts';

let bao: Bao;
let stack: TestStack;
let control: Control;
beforeAll(async () => {
  bao = await startBao();
  const server = await vaultServer('sts', bao.env);
  const context = { ...vaultContext(server), reconcileEveryMinutes: 1440 };
  ({ stack, control } = await startControl(context));
  await setUpVault(server, stack);
}, 180_000);
afterAll(async () => {
  await stack?.close();
  await bao?.stop();
});

test('onboarded, used, rotated, suspended, erased with a certificate', async () => {
  const made = await control.put('acme', { keyStore: 'vault' });
  expect([made.status, made.json.status]).toEqual([201, 'ACTIVE']);
  expect(made.json).toMatchObject({ keyStore: 'vault', keyName: 'tenant-keys/keys/acme' });
  expect(made.json.keyArn).toBeUndefined();
  expect((await control.put('acme', { keyStore: 'vault' })).status).toBe(200);
  expect((await control.put('acme', {})).json.code).toBe('tenant-exists');

  const first = await stack.client.encrypt('acme', Buffer.from('first'));
  expect(await control.decrypt('acme', first)).toBe('first');
  const rotated = await control.send('POST', '/tenants/acme/key/rotations');
  expect([rotated.status, rotated.json]).toEqual([
    202,
    {
      tenantId: 'acme',
      keyName: 'tenant-keys/keys/acme',
      supersededKeyMaterialId: 'v1',
      currentKeyMaterialId: 'v2',
    },
  ]);
  const history = await control.get('/tenants/acme/key/rotations');
  expect(history.json.rotations.map(({ state }: { state: string }) => state)).toEqual([
    'NON_CURRENT',
    'CURRENT',
  ]);
  expect(await control.decrypt('acme', first)).toBe('first');

  expect((await control.post('acme', 'suspend')).status).toBe(200);
  expect((await control.get('/tenants/acme')).json.key.state).toBe('Disabled');
  expect(await control.decrypt('acme', first)).toBe('tenant-suspended');
  expect((await control.post('acme', 'resume')).status).toBe(200);
  expect(await control.decrypt('acme', first)).toBe('first');

  const offboarded = await control.offboard('acme', '');
  expect([offboarded.status, offboarded.json.deletionDate]).toEqual([202, expect.any(String)]);
  await stack.run('reconciler');
  expect((await control.get('/tenants/acme')).json.key.state).toBe('PendingDeletion');
  expect((await control.get('/tenants/acme/erasure-certificate')).json.code).toBe(
    'tenant-not-erased',
  );

  // A row that says that the window is over has nothing deleted: the store knows when it began.
  await past('acme');
  expect(await stack.run('reconciler')).toMatchObject({
    found: [expect.objectContaining({ kind: 'deletion-window', outcome: 'reported' })],
  });
  expect((await control.get('/tenants/acme')).json.key.state).toBe('PendingDeletion');
  await passDaysForKey({ address: bao.address, token: bao.rootToken }, 'acme', 31, 3);
  const run = await stack.run('reconciler');
  expect(run).toMatchObject({
    found: [expect.objectContaining({ kind: 'key-erased', outcome: 'repaired' })],
  });
  expect((await control.get('/tenants/acme')).json.status).toBe('ERASED');
  const { json } = await control.get('/tenants/acme/erasure-certificate');
  expect(json.certificate).toMatchObject({
    keyStore: 'vault',
    keyName: 'tenant-keys/keys/acme',
    keyMaterialIds: ['v1', 'v2'],
  });
  expect(json.certificate.keyArn).toBeUndefined();
  expect(json.signatures).toHaveLength(2);
});

test('a key that is there again gets no certificate: so the reconciler says', async () => {
  await stack.settled();
  const make = await fetch(`${bao.address}/v1/tenant-keys/keys/acme`, {
    method: 'POST',
    headers: { 'X-Vault-Token': bao.rootToken },
    body: '{"type":"aes256-gcm96"}',
  });
  expect(make.ok).toBe(true);
  expect((await control.get('/tenants/acme/erasure-certificate')).json.code).toBe(
    'tenant-not-erased',
  );
  const { found } = (await stack.run('reconciler')) as { found: { kind: string }[] };
  expect(found.map(({ kind }) => kind)).toEqual(['key-not-erased']);
});

test('what was changed in the store is repaired by the next run', async () => {
  await control.put('globex', { keyStore: 'vault' });
  const first = await stack.client.encrypt('globex', Buffer.from('first'));
  await control.post('globex', 'suspend');
  const policy = 'path "tenant-keys/*" { capabilities = ["update"] }';
  await fetch(`${bao.address}/v1/sys/policies/acl/tenant-keys-tenant-globex`, {
    method: 'POST',
    headers: { 'X-Vault-Token': bao.rootToken },
    body: JSON.stringify({ policy }),
  });
  expect((await control.get('/tenants/globex')).json.key.state).toBe('Enabled');
  const { found } = (await stack.run('reconciler')) as {
    found: { kind: string; tenantId: string }[];
  };
  const own = found.filter(({ tenantId }) => tenantId === 'globex').map(({ kind }) => kind);
  expect(own).toEqual(['key-enabled']);
  expect((await control.get('/tenants/globex')).json.key.state).toBe('Disabled');
  await control.post('globex', 'resume');
  expect(await control.decrypt('globex', first)).toBe('first');
});

test('each call of the store is in the tenant’s audit, by the role that made it, and its request names it', async () => {
  await stack.settled();
  const eventsOf = async (tenantId: string, query: string): Promise<AuditEvent[]> =>
    (await control.get(`/tenants/${tenantId}/audit?routine=true&limit=1000&${query}`)).json.events;
  const calls = (await eventsOf('acme', 'kind=kms')) as KeyEvent[];
  expect(new Set(calls.map(({ keyStore, source }) => `${keyStore} ${source}`))).toEqual(
    new Set(['vault product-log']),
  );
  const seen = new Set(
    calls.map(({ principal, operation, outcome }) => {
      const role = /(\w+?Role)[0-9A-F]{8}/.exec(principal)?.[1];
      return `${role} ${operation} ${outcome}`;
    }),
  );
  for (const expected of [
    /TenantRole POST auth\/login succeeded/,
    /TenantRole POST transit\/datakey\/plaintext succeeded/,
    /TenantRole POST transit\/decrypt succeeded/,
    /ControlPlaneRole POST transit\/keys\/rotate succeeded/,
    /ControlPlaneRole DELETE sys\/policies\/acl succeeded/,
    /ReconcilerRole DELETE transit\/keys succeeded/,
    /Certificates\w*Role GET transit\/keys refused/,
  ]) {
    expect([...seen]).toContainEqual(expect.stringMatching(expected));
  }
  const requestIds = new Set(calls.map(({ requestId }) => requestId));
  const [encrypted] = (await eventsOf('acme', 'operation=encrypt')) as RequestEvent[];
  expect(encrypted?.kmsCalls.length).toBeGreaterThan(0);
  for (const { requestId } of encrypted?.kmsCalls ?? []) expect(requestIds).toContain(requestId);
  const globex = await eventsOf('globex', 'kind=kms');
  expect(globex.filter(({ requestId: id }) => id !== 'unknown' && requestIds.has(id))).toEqual([]);
});

test('a store that is down is an answer of its tenants alone, and a finding of each', async () => {
  await control.put('in-kms');
  await bao.stop();
  const answers = [
    await control.get('/tenants/globex'),
    await control.post('globex', 'suspend'),
    await control.put('initech', { keyStore: 'vault' }),
    await control.get('/tenants/acme/erasure-certificate'),
  ];
  expect(answers.map(({ status, json }) => `${status} ${json.code}`)).toEqual(
    answers.map(() => '503 key-store-unavailable'),
  );
  expect((await control.get('/tenants/in-kms')).json.key.state).toBe('Enabled');
  // Use is taken away by the registry before the store is asked.
  expect((await control.get('/tenants?limit=10')).json.tenants).toEqual(
    expect.arrayContaining([expect.objectContaining({ tenantId: 'globex', status: 'SUSPENDED' })]),
  );
  const { found } = (await stack.run('reconciler')) as {
    found: { kind: string; tenantId: string; outcome: string }[];
  };
  expect(found.filter(({ tenantId }) => tenantId === 'in-kms')).toEqual([]);
  expect(found.map(({ tenantId, outcome }) => `${tenantId} ${outcome}`)).toEqual(
    expect.arrayContaining(['globex failed', 'acme failed']),
  );
});

/** As time would: the row says that the window is over. */
async function past(tenantId: string) {
  await stack.administrator.dynamodb.updateItem({
    TableName: stack.tableName,
    Key: { tenantId: { S: tenantId } },
    UpdateExpression: 'SET offboarding.deletionDate = :past',
    ExpressionAttributeValues: { ':past': { S: '2026-01-01T00:00:00.000Z' } },
  });
}
