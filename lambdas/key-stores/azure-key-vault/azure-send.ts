/** Requests to Azure of a function of the product, signed in by its own role; what is wrong with Azure is said once, here. */
import { STSClient } from '@aws-sdk/client-sts';
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import { keyStoreUnavailable } from '../../../contract/problem.ts';
import { callBudget } from '../../aws/call-budget.ts';
import { clientConfiguration } from '../../aws/client-config.ts';
import { webIdentityToken } from '../../aws/web-identity-token.ts';
import { log } from '../../observability/log.ts';
import { azureClient } from './azure-client.ts';
import { AzureUnavailable, EntraRefused } from './azure-errors.ts';
import { type AzureSend, NoAnswer } from './azure-requests.ts';
import { scopesOf } from './azure-scopes.ts';
import { type AzureSession, entraSession } from './entra-session.ts';

/** @param clientId as whom the function signs in */
export function azureSend(settings: AzureKeyVaultSettings, clientId: string): AzureSend {
  const { azureTenantId, audience } = settings;
  const sts = new STSClient(clientConfiguration);
  sts.middlewareStack.use(callBudget('sts'));
  const login = { azureTenantId, clientId, assertion: () => webIdentityToken(sts, audience) };
  return sendBy(entraSession(azureClient(settings), login, scopesOf(settings)));
}

export const sendBy =
  (session: AzureSession): AzureSend =>
  async (request) => {
    try {
      return await session.send(request);
    } catch (error) {
      const isUnavailable = error instanceof AzureUnavailable;
      if (!isUnavailable && !(error instanceof EntraRefused)) throw error;
      const { name: operation } = request.operation;
      log('WARN', {
        message: 'key store',
        keyStore: 'azure-key-vault',
        operation,
        error: error.message,
      });
      // What may be asked again is the same as what was never asked.
      const mayBeDone = request.once === true && isUnavailable && !error.nothingWasDone;
      throw mayBeDone ? new NoAnswer() : keyStoreUnavailable('azure-key-vault');
    }
  };
