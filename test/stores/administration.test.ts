/** A tenant's key in a real store, from its making to its end. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type {
  DeletionWindow,
  KeyStoreAdministration,
  TenantOfStore,
} from '../../lambdas/key-stores/key-administration.ts';
import { vaultAdministration } from '../../lambdas/key-stores/vault/vault-administration.ts';
import {
  controlPlaneOf,
  hence,
  keyPath,
  newTenant,
  onboarded,
  reconcilerOf,
  root,
  usesItsKey,
} from './administration-harness.ts';
import { store, useStore } from './harness.ts';

let controlPlane: KeyStoreAdministration;
let reconciler: KeyStoreAdministration;

useStore();
beforeAll(async () => {
  controlPlane = await controlPlaneOf(store);
  reconciler = await reconcilerOf(store);
});

const now = () => new Date().toISOString();
const inDays = (days: number) => Date.now() + days * 86_400_000;
function windowOf({ deletionWindow }: KeyStoreAdministration): DeletionWindow {
  if (deletionWindow === undefined) throw new Error('the store holds deletions back itself');
  return deletionWindow;
}
/** @returns when the window is over that the reconciler has begun */
async function begun(tenant: TenantOfStore): Promise<number> {
  await windowOf(reconciler).begin(tenant);
  return (await windowOf(reconciler).endOf(tenant)) ?? Number.NaN;
}

const codeOf = (outcome: Promise<unknown>): Promise<string> =>
  outcome.then(
    () => 'done',
    (error) => error.code ?? error.name,
  );

describe('an onboarding', () => {
  test('makes a key that the tenant alone can use, and says so', async () => {
    const tenant = await onboarded(controlPlane);
    expect(tenant.keyName).toBe(keyPath(tenant));
    expect(await usesItsKey(tenant)).toBe('yes');
    expect(await controlPlane.keyOf(tenant, hence()).describe()).toEqual({
      state: 'Enabled',
      deletionDate: undefined,
      rotationEnabled: true,
      rotationPeriodInDays: 90,
      nextRotationDate: expect.stringMatching(/^20.*Z$/),
      currentKeyMaterialId: 'v1',
    });
  });

  test('that is repeated finds the key that it made, and makes no other', async () => {
    const tenant = newTenant({ keyRequestedAt: now() });
    const made = await controlPlane.makeKey(tenant);
    expect(await controlPlane.findKey(tenant)).toEqual(made);
    expect(await controlPlane.makeKey(tenant)).toEqual(made);
  });

  const planted: Readonly<Record<string, object>> = {
    'that may be exported': { exportable: true },
    'that may be backed up': { allow_plaintext_backup: true },
    'of another type': { type: 'chacha20-poly1305' },
    'that is derived': { derived: true },
  };
  test.each(Object.entries(planted))('adopts no key %s', async (_, options) => {
    const tenant = newTenant({ keyRequestedAt: now() });
    await root('POST', keyPath(tenant), { type: 'aes256-gcm96', ...options });
    expect(await codeOf(controlPlane.findKey(tenant))).toBe('alias-taken');
    expect(await codeOf(controlPlane.makeKey(tenant))).toBe('alias-taken');
  });

  test('adopts no key that is older than it, nor one that was rotated', async () => {
    const tenant = newTenant();
    await root('POST', keyPath(tenant), { type: 'aes256-gcm96' });
    expect(await codeOf(controlPlane.findKey(tenant))).toBe('alias-taken');
    const inTenMinutes = new Date(Date.now() + 600_000).toISOString();
    const later = { ...tenant, keyRequestedAt: inTenMinutes };
    expect(await codeOf(controlPlane.makeKey(later))).toBe('alias-taken');
    await root('POST', `${keyPath(tenant)}/rotate`, {});
    const rotated = { ...tenant, keyRequestedAt: now() };
    expect(await codeOf(controlPlane.makeKey(rotated))).toBe('alias-taken');
  });

  test('writes a role whole: what somebody had laid ready there is gone', async () => {
    const tenant = newTenant();
    await root('POST', `auth/tenant-keys/role/tenant-${tenant.tenantId}`, {
      ...store.roleOf(tenant.tenantId),
      bound_claims_type: 'glob',
      clock_skew_leeway: 3600,
    });
    expect(await reconciler.driftOf(await onboarded(controlPlane, tenant), 'Enabled')).toEqual([]);
  });
});

describe('suspension', () => {
  test('counts for live tokens at once, and is taken back', async () => {
    const tenant = await onboarded(controlPlane);
    const token = await store.tokenOf({ tenant: tenant.tenantId });
    const use = async () =>
      (
        await store.call(token, 'POST', `tenant-keys/datakey/wrapped/${tenant.tenantId}`, {
          associated_data: 'eA==',
        })
      ).status;
    const key = controlPlane.keyOf(tenant, hence());
    expect(await use()).toBe(200);
    expect(await key.disable()).toBe(true);
    expect(await use()).toBe(403);
    expect((await key.describe())?.state).toBe('Disabled');
    expect(await key.disable()).toBe(true);
    await key.enable();
    await key.enable();
    expect(await use()).toBe(200);
  });

  test('is not begun after the end of the invocation', async () => {
    const key = controlPlane.keyOf(await onboarded(controlPlane), Date.now() - 1);
    expect(await codeOf(key.disable().then(() => undefined))).toBe('unavailable');
  });
});

describe('rotation', () => {
  test('is once for each time that it is asked, and the history has all versions', async () => {
    const key = controlPlane.keyOf(await onboarded(controlPlane), hence());
    for (let count = 0; count < 4; count += 1) expect(await key.rotate()).toBeUndefined();
    expect(await key.materialIds()).toEqual(['v1', 'v2', 'v3', 'v4', 'v5']);
    expect(await key.materialStatus()).toEqual({ currentKeyMaterialId: 'v5', isRotating: false });
    expect([await key.isSuperseded('v4'), await key.isSuperseded('v5')]).toEqual([true, false]);
    expect(await codeOf(key.isSuperseded('v6'))).toBe('bad-request');
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await key.rotations({ limit: 2, cursor });
      expect(page.rotations.length).toBeLessThanOrEqual(2);
      seen.push(...page.rotations);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    const rotatedAt = expect.stringMatching(/^20.*Z$/);
    expect(seen).toEqual([
      { keyMaterialId: 'v1', state: 'NON_CURRENT' },
      ...[2, 3, 4].map((n) => ({ keyMaterialId: `v${n}`, state: 'NON_CURRENT', rotatedAt })),
      { keyMaterialId: 'v5', state: 'CURRENT', rotatedAt },
    ]);
  });

  test.each(['', 'x', '%%%', 'djA', 'djAx', 'dg'])(
    'a cursor that the API did not make is a 400: %s',
    async (cursor) => {
      const key = controlPlane.keyOf(await onboarded(controlPlane), hence());
      expect(await codeOf(key.rotations({ limit: 2, cursor }))).toBe('invalid-cursor');
    },
  );

  test('by another period', async () => {
    const tenant = await onboarded(controlPlane);
    const key = controlPlane.keyOf(tenant, hence());
    await key.setRotationPeriod(400);
    expect((await key.describe())?.rotationPeriodInDays).toBe(400);
  });
});

describe('whose key it is', () => {
  test('a row with a neighbour’s key has nothing changed there', async () => {
    const [acme, globex] = [await onboarded(controlPlane), await onboarded(controlPlane)];
    const mixed = { ...acme, keyName: globex.keyName };
    expect(await codeOf(controlPlane.keyOf(mixed, hence()).requireOwn())).toBe('key-mismatch');
    expect(
      (await reconciler.driftOf(mixed, 'Enabled')).map(({ kind, repair }) => [kind, repair]),
    ).toEqual([['key-tags', undefined]]);
  });

  test('a key that was deleted and made again is not the tenant’s', async () => {
    const tenant = await onboarded(controlPlane);
    const key = controlPlane.keyOf(tenant, hence());
    await root('POST', `${keyPath(tenant)}/config`, { deletion_allowed: true });
    await root('DELETE', keyPath(tenant));
    expect(key.isUnseenBy(await key.requireOwn().catch((error) => error))).toBe(true);
    expect(await key.isDeleted()).toBe(true);
    expect((await key.describe())?.state).toBe('Missing');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await root('POST', keyPath(tenant), { type: 'aes256-gcm96' });
    expect(await codeOf(key.requireOwn())).toBe('key-mismatch');
  });
});

describe('the end', () => {
  const offboarding = () => ({ requestedAt: now(), windowInDays: 7 });

  test('is held back by the product: the same date however often it is asked for', async () => {
    const tenant = { ...(await onboarded(controlPlane)), offboarding: offboarding() };
    const key = controlPlane.keyOf({ ...tenant, status: 'OFFBOARDING' }, hence());
    await key.disable();
    const scheduled = await key.scheduleDeletion(7);
    expect(await key.scheduleDeletion(7)).toEqual(scheduled);
    expect((await key.describe())?.state).toBe('PendingDeletion');
    expect(await usesItsKey(tenant)).toBe('403');
    await key.cancelDeletion();
    await key.enable({ afterCancel: true });
    expect(await usesItsKey(tenant)).toBe('yes');
  });

  test('comes only after a window that begins in the store itself, whatever the row says', async () => {
    const tenant = await onboarded(controlPlane);
    const long = { requestedAt: '2020-01-01T00:00:00.000Z', windowInDays: 7 };
    const due = { ...tenant, offboarding: { ...long, deletionDate: '2020-01-08T00:00:00.000Z' } };
    expect(await codeOf(reconciler.destroy(due, inDays(3650)))).toBe('DeletionHeldBack');
    expect(await usesItsKey(tenant)).toBe('yes');
    const end = await begun(due);
    expect(Math.abs(end - inDays(7))).toBeLessThan(60_000);
    expect(await codeOf(reconciler.destroy(due, end - 1))).toBe('DeletionHeldBack');
    expect(await usesItsKey(tenant)).toBe('yes');
    await reconciler.destroy(due, end);
    expect(await windowOf(reconciler).endOf(due)).toBe(0);
  });

  test('is neither sooner nor later where the window is begun again, or the key rotated', async () => {
    const tenant = await onboarded(controlPlane);
    const end = await begun(tenant);
    await controlPlane.keyOf(tenant, hence()).rotate();
    expect(await begun(tenant)).toBe(end);
    expect(await controlPlane.keyOf(tenant, hence()).materialIds()).toEqual(['v1', 'v2', 'v3']);
  });

  test('is not brought nearer by the control plane, which begins no window', async () => {
    const tenant = await onboarded(controlPlane);
    expect(await codeOf(windowOf(controlPlane).begin(tenant))).toBe('key-store-unavailable');
    expect(await windowOf(reconciler).endOf(tenant)).toBeUndefined();
    expect(await codeOf(reconciler.destroy(tenant, inDays(3650)))).toBe('DeletionHeldBack');
  });

  test('is called off by a restore: the next offboarding has a window of its own', async () => {
    const tenant = await onboarded(controlPlane);
    await begun(tenant);
    await controlPlane.keyOf(tenant, hence()).cancelDeletion();
    expect(await windowOf(reconciler).endOf(tenant)).toBeUndefined();
    expect(await codeOf(reconciler.destroy(tenant, inDays(3650)))).toBe('DeletionHeldBack');
    expect(await reconciler.driftOf(tenant, 'Enabled')).toEqual([]);
  });

  test('has no window for a key that is not the tenant’s, and marks none', async () => {
    const [acme, globex] = [await onboarded(controlPlane), await onboarded(controlPlane)];
    const mixed = { ...acme, keyCreatedAt: '2020-01-01T00:00:00.000Z' };
    await windowOf(reconciler).begin(mixed);
    await windowOf(reconciler).begin({ ...acme, keyName: globex.keyName });
    expect(await windowOf(reconciler).endOf(acme)).toBeUndefined();
    expect(await windowOf(reconciler).endOf(mixed)).toBeUndefined();
    expect(await codeOf(reconciler.destroy(mixed, inDays(3650)))).toBe('key-mismatch');
  });

  test('leaves nothing of the tenant in the store, and may be repeated', async () => {
    const tenant = await onboarded(controlPlane);
    await begun(tenant);
    await reconciler.destroy(tenant, inDays(8));
    await reconciler.destroy(tenant, inDays(8));
    expect(await controlPlane.keyOf(tenant, hence()).isDeleted()).toBe(true);
    const { status } = await store.login(`tenant-${tenant.tenantId}`, {
      principalTags: { TenantId: tenant.tenantId },
    });
    expect(status).toBe(400);
  });

  test('is not in the control plane’s hands', async () => {
    const tenant = await onboarded(controlPlane);
    await begun(tenant);
    expect(await codeOf(controlPlane.destroy(tenant, inDays(8)))).toBe('key-store-unavailable');
    expect(await controlPlane.keyOf(tenant, hence()).isDeleted()).toBe(false);
  });

  test.each([
    ['a mount that is not there', 404, ['no handler for route "tenant-keys/keys/x"']],
    ['a policy’s refusal', 403, ['permission denied']],
    ['a store that is sealed', 503, ['Vault is sealed']],
  ])('is not shown by %s', async (_, status, errors) => {
    const names = { authMount: 'x', transitMount: 'x', audience: 'x', tenantRoleArn: 'x' };
    const settings = { ...names, tokenIssuer: 'sts', deletionWindowInDays: 7 } as const;
    const elsewhere = vaultAdministration(async () => ({ status, errors }), settings);
    const tenant = newTenant({ keyName: 'x/keys/x' });
    expect(await codeOf(elsewhere.keyOf(tenant, hence()).isDeleted())).toBe(
      'key-store-unavailable',
    );
  });
});
