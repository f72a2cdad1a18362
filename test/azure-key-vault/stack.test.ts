/** The whole product with the double of Azure: what operators and tenants see over HTTP. */
import { expect, test } from '@jest/globals';
import type { KeyEvent } from '../../contract/audit.ts';
import { azure, control, plant, stack, useStackWithAzure } from './stack-with-azure.ts';

const keyStore = 'azure-key-vault';
useStackWithAzure();

test('onboarded, used, rotated, suspended, offboarded, restored', async () => {
  const made = await control.put('acme', { keyStore });
  expect([made.status, made.json.status]).toEqual([201, 'ACTIVE']);
  const keyName = `${azure.vault.url}/keys/acme`;
  expect(made.json).toMatchObject({ keyStore, keyName });
  expect(made.json.keyArn).toBeUndefined();
  expect(JSON.stringify(made.json)).not.toContain('lientId');
  expect((await control.put('acme', { keyStore })).status).toBe(200);
  expect((await control.put('acme', {})).json.code).toBe('tenant-exists');

  const first = await stack.client.encrypt('acme', Buffer.from('first'));
  expect(await control.decrypt('acme', first)).toBe('first');
  const rotated = await control.send('POST', '/tenants/acme/key/rotations');
  expect([rotated.status, rotated.json.keyName]).toEqual([202, keyName]);
  const history = await control.get('/tenants/acme/key/rotations');
  expect(history.json.rotations).toMatchObject([
    { keyMaterialId: rotated.json.supersededKeyMaterialId, state: 'NON_CURRENT' },
    { keyMaterialId: rotated.json.currentKeyMaterialId, state: 'CURRENT' },
  ]);
  expect(await control.decrypt('acme', first)).toBe('first');

  expect((await control.post('acme', 'suspend')).status).toBe(200);
  expect((await control.get('/tenants/acme')).json.key.state).toBe('Disabled');
  expect(await control.decrypt('acme', first)).toBe('tenant-suspended');
  expect((await control.post('acme', 'resume')).status).toBe(200);
  expect(await control.decrypt('acme', first)).toBe('first');

  const offboarded = await control.offboard('acme', '');
  expect(offboarded.status).toBe(202);
  const days = (Date.parse(offboarded.json.deletionDate) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(90);
  expect((await control.get('/tenants/acme')).json.key.state).toBe('PendingDeletion');
  expect((await control.post('acme', 'restore')).status).toBe(200);
  expect(await control.decrypt('acme', first)).toBe('first');
});

test('a neighbour’s client id in the row opens nothing: Entra refuses the token', async () => {
  await control.put('globex', { keyStore });
  const first = await stack.client.encrypt('globex', Buffer.from('first'));
  const { application } = azure.identities.get('tenant-acme') ?? {};
  await plant('globex', 'keyClientId', { S: application?.clientId ?? '' });
  expect(await control.decrypt('globex', first)).toBe('key-not-ready');
  const own = azure.identities.get('tenant-globex')?.application.clientId ?? '';
  await plant('globex', 'keyClientId', { S: own });
  expect(await control.decrypt('globex', first)).toBe('first');
});

test('what was changed at Azure is repaired by the next run', async () => {
  const { application } = azure.identities.get('tenant-globex') ?? {};
  azure.rbac.assign({
    scope: `${azure.vaultId}/keys/acme`,
    principalId: application?.objectId ?? '',
    roleDefinitionId: azure.rbac.assignments().at(-1)?.roleDefinitionId ?? '',
  });
  const { found } = (await stack.run('reconciler')) as { found: { kind: string }[] };
  // The first tenant's repair takes it away, so that the neighbour's own run finds nothing any more.
  expect(found.map(({ kind }) => kind)).toEqual(['key-policy']);
  expect(await stack.run('reconciler')).toMatchObject({ found: [] });
});

test('erased with a certificate, once the vault has purged the key and not before', async () => {
  await control.offboard('globex', '');
  await plant('globex', 'offboarding.deletionDate', { S: '2020-01-01T00:00:00.000Z' });
  const early = (await stack.run('reconciler')) as { found: { outcome: string }[] };
  expect(early.found.map(({ outcome }) => outcome)).toEqual(['failed']);
  expect((await control.get('/tenants/globex')).json.status).toBe('OFFBOARDING');
  azure.advance(91 * 86_400_000);
  const run = await stack.run('reconciler');
  expect(run).toMatchObject({
    found: [expect.objectContaining({ kind: 'key-erased', outcome: 'repaired' })],
  });
  expect((await control.get('/tenants/globex')).json.status).toBe('ERASED');
  const { json } = await control.get('/tenants/globex/erasure-certificate');
  expect(json.certificate).toMatchObject({
    keyStore,
    keyName: `${azure.vault.url}/keys/globex`,
    notCovered: expect.arrayContaining([{ what: expect.stringContaining('KeyBackup') }]),
  });
  expect(azure.identities.has('tenant-globex')).toBe(false);
});

test('each call is in the tenant’s audit, by the role that made it', async () => {
  await stack.settled();
  const { json } = await control.get('/tenants/globex/audit?routine=true&limit=1000&kind=kms');
  const calls = json.events as readonly KeyEvent[];
  const seen = calls.map(({ principal, operation, outcome, keyStore: store, source }) => {
    const role = /(\w+?Role)[0-9A-F]{8}/.exec(principal)?.[1];
    return `${role} ${operation} ${outcome} ${store} ${source}`;
  });
  for (const expected of [
    'TenantRole POST sign-in succeeded',
    'TenantRole POST sign-in refused',
    'TenantRole POST keys/wrapkey succeeded',
    'TenantRole POST keys/unwrapkey succeeded',
    'ControlPlaneRole POST keys/create succeeded',
    'ControlPlaneRole PUT identity/credential succeeded',
    'ControlPlaneRole PUT role-assignment succeeded',
    'ControlPlaneRole DELETE keys succeeded',
    'ReconcilerRole DELETE identity succeeded',
  ])
    expect(seen).toContain(`${expected} ${keyStore} product-log`);
});

test('the list of key stores has it, with its address', async () => {
  const { json } = await control.get('/key-stores');
  expect(json.keyStores).toEqual([{ keyStore: 'aws-kms' }, { keyStore, address: azure.vault.url }]);
});
