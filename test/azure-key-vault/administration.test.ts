/** A tenant's life in the double of Azure, by the rights that the document gives and no others. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { keyIsNowhere } from '../../lambdas/key-stores/azure-key-vault/deleted-key.ts';
import type {
  KeyStoreAdministration,
  TenantOfStore,
} from '../../lambdas/key-stores/key-administration.ts';
import type { Keyring } from '../../lambdas/key-stores/keyring.ts';
import { active, newTenant, type Product, startProduct } from './product.ts';

let product: Product;
let store: KeyStoreAdministration;
let reconciler: KeyStoreAdministration;
let count = 0;
let tenantId = '';

beforeAll(async () => {
  product = await startProduct();
  store = product.administration();
  reconciler = product.administration('reconciler');
});
afterAll(() => product.close());
beforeEach(() => {
  count += 1;
  tenantId = `acme-${count}`;
});

const end = () => Date.now() + 20_000;
const keyOf = (tenant: TenantOfStore) => store.keyOf(tenant, end());
const contextOf = ({ tenantId: id }: TenantOfStore) => ({ TenantId: id });
const openedBy = async (keyring: Keyring, tenant: TenantOfStore) => {
  const { plaintext, wrapped } = await keyring.generateDataKey(contextOf(tenant));
  return { plaintext, open: () => keyring.unwrapDataKey(wrapped, contextOf(tenant)) };
};
const problem = (code: string) => expect.objectContaining({ code });
const heldBack = expect.objectContaining({ name: 'DeletionHeldBack' });
const cause = (code: string) => expect.objectContaining({ cause: problem(code) });
/** Older than a role assignment takes to count. */
const old = (tenant: TenantOfStore): TenantOfStore => ({
  ...tenant,
  keyCreatedAt: '2020-01-01T00:00:00.000Z',
});
const offboarding = (deletionDate?: string, requestedAt = new Date().toISOString()) => ({
  status: 'OFFBOARDING' as const,
  offboarding: { requestedAt, windowInDays: 30, deletionDate },
});

test('the block prints what the configuration is to have', () => {
  expect(product.setup.printed).toContain(`vaultId ${product.azure.vaultId}\n`);
  expect(product.setup.printed).toContain(`identityGroupId ${product.azure.groupId}\n`);
  expect(product.setup.printed).toContain(product.setup.wrapRoleDefinitionId);
});

test('an onboarded tenant wraps and unwraps under its context, and under no other', async () => {
  const tenant = await product.onboard(tenantId);
  expect(tenant.keyName).toBe(`${product.azure.vault.url}/keys/${tenantId}`);
  const keyring = product.keyring(tenant);
  const made = await keyring.generateDataKey(contextOf(tenant));
  const opened = await keyring.unwrapDataKey(made.wrapped, contextOf(tenant));
  expect(opened.plaintext).toEqual(made.plaintext);
  expect(opened.keyMaterialId).toBe(made.keyMaterialId);
  await expect(
    keyring.unwrapDataKey(made.wrapped, { ...contextOf(tenant), more: 'x' }),
  ).rejects.toThrow(expect.objectContaining({ name: 'CiphertextRefused' }));
});

test('a key is as the product makes one, and lasts', async () => {
  const tenant = await product.onboard(tenantId);
  const key = await product.azure.keys.find(tenantId);
  const [version] = key?.versions ?? [];
  expect(version).toMatchObject({
    kty: 'RSA-HSM',
    size: 2048,
    keyOps: ['wrapKey', 'unwrapKey'],
    exportable: false,
    tags: { TenantId: tenantId },
  });
  const details = await keyOf(tenant).describe();
  expect(details).toMatchObject({
    state: 'Enabled',
    rotationEnabled: true,
    rotationPeriodInDays: 365,
    currentKeyMaterialId: version?.id,
  });
  expect(await reconciler.driftOf(tenant, 'Enabled')).toEqual([]);
});

test('the client id of a neighbour in the row signs nobody in: Entra itself refuses', async () => {
  const [acme, globex] = [await product.onboard(tenantId), await product.onboard(`${tenantId}-g`)];
  const planted = old({ ...acme, keyClientId: globex.keyClientId });
  await expect(product.keyring(planted).generateDataKey(contextOf(acme))).rejects.toThrow(
    problem('key-revoked-by-tenant'),
  );
});

test('a neighbour’s session at Azure is refused the key by Azure itself', async () => {
  const [acme, globex] = [await product.onboard(tenantId), await product.onboard(`${tenantId}-g`)];
  const { wrapped } = await product.keyring(acme).generateDataKey(contextOf(acme));
  // The neighbour's identity, the neighbour's own token, and a row that names acme's key.
  const sub = `tenant:${globex.tenantId}`;
  const planted = product.keyring(old({ ...acme, keyClientId: globex.keyClientId }), { sub });
  await expect(planted.unwrapDataKey(wrapped, contextOf(acme))).rejects.toThrow(
    cause('key-revoked-by-tenant'),
  );
  await expect(planted.generateDataKey(contextOf(acme))).rejects.toThrow(
    problem('key-revoked-by-tenant'),
  );
});

test('until the role counts the key is not ready; on an older key that is a revocation', async () => {
  product.azure.settings.rolesMs = 60_000;
  const tenant = await product.onboard(tenantId).finally(() => {
    product.azure.settings.rolesMs = 0;
  });
  const context = contextOf(tenant);
  await expect(product.keyring(tenant).generateDataKey(context)).rejects.toThrow(
    problem('key-not-ready'),
  );
  await expect(product.keyring(old(tenant)).generateDataKey(context)).rejects.toThrow(
    problem('key-revoked-by-tenant'),
  );
  product.azure.advance(61_000);
  await product.keyring(tenant).generateDataKey(context);
});

test('an onboarding that is cut off finds its key again, and makes no second version', async () => {
  const tenant = newTenant(tenantId);
  expect(await store.findKey(tenant)).toBeUndefined();
  const made = await store.makeKey(tenant);
  expect(await store.findKey(tenant)).toEqual(made);
  for (const _ of ['once', 'twice']) await store.finishKey(active(tenant, made));
  const key = await product.azure.keys.find(tenantId);
  expect(key?.versions).toHaveLength(1);
  expect(await reconciler.driftOf(active(tenant, made), 'Enabled')).toEqual([]);
});

test('a create without an answer is not asked again', async () => {
  product.azure.vault.break('cut', `POST /keys/${tenantId}/create`);
  await expect(store.makeKey(newTenant(tenantId))).rejects.toThrow(
    expect.objectContaining({ name: 'NoAnswer' }),
  );
  product.azure.vault.break('none');
  expect((await product.azure.keys.find(tenantId))?.versions).toHaveLength(1);
  expect(await store.findKey(newTenant(tenantId))).toBeDefined();
});

test('a key that was there before, that has two versions or is deleted is not taken', async () => {
  const tenant = await product.onboard(tenantId);
  const taken = problem('alias-taken');
  const later = { ...newTenant(tenantId), keyRequestedAt: '2100-01-01T00:00:00.000Z' };
  await expect(store.findKey(later)).rejects.toThrow(taken);
  await expect(store.findKey({ ...tenant, keyRequestedAt: undefined })).rejects.toThrow(taken);
  await keyOf(tenant).rotate();
  await expect(store.findKey(newTenant(tenantId))).rejects.toThrow(taken);
  await keyOf(tenant).scheduleDeletion(30);
  await expect(store.makeKey(newTenant(tenantId))).rejects.toThrow(taken);
});

test.each([
  ['no purge protection', { purgeProtection: false }],
  ['a retention shorter than the longest window', { retentionDays: 29 }],
])('%s: nobody is onboarded', async (_, settings) => {
  const before = { ...product.azure.settings };
  Object.assign(product.azure.settings, settings);
  try {
    await expect(store.makeKey(newTenant(tenantId))).rejects.toThrow(
      problem('key-store-unavailable'),
    );
  } finally {
    Object.assign(product.azure.settings, before);
  }
});

test('what is suspended opens nothing, of any version, and resumed everything', async () => {
  const tenant = await product.onboard(tenantId);
  const first = await openedBy(product.keyring(tenant), tenant);
  await keyOf(tenant).rotate();
  const second = await openedBy(product.keyring(tenant), tenant);
  for (const _ of ['once', 'twice']) expect(await keyOf(tenant).disable()).toBe(true);
  expect(await keyOf(tenant).describe()).toMatchObject({ state: 'Disabled' });
  for (const { open } of [first, second])
    await expect(open()).rejects.toThrow(cause('key-revoked-by-tenant'));
  for (const _ of ['once', 'twice']) await keyOf(tenant).enable();
  for (const { open, plaintext } of [first, second])
    expect((await open()).plaintext).toEqual(plaintext);
});

test('a rotation makes a version, which history and materials have', async () => {
  const tenant = await product.onboard(tenantId);
  const before = await keyOf(tenant).materialStatus();
  await keyOf(tenant).rotate();
  const { currentKeyMaterialId } = await keyOf(tenant).materialStatus();
  expect(currentKeyMaterialId).not.toBe(before.currentKeyMaterialId);
  expect(await keyOf(tenant).isSuperseded(before.currentKeyMaterialId)).toBe(true);
  expect(await keyOf(tenant).isSuperseded(currentKeyMaterialId)).toBe(false);
  await expect(keyOf(tenant).isSuperseded('0'.repeat(32))).rejects.toThrow(problem('bad-request'));
  expect(await keyOf(tenant).materialIds()).toEqual([
    before.currentKeyMaterialId,
    currentKeyMaterialId,
  ]);
  const { rotations, nextCursor } = await keyOf(tenant).rotations({ limit: 1 });
  expect(rotations).toMatchObject([{ state: 'NON_CURRENT' }]);
  const rest = await keyOf(tenant).rotations({
    limit: 9,
    ...(nextCursor && { cursor: nextCursor }),
  });
  expect(rest.rotations).toMatchObject([{ keyMaterialId: currentKeyMaterialId, state: 'CURRENT' }]);
});

test('offboarded, the vault says until when; restored, everything opens again', async () => {
  const tenant = await product.onboard(tenantId);
  const { open, plaintext } = await openedBy(product.keyring(tenant), tenant);
  const key = keyOf({ ...tenant, ...offboarding() });
  await key.disable();
  const { deletionDate = '' } = await key.scheduleDeletion(30);
  const days = (Date.parse(deletionDate) - product.azure.now()) / 86_400_000;
  expect(Math.round(days)).toBe(90);
  expect(await key.scheduleDeletion(30)).toEqual({ deletionDate });
  await key.requireOwn();
  expect(await key.describe()).toMatchObject({ state: 'PendingDeletion', deletionDate });
  expect(await key.disable()).toBe(false);
  await expect(open()).rejects.toThrow(cause('key-revoked-by-tenant'));
  for (const _ of ['once', 'twice']) await key.cancelDeletion();
  await key.enable({ afterCancel: true });
  expect((await open()).plaintext).toEqual(plaintext);
  expect(await reconciler.driftOf(tenant, 'Enabled')).toEqual([]);
});

test('while a deletion is at work the vault shows nothing, and nobody takes that for an end', async () => {
  const tenant = await product.onboard(tenantId);
  product.azure.settings.transitionMs = 60_000;
  const leaving = { ...tenant, ...offboarding() };
  const key = keyOf(leaving);
  const { deletionDate } = await key.scheduleDeletion(30);
  product.azure.settings.transitionMs = 0;
  expect(await keyIsNowhere(product.send('certificates'), tenantId)).toBe(true);
  const unavailable = problem('key-store-unavailable');
  await expect(key.isDeleted()).rejects.toThrow(unavailable);
  await expect(key.requireOwn()).rejects.toThrow(unavailable);
  expect(await reconciler.driftOf(leaving, 'PendingDeletion')).toEqual([]);
  const dated = { ...tenant, ...offboarding(deletionDate) };
  await expect(reconciler.destroy(dated, Date.now())).rejects.toThrow(heldBack);
  product.azure.advance(61_000);
  expect(await key.isDeleted()).toBe(false);
});

test('erased is what the vault has purged; then identity and roles are gone', async () => {
  const tenant = await product.onboard(tenantId);
  const leaving = { ...tenant, ...offboarding('2020-01-01T00:00:00Z') };
  await keyOf(leaving).disable();
  await keyOf(leaving).scheduleDeletion(30);
  // The row's date is over, and the vault's is not.
  await expect(reconciler.destroy(leaving, Date.now())).rejects.toThrow(heldBack);
  expect(await keyOf(leaving).isDeleted()).toBe(false);
  product.azure.advance(91 * 86_400_000);
  for (const _ of ['once', 'twice']) await reconciler.destroy(leaving, Date.now());
  expect(await keyOf(leaving).isDeleted()).toBe(true);
  expect(await keyIsNowhere(product.send('certificates'), tenantId)).toBe(true);
  expect(product.azure.identities.has(`tenant-${tenantId}`)).toBe(false);
  const left = product.azure.rbac
    .assignments()
    .filter(({ scope }) => scope.endsWith(`/${tenantId}`));
  expect(left).toEqual([]);
});

test('a key that somebody has recovered is disabled and deleted again, never called erased', async () => {
  const tenant = await product.onboard(tenantId);
  const leaving = { ...tenant, ...offboarding('2020-01-01T00:00:00Z') };
  await expect(reconciler.destroy(leaving, Date.now())).rejects.toThrow(heldBack);
  expect(await keyOf(leaving).describe()).toMatchObject({ state: 'PendingDeletion' });
  expect(product.azure.identities.has(`tenant-${tenantId}`)).toBe(true);
});
