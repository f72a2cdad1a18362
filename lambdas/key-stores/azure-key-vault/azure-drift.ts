/**
 * What was changed in Azure of a tenant's key without the product, as the reconciler finds it. Invariant: what would give
 * use of a key back is reported, never done; use that should not be there is taken away before anything else.
 */
import type { ExpectedState, KeyDrift, TenantOfStore } from '../key-administration.ts';
import { type AzureKeySettings, disableVersions, isTenantsOwn } from './azure-key.ts';
import type { AzureSend } from './azure-requests.ts';
import { deleteKey, mayBeInTransition, readDeletedKey } from './deleted-key.ts';
import { isRecoverable, unlikeProductsKey } from './product-key.ts';
import { readRotationPeriod, writeRotationPeriod } from './rotation-policy.ts';
import { seenAccess, writeAccess } from './tenant-access.ts';
import { readKey, type VaultKey } from './vault-key.ts';

export async function driftOfTenant(
  send: AzureSend,
  settings: AzureKeySettings,
  tenant: TenantOfStore,
  expected: ExpectedState,
): Promise<readonly KeyDrift[]> {
  const { tenantId } = tenant;
  const key = await readKey(send, settings.vaultUrl, tenantId);
  if (key === undefined) return driftOfDeleted(send, tenant, expected);
  if (!isTenantsOwn(settings, tenant, key)) {
    const detail = 'The key is not the one that was made for the tenant: it was not touched.';
    return [{ kind: 'key-tags', detail }];
  }
  return [
    ...useDrift(send, tenant, expected, key),
    ...(await accessDrift(send, settings, tenant)),
    ...keyDrift(settings, key),
    ...(expected === 'Enabled' ? await rotationDrift(send, tenant) : []),
  ];
}

async function driftOfDeleted(
  send: AzureSend,
  tenant: TenantOfStore,
  expected: ExpectedState,
): Promise<KeyDrift[]> {
  const { tenantId, status } = tenant;
  const isDeleted = (await readDeletedKey(send, tenantId)) !== undefined;
  if (!isDeleted && !mayBeInTransition(tenant))
    return [{ kind: 'key-missing', detail: 'The key store has no such key.' }];
  if (expected === 'PendingDeletion') return [];
  const detail = `The tenant is ${status}, and its key is deleted in the key store, where it can be recovered.`;
  return [{ kind: 'key-unusable', detail }];
}

function useDrift(
  send: AzureSend,
  { tenantId, status }: TenantOfStore,
  expected: ExpectedState,
  key: VaultKey,
): KeyDrift[] {
  const disabled = key.versions.filter(({ enabled }) => !enabled).length;
  const enabled = key.versions.length - disabled;
  if (expected === 'Enabled') {
    if (disabled === 0) return [];
    const detail = `The tenant is ${status}, and ${disabled} of ${key.versions.length} versions of its key are disabled.`;
    return [{ kind: 'key-unusable', detail }];
  }
  if (expected === 'Disabled') {
    if (enabled === 0) return [];
    const detail = `The tenant is ${status}, and ${enabled} versions of its key were enabled: they are disabled.`;
    return [{ kind: 'key-enabled', detail, repair: () => disableVersions(send, tenantId, key) }];
  }
  return [
    {
      kind: 'deletion-cancelled',
      detail: `The tenant is ${status}, and its key was recovered: it is disabled and deleted again.`,
      async repair() {
        await disableVersions(send, tenantId, key);
        await deleteKey(send, tenantId);
      },
    },
  ];
}

async function accessDrift(
  send: AzureSend,
  settings: AzureKeySettings,
  { tenantId, keyClientId }: TenantOfStore,
): Promise<KeyDrift[]> {
  const { clientId, differing } = await seenAccess(send, settings, tenantId);
  const found: (KeyDrift | false)[] = [
    differing.length > 0 && {
      kind: 'key-policy',
      detail: `The tenant's access differed in ${differing.join(', ')}: it is the product's again.`,
      repair: () => writeAccess(send, settings, tenantId),
    },
    clientId !== keyClientId && {
      kind: 'key-unusable',
      detail: "The tenant's identity is another than the one in its row: somebody has deleted it.",
    },
  ];
  return found.filter((one) => one !== false);
}

function keyDrift(settings: AzureKeySettings, key: VaultKey): KeyDrift[] {
  const differing = unlikeProductsKey(key, settings);
  const isKept = key.newest === undefined || isRecoverable(key.newest);
  const found: (KeyDrift | false)[] = [
    differing.length > 0 && {
      kind: 'key-foreign',
      detail: `The key is not as the product makes one: ${differing.join(', ')}.`,
    },
    !isKept && {
      kind: 'key-foreign',
      detail: 'The vault does not keep deleted keys for 30 days, or lets somebody purge them.',
    },
  ];
  return found.filter((one) => one !== false);
}

async function rotationDrift(
  send: AzureSend,
  { tenantId, rotationPeriodInDays: days }: TenantOfStore,
): Promise<KeyDrift[]> {
  const period = await readRotationPeriod(send, tenantId);
  if (period === days) return [];
  return [
    {
      kind: 'rotation',
      detail: `Rotation was every ${period} days (0: never): it is every ${days} days again.`,
      repair: () => writeRotationPeriod(send, tenantId, days),
    },
  ];
}
