/** Requests to Vault of a function of the product, signed in by its own role; what is wrong with Vault is said once, here. */
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

/** @param role of the JWT mount */
export function vaultSend(settings: VaultSettings, role: string): VaultSend {
  const { authMount, audience } = settings;
  const sts = new STSClient(clientConfiguration);
  sts.middlewareStack.use(callBudget('sts'));
  const login = { authMount, role, webIdentityToken: () => webIdentityToken(sts, audience) };
  return sendBy(vaultSession(vaultClient(settings), login));
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
