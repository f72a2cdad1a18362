/** A token issuer on this machine, which the session broker asks for its keys. */
import { serveIssuer } from '../../local/issuer/issuer.ts';
import type { Listening } from '../../local/listen.ts';

export const audience = 'tenant-keys';
/** subject of the tokens */
export const principal = 'test-endpoint';

export const openIssuer = (): Promise<Listening> =>
  serveIssuer({ port: 0, audience, tenantClaim: 'tenant_id' });

export async function tokenOf(issuer: string, tenantId: string): Promise<string> {
  const answer = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: principal,
      scope: 'tenant-keys/crypto',
      tenant_id: tenantId,
    }),
  });
  return ((await answer.json()) as { readonly access_token: string }).access_token;
}
