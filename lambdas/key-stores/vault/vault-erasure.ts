/** For a certificate of erasure: whether Vault still has the key that an erased tenant's row names. */
import type { VaultSettings } from '../../../contract/key-stores.ts';
import { readTransitKey } from './transit-key.ts';
import { keyNameOf, keyPathOf } from './vault-names.ts';
import { vaultSend } from './vault-send.ts';

/**
 * @param brokerName as {@link vaultSend} takes it
 * @returns undefined where the row names another key than the tenant's, of which an answer would show nothing
 */
export async function vaultKeyIsDeleted(
  settings: VaultSettings,
  { tenantId, keyName }: { readonly tenantId: string; readonly keyName: string },
  brokerName: string | undefined,
): Promise<boolean | undefined> {
  if (keyName !== keyNameOf(settings, tenantId)) return undefined;
  const send = vaultSend(settings, { role: 'certificates', brokerName });
  return (await readTransitKey(send, keyPathOf(settings, tenantId))) === undefined;
}
