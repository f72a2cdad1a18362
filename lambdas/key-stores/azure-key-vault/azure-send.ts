/** Requests to Azure of a function of the product, signed in by its own role. */
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import { functionsWebIdentity } from '../../aws/web-identity-token.ts';
import { unserved } from '../unserved-request.ts';
import { azureClient } from './azure-client.ts';
import { AzureUnavailable, EntraRefused } from './azure-errors.ts';
import type { AzureSend } from './azure-requests.ts';
import { scopesOf } from './azure-scopes.ts';
import { type AzureSession, entraSession } from './entra-session.ts';

/** @param clientId as whom the function signs in */
export function azureSend(settings: AzureKeyVaultSettings, clientId: string): AzureSend {
  const { azureTenantId, audience } = settings;
  const login = { azureTenantId, clientId, assertion: functionsWebIdentity(audience) };
  return sendBy(entraSession(azureClient(settings), login, scopesOf(settings)));
}

export const sendBy =
  (session: AzureSession): AzureSend =>
  async (request) => {
    try {
      return await session.send(request);
    } catch (error) {
      if (!(error instanceof AzureUnavailable || error instanceof EntraRefused)) throw error;
      const asked = { operation: request.operation.name };
      throw unserved(error, { keyStore: 'azure-key-vault', once: request.once, request: asked });
    }
  };
