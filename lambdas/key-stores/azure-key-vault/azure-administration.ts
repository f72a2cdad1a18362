/**
 * Tenants' keys in Azure Key Vault, as the control plane and the reconciler need them. Invariant: a key is made once, since a second
 * request would make a second version; in a vault that keeps deleted keys for long enough, whoever asks; a key is deleted
 * by the vault alone, after that time; and a key of the tenant's name that the product did not make for this tenant is not
 * touched.
 */
import {
  aliasTaken,
  keyMismatch,
  keyNotReady,
  keyStoreUnavailable,
} from '../../../contract/problem.ts';
import { log } from '../../observability/log.ts';
import {
  DeletionHeldBack,
  type KeyStoreAdministration,
  type StoredKey,
  type TenantOfStore,
} from '../key-administration.ts';
import { driftOfTenant } from './azure-drift.ts';
import { type AzureKeySettings, azureKey, disableVersions, isTenantsOwn } from './azure-key.ts';
import { keyNameOf, keyPath } from './azure-names.ts';
import { type AzureSend, done } from './azure-requests.ts';
import { deleteKey, keyIsNowhere, mayBeInTransition, readDeletedKey } from './deleted-key.ts';
import { isRecoverable, keyOperations, unlikeProductsKey } from './product-key.ts';
import { writeRotationPeriod } from './rotation-policy.ts';
import { removeAccess, writeAccess } from './tenant-access.ts';
import { writeIdentity } from './tenant-identity.ts';
import { createdAtOf, readKey, type VaultKey } from './vault-key.ts';

/** By how much the function's clock may be ahead of the vault's, which counts whole seconds. */
const clockSkewMs = 300_000;

export function azureAdministration(
  send: AzureSend,
  settings: AzureKeySettings,
): KeyStoreAdministration {
  const { vaultUrl } = settings;
  const read = (tenantId: string) => readKey(send, vaultUrl, tenantId);
  const stored = async (tenant: TenantOfStore, key: VaultKey): Promise<StoredKey> => {
    const made = asMadeFor(settings, tenant, key);
    const { clientId } = await writeIdentity(send, settings, tenant.tenantId);
    return { ...made, keyClientId: clientId };
  };
  return {
    keyOf: (tenant, end) => azureKey(send, settings, tenant, end),
    async findKey(tenant) {
      const key = await read(tenant.tenantId);
      return key && stored(tenant, key);
    },
    async makeKey(tenant) {
      await createKey(send, settings, tenant.tenantId);
      const key = await read(tenant.tenantId);
      if (key === undefined) throw keyNotReady(1);
      return stored(tenant, key);
    },
    async finishKey({ tenantId, rotationPeriodInDays }) {
      await writeRotationPeriod(send, tenantId, rotationPeriodInDays);
      await writeAccess(send, settings, tenantId);
    },
    driftOf: (tenant, expected) => driftOfTenant(send, settings, tenant, expected),
    async destroy(tenant, now) {
      const { tenantId } = tenant;
      const key = await read(tenantId);
      if (key !== undefined) await deleteAgain(send, settings, tenant, key);
      // The vault purges it by itself, at the date that it gave or some time later.
      const isPurged = key === undefined && (await keyIsNowhere(send, tenantId));
      if (!isPurged || mayBeInTransition(tenant, now))
        throw new DeletionHeldBack('the vault has not purged the key yet');
      await removeAccess(send, settings, tenantId);
    },
  };
}

/** Somebody has recovered it. Its time begins anew, and right after this the vault shows nothing of it for a moment. */
async function deleteAgain(
  send: AzureSend,
  settings: AzureKeySettings,
  tenant: TenantOfStore,
  key: VaultKey,
): Promise<void> {
  if (!isTenantsOwn(settings, tenant, key)) throw keyMismatch();
  await disableVersions(send, tenant.tenantId, key);
  await deleteKey(send, tenant.tenantId);
}

async function createKey(
  send: AzureSend,
  { keyType, keySize }: AzureKeySettings,
  tenantId: string,
): Promise<void> {
  if ((await readDeletedKey(send, tenantId)) !== undefined) throw taken();
  const answer = await send({
    service: 'vault',
    method: 'POST',
    path: keyPath(tenantId, '/create'),
    operation: { name: 'POST keys/create', tenantId },
    body: {
      kty: keyType,
      key_size: keySize,
      key_ops: keyOperations,
      attributes: { enabled: true },
      tags: { TenantId: tenantId },
    },
    once: true,
  });
  if (answer.status === 409) throw taken();
  done(answer);
}

const taken = () =>
  aliasTaken(
    "The key store has a key of the tenant's name that this onboarding has not made, or keeps a deleted one. An administrator must delete it there and wait until it is purged or, if the tenant was there before, restore its row.",
  );

/** @throws Problem 409 alias-taken where it is not as this onboarding leaves it */
function asMadeFor(
  settings: AzureKeySettings,
  { tenantId, keyRequestedAt }: TenantOfStore,
  key: VaultKey,
): StoredKey {
  const { newest, versions } = key;
  const keyCreatedAt = createdAtOf(key);
  const isNew =
    keyRequestedAt !== undefined &&
    keyCreatedAt !== undefined &&
    Date.parse(keyCreatedAt) >= Date.parse(keyRequestedAt) - clockSkewMs;
  const isAsMade =
    newest !== undefined && versions.length === 1 && unlikeProductsKey(key, settings).length === 0;
  if (!isNew || !isAsMade) throw taken();
  if (!isRecoverable(newest)) {
    log('ERROR', {
      message: 'key store',
      keyStore: 'azure-key-vault',
      error:
        'The vault has no purge protection, or keeps deleted keys for fewer than 30 days: no tenant is onboarded there.',
    });
    throw keyStoreUnavailable('azure-key-vault', 60);
  }
  return { keyName: keyNameOf(settings, tenantId), keyCreatedAt };
}
