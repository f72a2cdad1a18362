/** The administration of Azure Key Vault for a function of the product, signed in by the function's own role. */
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import type { FunctionIdentity, KeyStoreAdministration } from '../key-administration.ts';
import { azureAdministration } from './azure-administration.ts';
import { azureSend } from './azure-send.ts';

/** @param issuer URL of our own issuer, as its tokens have it */
export function openAzureAdministration(
  settings: AzureKeyVaultSettings,
  { role }: FunctionIdentity,
  issuer: string,
): KeyStoreAdministration {
  const { controlPlaneClientId, reconcilerClientId } = settings;
  const clientId = role === 'reconciler' ? reconcilerClientId : controlPlaneClientId;
  return azureAdministration(azureSend(settings, clientId), { ...settings, issuer });
}
