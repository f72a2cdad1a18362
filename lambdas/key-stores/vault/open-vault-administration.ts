/** The administration of Vault for a function of the product, signed in as the function itself. */
import type { VaultSettings } from '../../../contract/key-stores.ts';
import type { FunctionIdentity, KeyStoreAdministration } from '../key-administration.ts';
import { vaultAdministration } from './vault-administration.ts';
import type { VaultSend } from './vault-requests.ts';
import { vaultSend } from './vault-send.ts';

export function openVaultAdministration(
  settings: VaultSettings,
  { role, brokerName, tenantRoleArn, deletionWindowInDays }: FunctionIdentity,
): KeyStoreAdministration {
  const change = vaultSend(settings, { role, brokerName });
  // With the right to write a role there is none to read it: docs/key-stores/vault.md.
  const read =
    role === 'reconciler' ? vaultSend(settings, { role: 'observer', brokerName }) : change;
  const send: VaultSend = (method, ...rest) => (method === 'GET' ? read : change)(method, ...rest);
  return vaultAdministration(send, { ...settings, tenantRoleArn, deletionWindowInDays });
}
