/**
 * Tenants' keys in Vault, as the control plane and the reconciler need them. Invariant: use of a key is given and taken
 * by the tenant's policy alone, and that first and last; a key is deleted by the reconciler alone (vault-deletion.ts); and a
 * key of the tenant's name that the product did not make for this tenant is not touched.
 */
import { aliasTaken, keyNotReady } from '../../../contract/problem.ts';
import type {
  KeyDrift,
  KeyStoreAdministration,
  StoredKey,
  TenantOfStore,
} from '../key-administration.ts';
import { allowUse, writeRole } from './tenant-access.ts';
import {
  createdAtOf,
  newKeyRequest,
  readTransitKey,
  rotationRequest,
  type TransitKey,
  unlikeProductsKey,
} from './transit-key.ts';
import {
  beginDeletionWindow,
  type DeletionSettings,
  deleteKey,
  endOfDeletionWindow,
} from './vault-deletion.ts';
import { driftOfTenant } from './vault-drift.ts';
import { type VaultKeySettings, vaultKey } from './vault-key.ts';
import { keyNameOf, keyPathOf } from './vault-names.ts';
import { type VaultSend, writePath } from './vault-requests.ts';

/** By how much the function's clock may be ahead of Vault's, which counts whole seconds. */
const clockSkewMs = 300_000;

export function vaultAdministration(
  send: VaultSend,
  settings: DeletionSettings,
): KeyStoreAdministration {
  const keyPath = (tenantId: string) => keyPathOf(settings, tenantId);
  const read = (tenantId: string) => readTransitKey(send, keyPath(tenantId));
  return {
    keyOf: (tenant, end) => vaultKey(send, settings, tenant, end),
    async findKey(tenant) {
      const key = await read(tenant.tenantId);
      return key && asMadeFor(settings, tenant, key);
    },
    async makeKey(tenant) {
      const { tenantId, rotationPeriodInDays } = tenant;
      await writePath(send, keyPath(tenantId), newKeyRequest(rotationPeriodInDays));
      // Where there is a key of that name the engine says the same, and changes nothing.
      const key = await read(tenantId);
      if (key === undefined) throw keyNotReady(1);
      return asMadeFor(settings, tenant, key);
    },
    async finishKey({ tenantId, rotationPeriodInDays }) {
      await writePath(send, `${keyPath(tenantId)}/config`, rotationRequest(rotationPeriodInDays));
      await writeRole(send, settings, tenantId);
      await allowUse(send, settings, tenantId);
    },
    driftOf: (tenant, expected): Promise<readonly KeyDrift[]> =>
      driftOfTenant(send, settings, tenant, expected),
    deletionWindow: {
      endOf: (tenant) => endOfDeletionWindow(send, settings, tenant),
      begin: (tenant) => beginDeletionWindow(send, settings, tenant),
    },
    destroy: (tenant, now) => deleteKey(send, settings, tenant, now),
  };
}

/** @throws Problem 409 alias-taken where it is not as this onboarding leaves it */
function asMadeFor(
  settings: VaultKeySettings,
  { tenantId, keyRequestedAt }: TenantOfStore,
  key: TransitKey,
): StoredKey {
  const keyCreatedAt = createdAtOf(key);
  const isNew =
    keyRequestedAt !== undefined &&
    keyCreatedAt !== undefined &&
    Date.parse(keyCreatedAt) >= Date.parse(keyRequestedAt) - clockSkewMs;
  if (!isNew || key.latest_version !== 1 || unlikeProductsKey(key).length > 0) {
    throw aliasTaken(
      "The key store has a key of the tenant's name that this onboarding has not made. An administrator must delete it there or, if the tenant was there before, restore its row.",
    );
  }
  return { keyName: keyNameOf(settings, tenantId), keyCreatedAt };
}
