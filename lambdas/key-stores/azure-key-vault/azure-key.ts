/** One tenant's key in Azure Key Vault, as the life of the tenant asks for it. */
import {
  badRequest,
  keyMismatch,
  keyStoreUnavailable,
  unavailable,
} from '../../../contract/problem.ts';
import type { KeyDetails } from '../../../contract/tenants.ts';
import type { KeyAdministration, TenantOfStore } from '../key-administration.ts';
import { pageOfVersions } from '../version-page.ts';
import { AzureKeyNotFound } from './azure-errors.ts';
import { keyNameOf, keyPath } from './azure-names.ts';
import { type AzureSend, change } from './azure-requests.ts';
import {
  deleteKey,
  keyIsNowhere,
  mayBeInTransition,
  readDeletedKey,
  recoverKey,
} from './deleted-key.ts';
import type { KeyShape } from './product-key.ts';
import { readRotationPeriod, writeRotationPeriod } from './rotation-policy.ts';
import { type AccessSettings, writeAccess } from './tenant-access.ts';
import {
  createdAtOf,
  currentIdOf,
  readKey,
  type VaultKey,
  type VaultKeyVersion,
} from './vault-key.ts';

export interface AzureKeySettings extends AccessSettings, KeyShape {
  readonly vaultUrl: string;
}

const dayMs = 86_400_000;

/** By its name and by when its first version was made: nobody can make one of an earlier time. */
export const isTenantsOwn = (
  { vaultUrl }: AzureKeySettings,
  { tenantId, keyName, keyCreatedAt }: TenantOfStore,
  key: VaultKey,
): boolean => keyName === keyNameOf({ vaultUrl }, tenantId) && keyCreatedAt === createdAtOf(key);

export function azureKey(
  send: AzureSend,
  settings: AzureKeySettings,
  tenant: TenantOfStore,
  end: number,
): KeyAdministration {
  const { tenantId } = tenant;
  const { vaultUrl } = settings;
  const find = () => readKey(send, vaultUrl, tenantId);
  const read = async () => {
    const key = await find();
    if (key === undefined) throw new AzureKeyNotFound();
    return key;
  };
  const inTime = <T>(call: () => Promise<T>): Promise<T> => {
    if (Date.now() > end) throw unavailable();
    return call();
  };
  const setEnabled = (versions: readonly VaultKeyVersion[], enabled: boolean) =>
    setVersions(send, tenantId, versions, enabled, inTime);
  return {
    async requireOwn() {
      const key = await find();
      const isOwn =
        key === undefined
          ? await isTenantsDeletedKey(send, settings, tenant)
          : isTenantsOwn(settings, tenant, key);
      if (!isOwn) throw keyMismatch();
    },
    describe: async () => describe(send, tenantId, await find()),
    lastUse: async () => undefined,
    materialIds: async () => (await read()).versions.map(({ id }) => id),
    async disable() {
      const key = await find();
      if (key === undefined) return false;
      // The newest first: it is the one that wraps.
      await setEnabled(key.versions.filter(({ enabled }) => enabled).toReversed(), false);
      return true;
    },
    async enable({ afterCancel } = { afterCancel: false }) {
      const { versions } = await read();
      if (afterCancel) await inTime(() => writeAccess(send, settings, tenantId));
      await setEnabled(
        versions.filter(({ enabled }) => !enabled),
        true,
      );
    },
    scheduleDeletion: () => inTime(() => deleteKey(send, tenantId)),
    cancelDeletion: () => inTime(() => recoverKey(send, vaultUrl, tenantId, end)),
    async isDeleted() {
      if (!(await keyIsNowhere(send, tenantId))) return false;
      if (mayBeInTransition(tenant)) throw keyStoreUnavailable('azure-key-vault');
      return true;
    },
    isUnseenBy: (error) => error instanceof AzureKeyNotFound,
    setRotationPeriod: (days) => inTime(() => writeRotationPeriod(send, tenantId, days)),
    rotate: () => inTime(() => rotate(send, tenantId)),
    materialStatus: async () => ({
      currentKeyMaterialId: currentIdOf(await read()),
      isRotating: false,
    }),
    async isSuperseded(keyMaterialId) {
      const key = await read();
      if (!key.versions.some(({ id }) => id === keyMaterialId))
        throw badRequest("keyMaterialId: must be of the tenant's key");
      return keyMaterialId !== currentIdOf(key);
    },
    rotationsLeft: async () => undefined,
    async rotations(query) {
      const key = await read();
      return pageOfVersions(key.versions, currentIdOf(key), query);
    },
  };
}

/**
 * The name is taken until the key is purged, so that a deleted one cannot be another's.
 * @throws AzureKeyNotFound
 */
async function isTenantsDeletedKey(
  send: AzureSend,
  { vaultUrl }: AzureKeySettings,
  tenant: TenantOfStore,
): Promise<boolean> {
  const { tenantId, keyName } = tenant;
  if ((await readDeletedKey(send, tenantId)) !== undefined)
    return keyName === keyNameOf({ vaultUrl }, tenantId);
  throw mayBeInTransition(tenant) ? keyStoreUnavailable('azure-key-vault') : new AzureKeyNotFound();
}

async function setVersions(
  send: AzureSend,
  tenantId: string,
  versions: readonly VaultKeyVersion[],
  enabled: boolean,
  inTime: <T>(call: () => Promise<T>) => Promise<T>,
): Promise<void> {
  for (const { id } of versions)
    await inTime(() =>
      change(send, {
        service: 'vault',
        method: 'PATCH',
        path: keyPath(tenantId, `/${id}`),
        operation: { name: 'PATCH keys', tenantId },
        body: { attributes: { enabled } },
      }),
    );
}

/** For whoever finds a key that is enabled and must not be. */
export const disableVersions = (
  send: AzureSend,
  tenantId: string,
  { versions }: VaultKey,
): Promise<void> =>
  setVersions(
    send,
    tenantId,
    versions.filter(({ enabled }) => enabled).toReversed(),
    false,
    (call) => call(),
  );

async function rotate(send: AzureSend, tenantId: string): Promise<undefined> {
  await change(send, {
    service: 'vault',
    method: 'POST',
    path: keyPath(tenantId, '/rotate'),
    operation: { name: 'POST keys/rotate', tenantId },
    once: true,
  });
}

async function describe(
  send: AzureSend,
  tenantId: string,
  key: VaultKey | undefined,
): Promise<KeyDetails> {
  if (key === undefined) {
    const deleted = await readDeletedKey(send, tenantId);
    return deleted === undefined
      ? { state: 'Missing', rotationEnabled: false }
      : {
          state: 'PendingDeletion',
          deletionDate: deleted.purgeDate,
          rotationEnabled: false,
          currentKeyMaterialId: deleted.versionId,
        };
  }
  const period = await readRotationPeriod(send, tenantId);
  const last = Date.parse(key.versions.at(-1)?.createdAt ?? '');
  return {
    // As long as any version is, something opens.
    state: key.versions.some(({ enabled }) => enabled) ? 'Enabled' : 'Disabled',
    rotationEnabled: period > 0,
    ...(period > 0 && {
      rotationPeriodInDays: period,
      nextRotationDate: new Date(last + period * dayMs).toISOString(),
    }),
    currentKeyMaterialId: currentIdOf(key),
  };
}
