/**
 * What was changed in Vault of a tenant's key without the product, as the reconciler finds it. Invariant: what would give
 * use of a key back is reported, never done; use that should not be there is taken away before anything else.
 */
import type { ExpectedState, KeyDrift, TenantOfStore } from '../key-administration.ts';
import { allowUse, refuseUse, unlikeProductsRole, useOf, writeRole } from './tenant-access.ts';
import {
  deletionMarkRequest,
  readTransitKey,
  rotationPeriodOf,
  rotationRequest,
  type TransitKey,
  unlikeProductsKey,
} from './transit-key.ts';
import { isTenantsOwn, type VaultKeySettings } from './vault-key.ts';
import { keyPathOf } from './vault-names.ts';
import { type VaultSend, writePath } from './vault-requests.ts';

export async function driftOfTenant(
  send: VaultSend,
  settings: VaultKeySettings,
  tenant: TenantOfStore,
  expected: ExpectedState,
): Promise<readonly KeyDrift[]> {
  const key = await readTransitKey(send, keyPathOf(settings, tenant.tenantId));
  if (key === undefined) {
    return [{ kind: 'key-missing', detail: 'The key store has no such key.' }];
  }
  if (!isTenantsOwn(settings, tenant, key)) {
    return [
      {
        kind: 'key-tags',
        detail: 'The key is not the one that was made for the tenant: it was not touched.',
      },
    ];
  }
  return [
    ...(await useDrift(send, settings, tenant, expected)),
    ...(await roleDrift(send, settings, tenant)),
    ...keyDrift(send, settings, { tenant, expected, key }),
  ];
}

async function useDrift(
  send: VaultSend,
  settings: VaultKeySettings,
  { tenantId, status }: TenantOfStore,
  expected: ExpectedState,
): Promise<KeyDrift[]> {
  const use = await useOf(send, settings, tenantId);
  if (expected === 'Enabled') {
    if (use === 'allowed') return [];
    return use === 'refused'
      ? [
          {
            kind: 'key-unusable',
            detail: `The tenant is ${status}, and its policy is not in the key store.`,
          },
        ]
      : [
          {
            kind: 'key-policy',
            detail: "The tenant's policy had another text than all tenants': it is theirs again.",
            repair: () => allowUse(send, settings, tenantId),
          },
        ];
  }
  if (use === 'refused') return [];
  return [
    {
      kind: expected === 'Disabled' ? 'key-enabled' : 'deletion-cancelled',
      detail: `The tenant is ${status} and had a policy in the key store: it is removed.`,
      repair: () => refuseUse(send, settings, tenantId),
    },
  ];
}

async function roleDrift(
  send: VaultSend,
  settings: VaultKeySettings,
  { tenantId }: TenantOfStore,
): Promise<KeyDrift[]> {
  const differing = await unlikeProductsRole(send, settings, tenantId);
  if (differing.length === 0) return [];
  return [
    {
      kind: 'key-policy',
      detail: `The tenant's role differed in ${differing.join(', ')}: it is the product's again.`,
      repair: () => writeRole(send, settings, tenantId),
    },
  ];
}

function keyDrift(
  send: VaultSend,
  settings: VaultKeySettings,
  {
    tenant: { tenantId, status, rotationPeriodInDays: days },
    expected,
    key,
  }: {
    readonly tenant: TenantOfStore;
    readonly expected: ExpectedState;
    readonly key: TransitKey;
  },
): KeyDrift[] {
  const config = `${keyPathOf(settings, tenantId)}/config`;
  const differing = unlikeProductsKey(key);
  const found: (KeyDrift | false)[] = [
    key.deletion_allowed && {
      kind: 'key-policy',
      detail: 'The deletion of the key was allowed: it is not any more.',
      repair: () => writePath(send, config, { deletion_allowed: false }),
    },
    // An older version may be used for it, and a row that asks for the deletion would find the window over.
    expected !== 'PendingDeletion' &&
      key.min_encryption_version > 0 && {
        kind: 'key-policy',
        detail: `The key had the mark of a deletion, and the tenant is ${status}: it is taken away.`,
        repair: () => writePath(send, config, deletionMarkRequest(0)),
      },
    differing.length > 0 && {
      kind: 'key-foreign',
      detail: `The key is not as the product makes one: ${differing.join(', ')}.`,
    },
    (key.min_decryption_version > 1 || key.min_available_version > 1) && {
      kind: 'key-unusable',
      detail: `Versions of the key before ${Math.max(key.min_decryption_version, key.min_available_version)} decrypt nothing any more: min_decryption_version was raised.`,
    },
    key.soft_deleted && {
      kind: 'key-unusable',
      detail: 'The key is deleted in the key store, and can be restored there.',
    },
    expected === 'Enabled' &&
      rotationPeriodOf(key) !== days && {
        kind: 'rotation',
        detail: `Rotation was every ${rotationPeriodOf(key)} days (0: never): it is every ${days} days again.`,
        repair: () => writePath(send, config, rotationRequest(days)),
      },
  ];
  return found.filter((one) => one !== false);
}
