/** A tenant's session and keyring, as the data plane has them, with tokens in place of AWS's. */
import type { Keyring } from '../../lambdas/key-stores/keyring.ts';
import type { VaultMounts } from '../../lambdas/key-stores/vault/vault-call.ts';
import { type VaultAddress, vaultClient } from '../../lambdas/key-stores/vault/vault-client.ts';
import { vaultKeyring } from '../../lambdas/key-stores/vault/vault-keyring.ts';
import { type VaultSession, vaultSession } from '../../lambdas/key-stores/vault/vault-session.ts';
import type { Store } from './store.ts';

export interface SessionOptions {
  readonly role?: string;
  /** instead of the tenant's own */
  readonly webIdentityToken?: () => Promise<string>;
}

export const sessionOf = (
  store: Store,
  at: Omit<VaultAddress, keyof VaultMounts>,
  tenant: string,
  {
    role = `tenant-${tenant}`,
    webIdentityToken = () => store.webIdentityToken({ principalTags: { TenantId: tenant } }),
  }: SessionOptions = {},
): VaultSession => {
  const mounts = { transitMount: store.transit, authMount: store.auth };
  return vaultSession(vaultClient({ ...at, ...mounts }), { ...mounts, role, webIdentityToken });
};

export const keyringOf = (
  store: Store,
  session: VaultSession,
  tenant: string,
  namespace?: string,
): Keyring => vaultKeyring(session, { transitMount: store.transit, namespace }, tenant);
