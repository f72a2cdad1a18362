/** The administration of Vault for a function of the product, signed in by the function's own role. */
import type { VaultSettings } from '../../../contract/key-stores.ts';
import type { FunctionIdentity, KeyStoreAdministration } from '../key-administration.ts';
import { vaultAdministration } from './vault-administration.ts';
import type { VaultSend } from './vault-requests.ts';
import { vaultSend } from './vault-send.ts';

export function openVaultAdministration(
  settings: VaultSettings,
  { role, tenantRoleArn, deletionWindowInDays }: FunctionIdentity,
): KeyStoreAdministration {
  const change = vaultSend(settings, role);
  // With the right to write a role there is none to read it: docs/key-stores/vault.md.
  const read = role === 'reconciler' ? vaultSend(settings, 'observer') : change;
  const send: VaultSend = (method, ...rest) => (method === 'GET' ? read : change)(method, ...rest);
  return vaultAdministration(send, { ...settings, tenantRoleArn, deletionWindowInDays });
}
