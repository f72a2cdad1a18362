/** The administration of Azure Key Vault for a function of the product, signed in by the function's own role. */
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import type { FunctionIdentity, KeyStoreAdministration } from '../key-administration.ts';
import { azureAdministration } from './azure-administration.ts';
import { azureSend } from './azure-send.ts';

/** @throws Error where the stack has not said who our own issuer is */
export function openAzureAdministration(
  settings: AzureKeyVaultSettings,
  { role }: FunctionIdentity,
): KeyStoreAdministration {
  const { controlPlaneClientId, reconcilerClientId, issuer } = settings;
  if (issuer === undefined) throw new Error('Azure Key Vault without the URL of our own issuer');
  const clientId = role === 'reconciler' ? reconcilerClientId : controlPlaneClientId;
  return azureAdministration(azureSend(settings, clientId), { ...settings, issuer });
}
