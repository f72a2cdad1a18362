/** The administration of Azure Key Vault for a function of the product, signed in by the function's own role. */
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import type { FunctionIdentity, KeyStoreAdministration } from '../key-administration.ts';
import { azureAdministration } from './azure-administration.ts';
import { azureSend } from './azure-send.ts';

export function openAzureAdministration(
  settings: AzureKeyVaultSettings,
  { role }: FunctionIdentity,
): KeyStoreAdministration {
  const { controlPlaneClientId, reconcilerClientId } = settings;
  const clientId = role === 'reconciler' ? reconcilerClientId : controlPlaneClientId;
  return azureAdministration(azureSend(settings, clientId), settings);
}
