/** The control plane, against the local stack: a tenant's whole life. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ProblemError, type TenantKeys, TenantStateError } from '../../client/tenant-keys.ts';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { all, clientOf } from './harness.ts';

let stack: TestStack;
let keys: TenantKeys;

beforeAll(async () => {
  stack = await startTestStack();
  keys = clientOf(stack);
});
afterAll(() => stack?.close());

test('a tenant is onboarded, found, renamed, suspended, resumed, offboarded and restored', async () => {
  const { tenants } = keys;
  const made = await tenants.onboard('acme', { displayName: 'Acme', rotationPeriodInDays: 90 });
  expect(made).toMatchObject({ tenantId: 'acme', status: 'ACTIVE', displayName: 'Acme' });
  expect((await tenants.get('acme')).key?.state).toBe('Enabled');
  expect(await tenants.update('acme', { displayName: null, legalName: 'Acme Ltd' })).toMatchObject({
    legalName: 'Acme Ltd',
  });
  expect((await tenants.setRotation('acme', 100)).rotationPeriodInDays).toBe(100);
  expect((await tenants.suspend('acme')).status).toBe('SUSPENDED');
  expect((await tenants.resume('acme')).status).toBe('ACTIVE');
  await keys.tenant('acme').encrypt(new Uint8Array(1));
  await expect(tenants.offboard('acme')).rejects.toMatchObject({ code: 'key-recently-used' });
  const offboarded = await tenants.offboard('acme', { force: true, windowInDays: 30 });
  expect(offboarded).toMatchObject({ status: 'OFFBOARDING', deletionDate: expect.any(String) });
  expect((await tenants.restore('acme')).status).toBe('ACTIVE');
  await expect(tenants.certificate('acme')).rejects.toThrow(TenantStateError);
});

test('another onboarding of the same id is a problem that says what differs', async () => {
  await keys.tenants.onboard('globex', { displayName: 'Globex' });
  await keys.tenants.onboard('globex', { displayName: 'Globex' });
  const error = await keys.tenants.onboard('globex', { displayName: 'Other' }).catch((e) => e);
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({ status: 409, code: 'tenant-exists' });
  expect(error.message).toMatch(/displayName/);
  expect(error.message).not.toMatch(/Other/);
});

test('the key stores are listed, the default first', async () => {
  expect(await keys.keyStores()).toEqual([{ keyStore: 'aws-kms' }]);
});

test('a rotation is begun once, and is in the history', async () => {
  await keys.tenants.onboard('initech');
  const { key } = await keys.tenants.get('initech');
  const keyMaterialId = key?.currentKeyMaterialId;
  const started = await keys.tenants.rotate('initech', { keyMaterialId });
  expect(started.supersededKeyMaterialId).toBe(keyMaterialId);
  expect((await keys.tenants.rotate('initech')).rotationsLeft).toBe(started.rotationsLeft);
  const history = await all(keys.tenants.rotations('initech', { limit: 1 }));
  expect(history.map((rotation) => rotation.keyMaterialId)).toContain(keyMaterialId);
});

describe('the list', () => {
  const ids = Array.from({ length: 7 }, (_, index) => `listed-${index}`);
  beforeAll(() => Promise.all(ids.map((id) => keys.tenants.onboard(id))));

  test('goes through all pages', async () => {
    const listed = await all(keys.tenants.list({ limit: 2 }));
    expect(listed.map((tenant) => tenant.tenantId)).toEqual(expect.arrayContaining(ids));
    expect(new Set(listed.map((tenant) => tenant.tenantId)).size).toBe(listed.length);
  });

  test('asks for no page that nobody reads', async () => {
    const operations: string[] = [];
    const counting = clientOf(stack, { onAnswer: ({ operation }) => operations.push(operation) });
    for await (const _ of counting.tenants.list({ limit: 2 })) break;
    expect(operations).toEqual(['list']);
  });

  test('of a status', async () => {
    await keys.tenants.suspend('listed-3');
    const listed = await all(keys.tenants.list({ status: 'SUSPENDED' }));
    expect(listed.map((tenant) => tenant.tenantId)).toEqual(['listed-3']);
  });
});

test('the keys of certificates are public', async () => {
  const { keys: publicKeys } = await keys.certificateKeys();
  expect(publicKeys[0]?.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----/);
});
