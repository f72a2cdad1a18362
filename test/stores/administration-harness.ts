/** The administration of tenants' keys in a real store, with the tokens of the functions that have it. */
import type {
  KeyStoreAdministration,
  TenantOfStore,
} from '../../lambdas/key-stores/key-administration.ts';
import { vaultAdministration } from '../../lambdas/key-stores/vault/vault-administration.ts';
import type { DeletionSettings } from '../../lambdas/key-stores/vault/vault-deletion.ts';
import type { VaultSend } from '../../lambdas/key-stores/vault/vault-requests.ts';
import { bao, store } from './harness.ts';
import { audience, type ProductIdentity, roleArn, type Store, stsTokens } from './store.ts';

export async function sendAs(store: Store, identity: ProductIdentity): Promise<VaultSend> {
  const token = await store.tokenOf(identity);
  return async (method, path, body) => {
    const { status, data, words } = await store.call(token, method, path, body);
    return { status, data, errors: words === '' ? [] : [words] };
  };
}

/** By the configuration of a stack that allows it. */
export const shortestWindowInDays = 7;

const settingsOf = (store: Store): DeletionSettings => ({
  authMount: store.auth,
  transitMount: store.transit,
  audience,
  tokenIssuer: store.tokens === stsTokens ? 'sts' : 'own',
  tenantRoleArn: roleArn('TenantRole'),
  deletionWindowInDays: shortestWindowInDays,
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

export const keyPath = ({ tenantId }: TenantOfStore) => `tenant-keys/keys/${tenantId}`;

/** As the administrator of the harness's store. @throws Error where it refuses */
export const root = async (method: string, path: string, body?: object) => {
  const answer = await store.call(bao.rootToken, method, path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.words}`);
  return answer;
};

/** @returns whether the tenant's own session gets a data key: `yes`, or the store's status */
export async function usesItsKey({ tenantId }: TenantOfStore): Promise<string> {
  const token = await store.tokenOf({ tenant: tenantId });
  const path = `tenant-keys/datakey/plaintext/${tenantId}`;
  const { status } = await store.call(token, 'POST', path, { associated_data: 'eA==' });
  return status === 200 ? 'yes' : String(status);
}
