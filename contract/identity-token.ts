/**
 * Tokens of the product's own issuer, each of which names one tenant: for whom compares nothing of a token but issuer, subject
 * and audience, as Microsoft Entra ID does. Invariant: the subject is made of the tenant's id and of nothing else, so two
 * tenants never have the same.
 */
import * as z from 'zod/mini';
import { tenantId } from './tenant-id.ts';

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

/** What the session broker is asked: for a token of a tenant who may encrypt, a token that says who that tenant is. */
export const identityTokenRequest = z.strictObject({
  wants: z.literal('identity-token'),
  token: z.string(),
  tenantId,
});
export type IdentityTokenRequest = z.output<typeof identityTokenRequest>;
