/** One tenant's key in Vault, as the life of the tenant asks for it. */
import { badRequest, keyMismatch, unavailable } from '../../../contract/problem.ts';
import type { KeyDetails } from '../../../contract/tenants.ts';
import {
  deletionDateOf,
  type ExpectedState,
  type KeyAdministration,
  type TenantOfStore,
} from '../key-administration.ts';
import { pageOfVersions } from '../version-page.ts';
import { type AccessSettings, allowUse, mayUse, refuseUse } from './tenant-access.ts';
import {
  createdAtOf,
  currentIdOf,
  deletionMarkRequest,
  nextRotationOf,
  readTransitKey,
  rotationPeriodOf,
  rotationRequest,
  type TransitKey,
  versionsOf,
} from './transit-key.ts';
import { VaultKeyNotFound } from './vault-errors.ts';
import { type KeyLocation, keyNameOf, keyPathOf } from './vault-names.ts';
import { type VaultSend, writePath } from './vault-requests.ts';

export interface VaultKeySettings extends AccessSettings, KeyLocation {}

/** Nothing tells two keys of one name apart but when they were made; an old first version is not shown any more. */
export function isTenantsOwn(
  settings: VaultKeySettings,
  tenant: TenantOfStore,
  key: TransitKey,
): boolean {
  const createdAt = createdAtOf(key);
  return (
    tenant.keyName === keyNameOf(settings, tenant.tenantId) &&
    (createdAt === undefined || createdAt === tenant.keyCreatedAt)
  );
}

export function vaultKey(
  send: VaultSend,
  settings: VaultKeySettings,
  tenant: TenantOfStore,
  end: number,
): KeyAdministration {
  const { tenantId } = tenant;
  const path = keyPathOf(settings, tenantId);
  const find = () => readTransitKey(send, path);
  const read = async () => {
    const key = await find();
    if (key === undefined) throw new VaultKeyNotFound();
    return key;
  };
  const change = <T>(call: () => Promise<T>): Promise<T> => {
    if (Date.now() > end) throw unavailable();
    return call();
  };
  return {
    async requireOwn() {
      if (!isTenantsOwn(settings, tenant, await read())) throw keyMismatch();
    },
    describe: async () => describe(send, settings, tenant, await find()),
    lastUse: async () => undefined,
    materialIds: async () => versionsOf(await read()).map(({ id }) => id),
    async disable() {
      await change(() => refuseUse(send, settings, tenantId));
      return true;
    },
    enable: () => change(() => allowUse(send, settings, tenantId)),
    // The row has the date: nothing in Vault would delete the key then.
    scheduleDeletion: async () => ({ deletionDate: deletionDateOf(tenant) }),
    cancelDeletion: () => change(() => writePath(send, `${path}/config`, deletionMarkRequest(0))),
    isDeleted: async () => (await find()) === undefined,
    isUnseenBy: (error) => error instanceof VaultKeyNotFound,
    setRotationPeriod: (days) =>
      change(() => writePath(send, `${path}/config`, rotationRequest(days))),
    rotate: () => change(() => writePath(send, `${path}/rotate`, {}, { once: true })),
    materialStatus: async () => ({
      currentKeyMaterialId: currentIdOf(await read()),
      isRotating: false,
    }),
    async isSuperseded(keyMaterialId) {
      const key = await read();
      if (!versionsOf(key).some(({ id }) => id === keyMaterialId))
        throw badRequest("keyMaterialId: must be of the tenant's key");
      return keyMaterialId !== currentIdOf(key);
    },
    rotationsLeft: async () => undefined,
    async rotations(query) {
      const key = await read();
      return pageOfVersions(versionsOf(key), currentIdOf(key), query);
    },
  };
}

async function describe(
  send: VaultSend,
  settings: VaultKeySettings,
  tenant: TenantOfStore,
  key: TransitKey | undefined,
): Promise<KeyDetails> {
  if (key === undefined) return { state: 'Missing', rotationEnabled: false };
  const period = rotationPeriodOf(key);
  return {
    state: await stateOf(send, settings, tenant),
    deletionDate: tenant.offboarding?.deletionDate,
    rotationEnabled: period > 0,
    ...(period > 0 && { rotationPeriodInDays: period, nextRotationDate: nextRotationOf(key) }),
    currentKeyMaterialId: currentIdOf(key),
  };
}

/** A key whose tenant is refused its use is to be deleted, or only suspended. */
async function stateOf(
  send: VaultSend,
  settings: AccessSettings,
  { tenantId, offboarding }: TenantOfStore,
): Promise<ExpectedState> {
  if (await mayUse(send, settings, tenantId)) return 'Enabled';
  return offboarding === undefined ? 'Disabled' : 'PendingDeletion';
}
