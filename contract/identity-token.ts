/**
 * Tokens of the product's own issuer, each of which names one tenant to one key store. Invariant: the subject is made of the tenant's
 * id and of nothing else, so two tenants never have the same: Microsoft Entra ID compares nothing of a token but issuer,
 * subject and audience.
 */
import * as z from 'zod/mini';
import { tenantId } from './tenant-id.ts';

/** Those that may take such a token. */
export const identityTokenStore = z.enum(['vault', 'azure-key-vault']);
export type IdentityTokenStore = z.output<typeof identityTokenStore>;

/** With the colon it can be no subject of AWS's, which are ARNs, and no tenant's id. */
export const identityTokenSubject = (ofTenant: string): string => `tenant:${ofTenant}`;

/** It is exchanged for a session at once. */
export const identityTokenSeconds = 300;

/** Entra takes RS256 alone. */
export const identityTokenAlgorithm = 'RS256';
/** The same in KMS's words (Developer Guide, "Key spec reference"). */
export const identityTokenSigning = 'RSASSA_PKCS1_V1_5_SHA_256';

/** @returns the `kid` of a signing key: its id in KMS, which says nothing to who cannot ask KMS */
export const identityTokenKeyId = (keyArn: string): string =>
  keyArn.slice(keyArn.lastIndexOf('/') + 1);

/** What the session broker is asked: for a token of a tenant who may encrypt, a token that says to a store who that tenant is. */
export const identityTokenRequest = z.strictObject({
  wants: z.literal('identity-token'),
  token: z.string(),
  tenantId,
  keyStore: identityTokenStore,
});
export type IdentityTokenRequest = z.output<typeof identityTokenRequest>;
