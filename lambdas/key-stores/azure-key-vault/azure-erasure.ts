/** For a certificate of erasure: whether Azure Key Vault still has the key that an erased tenant's row names. */
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import { keyNameOf } from './azure-names.ts';
import { azureSend } from './azure-send.ts';
import { keyIsNowhere } from './deleted-key.ts';

/** @returns undefined where the row names another key than the tenant's, of which an answer would show nothing */
export async function azureKeyIsDeleted(
  settings: AzureKeyVaultSettings,
  { tenantId, keyName }: { readonly tenantId: string; readonly keyName: string },
): Promise<boolean | undefined> {
  if (keyName !== keyNameOf(settings, tenantId)) return undefined;
  return keyIsNowhere(azureSend(settings, settings.certificatesClientId), tenantId);
}
