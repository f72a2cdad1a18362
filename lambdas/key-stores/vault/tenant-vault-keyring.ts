/**
 * The keyring of a tenant whose key is in Vault, for the data plane. Invariant: the session in Vault is opened by a token that AWS gave
 * for the tenant's own session there, or the session broker for the tenant's bearer token, so that Vault does not know the tenant from this
 * function; and an answer of ours has no word of Vault's.
 */
import { STSClient } from '@aws-sdk/client-sts';
import type { VaultSettings } from '../../../contract/key-stores.ts';
import { webIdentityToken } from '../../aws/web-identity-token.ts';
import type { SessionParts } from '../../sessions/tenant-sessions.ts';
import type { Keyring } from '../keyring.ts';
import { keyringWithProblems } from '../keyring-with-problems.ts';
import { vaultClient } from './vault-client.ts';
import { vaultKeyring } from './vault-keyring.ts';
import { tenantRoleName } from './vault-names.ts';
import { problemOfVaultError } from './vault-problem.ts';
import { vaultSession } from './vault-session.ts';

/** @param parts of the tenant's session at AWS */
export function tenantVaultKeyring(
  settings: VaultSettings,
  parts: SessionParts,
  tenantId: string,
): Keyring {
  const session = vaultSession(vaultClient(settings), {
    authMount: settings.authMount,
    role: tenantRoleName(tenantId),
    webIdentityToken:
      settings.tokenIssuer === 'own'
        ? () => parts.identityToken('vault')
        : tokenOfSession(parts, settings.audience),
  });
  return keyringWithProblems(
    vaultKeyring(session, settings, tenantId),
    (error) => problemOfVaultError(error) ?? error,
  );
}

function tokenOfSession({ configuration, withPlugins }: SessionParts, audience: string) {
  const sts = withPlugins(new STSClient(configuration), 'sts');
  return () => webIdentityToken(sts, audience);
}
