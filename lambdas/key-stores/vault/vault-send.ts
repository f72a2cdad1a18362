/** Requests to Vault of a function of the product, signed in as itself. */
import type { VaultSettings } from '../../../contract/key-stores.ts';
import { functionsWebIdentity } from '../../aws/web-identity-token.ts';
import { unserved } from '../unserved-request.ts';
import { vaultClient } from './vault-client.ts';
import { VaultLoginRefused, VaultUnavailable } from './vault-errors.ts';
import type { VaultSend } from './vault-requests.ts';
import { type VaultSession, vaultSession } from './vault-session.ts';

export interface VaultFunction {
  /** of the JWT mount */
  readonly role: string;
  /** name of the session broker's function; there where Vault takes tokens of our own issuer */
  readonly brokerName: string | undefined;
}

export function vaultSend(settings: VaultSettings, { role, brokerName }: VaultFunction): VaultSend {
  const { authMount, audience, tokenIssuer } = settings;
  const webIdentityToken =
    tokenIssuer === 'own' ? tokenOfOurs(brokerName) : functionsWebIdentity(audience);
  return sendBy(vaultSession(vaultClient(settings), { authMount, role, webIdentityToken }));
}

/** Loaded where it is used, since few stacks need it. */
function tokenOfOurs(brokerName: string | undefined): () => Promise<string> {
  if (brokerName === undefined) throw new Error('the function is not told its session broker');
  let tokens: Promise<() => Promise<string>> | undefined;
  const open = async () => {
    const { functionTokens } = await import('../../sessions/function-token-client.ts');
    return functionTokens(brokerName);
  };
  return async () => {
    tokens ??= open();
    return (await tokens)();
  };
}

export const sendBy =
  (session: VaultSession): VaultSend =>
  async (method, path, body, { once = false } = {}) => {
    try {
      return await session.send({ method, path, once, ...(body !== undefined && { body }) });
    } catch (error) {
      if (!(error instanceof VaultUnavailable || error instanceof VaultLoginRefused)) throw error;
      throw unserved(error, { keyStore: 'vault', once, request: { path } });
    }
  };
