/** Requests to Vault of a function of the product, signed in as itself; what is wrong with Vault is said once, here. */
import { STSClient } from '@aws-sdk/client-sts';
import type { VaultSettings } from '../../../contract/key-stores.ts';
import { keyStoreUnavailable } from '../../../contract/problem.ts';
import { callBudget } from '../../aws/call-budget.ts';
import { clientConfiguration } from '../../aws/client-config.ts';
import { webIdentityToken } from '../../aws/web-identity-token.ts';
import { log } from '../../observability/log.ts';
import { vaultClient } from './vault-client.ts';
import { VaultLoginRefused, VaultUnavailable } from './vault-errors.ts';
import { NoAnswer, type VaultSend } from './vault-requests.ts';
import { type VaultSession, vaultSession } from './vault-session.ts';

export interface VaultFunction {
  /** of the JWT mount */
  readonly role: string;
  /** name of the session broker's function; there where Vault takes tokens of our own issuer */
  readonly brokerName: string | undefined;
}

export function vaultSend(settings: VaultSettings, { role, brokerName }: VaultFunction): VaultSend {
  const { authMount, audience, tokenIssuer } = settings;
  const webIdentityToken = tokenIssuer === 'own' ? tokenOfOurs(brokerName) : tokenOfSts(audience);
  return sendBy(vaultSession(vaultClient(settings), { authMount, role, webIdentityToken }));
}

function tokenOfSts(audience: string): () => Promise<string> {
  const sts = new STSClient(clientConfiguration);
  sts.middlewareStack.use(callBudget('sts'));
  return () => webIdentityToken(sts, audience);
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
      const isUnavailable = error instanceof VaultUnavailable;
      if (!isUnavailable && !(error instanceof VaultLoginRefused)) throw error;
      log('WARN', { message: 'key store', keyStore: 'vault', path, error: error.message });
      // What may be asked again is the same as what was never asked.
      const mayBeDone = once && isUnavailable && !error.nothingWasDone;
      throw mayBeDone ? new NoAnswer() : keyStoreUnavailable('vault');
    }
  };
