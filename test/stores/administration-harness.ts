/** The administration of tenants' keys in a real store, with the tokens of the functions that have it. */
import type {
  KeyStoreAdministration,
  TenantOfStore,
} from '../../lambdas/key-stores/key-administration.ts';
import { vaultAdministration } from '../../lambdas/key-stores/vault/vault-administration.ts';
import type { VaultSend } from '../../lambdas/key-stores/vault/vault-requests.ts';
import { type ProductIdentity, roleArn, type Store } from './store.ts';

const audience = 'https://vault.example.com:8200';

export async function sendAs(store: Store, identity: ProductIdentity): Promise<VaultSend> {
  const token = await store.tokenOf(identity);
  return async (method, path, body) => {
    const { status, data, words } = await store.call(token, method, path, body);
    return { status, data, errors: words === '' ? [] : [words] };
  };
}

const settingsOf = (store: Store) => ({
  authMount: store.auth,
  transitMount: store.transit,
  audience,
  tenantRoleArn: roleArn('TenantRole'),
});

export const administrationBy = (store: Store, send: VaultSend): KeyStoreAdministration =>
  vaultAdministration(send, settingsOf(store));

export const controlPlaneOf = async (store: Store): Promise<KeyStoreAdministration> =>
  administrationBy(store, await sendAs(store, 'control-plane'));

/** It reads by a token of its own. */
export async function reconcilerOf(store: Store): Promise<KeyStoreAdministration> {
  const [observe, change] = [await sendAs(store, 'observer'), await sendAs(store, 'reconciler')];
  const send: VaultSend = (method, ...rest) =>
    (method === 'GET' ? observe : change)(method, ...rest);
  return administrationBy(store, send);
}

let made = 0;
/** @returns what a row says of a tenant of its own */
export const newTenant = (change: Partial<TenantOfStore> = {}): TenantOfStore => {
  made += 1;
  return { tenantId: `t-${made}`, status: 'ACTIVE', rotationPeriodInDays: 90, ...change };
};

export const hence = (): number => Date.now() + 60_000;

/** @returns the row of a tenant that is onboarded */
export async function onboarded(
  administration: KeyStoreAdministration,
  tenant = newTenant(),
): Promise<TenantOfStore> {
  const requested = { ...tenant, keyRequestedAt: new Date().toISOString() };
  const key = await administration.makeKey(requested);
  const row = { ...tenant, ...key };
  await administration.finishKey(row);
  return row;
}
