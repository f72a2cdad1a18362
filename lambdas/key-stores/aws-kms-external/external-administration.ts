/**
 * Tenants' keys in their own AWS accounts, as the control plane and the reconciler have them: not at all. Invariant: nothing of ours
 * that administers has a right in a tenant's account, so nothing here asks or changes anything there. What the product gives and
 * takes is its own use of the key, by the tenant's row; the key is given and taken by the tenant.
 */
import { keyAdministeredByTenant } from '../../../contract/problem.ts';
import {
  deletionDateOf,
  type KeyAdministration,
  type KeyStoreAdministration,
  type TenantOfStore,
} from '../key-administration.ts';

export const externalAdministration: KeyStoreAdministration = {
  keyOf: externalKey,
  // The tenant has made it, and names it when the tenant is onboarded.
  findKey: async () => undefined,
  makeKey: refused,
  finishKey: async () => {},
  // What the tenant's account has we would see with the tenant's session alone, which no function of the life's gets.
  driftOf: async () => [],
  // What ends is the product's use of the key. The key, and the role, stay the tenant's.
  destroy: async () => {},
};

function externalKey(tenant: TenantOfStore): KeyAdministration {
  return {
    requireOwn: async () => {},
    describe: async () => undefined,
    lastUse: async () => undefined,
    materialIds: async () => [],
    disable: async () => true,
    enable: async () => {},
    scheduleDeletion: async () => ({ deletionDate: deletionDateOf(tenant) }),
    cancelDeletion: async () => {},
    isDeleted: async () => false,
    isUnseenBy: () => false,
    setRotationPeriod: refused,
    rotate: refused,
    materialStatus: refused,
    isSuperseded: refused,
    rotationsLeft: refused,
    rotations: refused,
  };
}

async function refused(): Promise<never> {
  throw keyAdministeredByTenant();
}
