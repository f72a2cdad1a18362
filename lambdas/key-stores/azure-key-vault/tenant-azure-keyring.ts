/**
 * The keyring of a tenant whose key is in Azure Key Vault, for the data plane. Invariant: the session at Azure is opened by a token of
 * our own issuer whose subject is the tenant, so that Entra knows the tenant from the session broker and not from this
 * function; and an answer of ours has no word of Azure's.
 */
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import type { Keyring } from '../keyring.ts';
import { keyringWithProblems } from '../keyring-with-problems.ts';
import { azureClient } from './azure-client.ts';
import { azureKeyring } from './azure-keyring.ts';
import { problemOfAzureError } from './azure-problem.ts';
import { scopesOf } from './azure-scopes.ts';
import { entraSession } from './entra-session.ts';

export interface TenantOfKeyring {
  readonly tenantId: string;
  /** of the tenant's identity: with a neighbour's Entra refuses the token, since its subject is another tenant */
  readonly clientId: string;
  /** RFC 3339 */
  readonly keyCreatedAt: string | undefined;
}

/** @param identityToken gives a token of our own issuer, of the tenant whose session it is */
export function tenantAzureKeyring(
  settings: AzureKeyVaultSettings,
  { tenantId, clientId, keyCreatedAt }: TenantOfKeyring,
  identityToken: () => Promise<string>,
): Keyring {
  const { azureTenantId, vaultUrl } = settings;
  const login = { azureTenantId, clientId, tenantId, assertion: identityToken };
  const session = entraSession(azureClient(settings), login, scopesOf(settings));
  return keyringWithProblems(
    azureKeyring(session, { vaultUrl, tenantId }),
    (error) => problemOfAzureError(error, keyCreatedAt) ?? error,
  );
}

/** What of a tenant's row the keyring is made of. */
interface KeyInRow {
  readonly keyClientId?: string | undefined;
  readonly keyCreatedAt?: string | undefined;
}

/**
 * One session at Azure for each client id that a row has named.
 * @returns by row; undefined for a row that names no identity
 */
export function tenantAzureKeyrings(
  settings: AzureKeyVaultSettings,
  tenantId: string,
  identityToken: () => Promise<string>,
): (row: KeyInRow) => Keyring | undefined {
  let last: { readonly clientId: string; readonly keyring: Keyring } | undefined;
  return ({ keyClientId: clientId, keyCreatedAt }) => {
    if (clientId === undefined) return undefined;
    if (last?.clientId !== clientId) {
      const of = { tenantId, clientId, keyCreatedAt };
      last = { clientId, keyring: tenantAzureKeyring(settings, of, identityToken) };
    }
    return last.keyring;
  };
}
