/**
 * A tenant's managed identity, and the federated credential by which it is signed in to. Invariant: the credential's subject is
 * what the session broker writes into that tenant's tokens, which nobody else can; there is no other credential beside it.
 */
import * as z from 'zod/mini';
import { identityTokenSubject } from '../../../contract/identity-token.ts';
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import { identityPath } from './azure-names.ts';
import { type AzureSend, ask, change, done, remove, shapeOf } from './azure-requests.ts';

export interface IdentitySettings
  extends Pick<AzureKeyVaultSettings, 'identityGroupId' | 'location' | 'audience'> {
  /** URL of our own issuer, as its tokens have it */
  readonly issuer: string;
}

export interface TenantIdentity {
  /** as whom the tenant's sessions sign in */
  readonly clientId: string;
  /** to whom roles are given */
  readonly principalId: string;
}

const guid = z.string().check(z.regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/));
const identity = z.object({ properties: z.object({ clientId: guid, principalId: guid }) });
const credential = z.object({
  issuer: z.string(),
  subject: z.string(),
  audiences: z.array(z.string()),
});
const credentials = z.object({
  value: z.array(z.object({ name: z.string(), properties: credential })),
});

const service = 'resource-manager';
const credentialName = 'tenant-keys';
const credentialsPath = '/federatedIdentityCredentials';

const credentialOf = ({ issuer, audience }: IdentitySettings, tenantId: string) => ({
  issuer,
  subject: identityTokenSubject(tenantId),
  audiences: [audience],
});

/** The same again changes nothing. */
export async function writeIdentity(
  send: AzureSend,
  settings: IdentitySettings,
  tenantId: string,
): Promise<TenantIdentity> {
  const made = await change(send, {
    service,
    method: 'PUT',
    path: identityPath(settings, tenantId),
    operation: { name: 'PUT identity', tenantId },
    body: { location: settings.location, tags: { TenantId: tenantId } },
  });
  return identityOf(made);
}

/** @returns undefined where there is none */
export async function readIdentity(
  send: AzureSend,
  settings: IdentitySettings,
  tenantId: string,
): Promise<TenantIdentity | undefined> {
  const answer = await ask(send, {
    service,
    method: 'GET',
    path: identityPath(settings, tenantId),
    operation: { name: 'GET identity', tenantId },
  });
  return answer === undefined ? undefined : identityOf(answer.body);
}

/** Its credentials go with it. */
export const removeIdentity = (
  send: AzureSend,
  settings: IdentitySettings,
  tenantId: string,
): Promise<void> =>
  remove(send, {
    service,
    path: identityPath(settings, tenantId),
    operation: { name: 'DELETE identity', tenantId },
  });

function identityOf(body: unknown): TenantIdentity {
  const { clientId, principalId } = shapeOf(identity, body).properties;
  return { clientId: clientId.toLowerCase(), principalId: principalId.toLowerCase() };
}

/** Others first: Azure takes no two of one issuer and subject. */
export async function writeCredential(
  send: AzureSend,
  settings: IdentitySettings,
  tenantId: string,
): Promise<void> {
  for (const { name } of await credentialsOf(send, settings, tenantId))
    if (name !== credentialName)
      await remove(send, {
        service,
        path: identityPath(settings, tenantId, `${credentialsPath}/${encodeURIComponent(name)}`),
        operation: { name: 'DELETE identity/credential', tenantId },
      });
  await change(send, {
    service,
    method: 'PUT',
    path: identityPath(settings, tenantId, `${credentialsPath}/${credentialName}`),
    operation: { name: 'PUT identity/credential', tenantId },
    body: { properties: credentialOf(settings, tenantId) },
  });
}

/** Whether it is there as the product writes it, and nothing beside it. */
export async function isProductsCredential(
  send: AzureSend,
  settings: IdentitySettings,
  tenantId: string,
): Promise<boolean> {
  const [shown, ...others] = await credentialsOf(send, settings, tenantId);
  if (shown?.name !== credentialName || others.length > 0) return false;
  const wanted = z.parse(credential, credentialOf(settings, tenantId));
  return JSON.stringify(shown.properties) === JSON.stringify(wanted);
}

async function credentialsOf(send: AzureSend, settings: IdentitySettings, tenantId: string) {
  const answer = await send({
    service,
    method: 'GET',
    path: identityPath(settings, tenantId, credentialsPath),
    operation: { name: 'GET identity/credential', tenantId },
  });
  return shapeOf(credentials, done(answer).body).value;
}
