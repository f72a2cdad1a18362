/**
 * The issuers whose tokens count, and what each one's tokens may be for, as the stack hands them to the functions.
 * Invariant: an issuer without a tenant claim is for exactly one tenant, so that none of its tokens is for all tenants.
 */
import * as z from 'zod/mini';
import type { Scope, TenantScope } from './routes.ts';
import { tenantId } from './tenant-id.ts';

/** Of a token without a tenant: an administrator's and an auditor's. */
export const scopesOfAllTenants = [
  'tenant-keys/admin',
  'tenant-keys/audit-all',
] as const satisfies readonly Exclude<Scope, TenantScope>[];

export const scopesOfTenant = [
  'tenant-keys/crypto',
  'tenant-keys/audit',
] as const satisfies readonly TenantScope[];

export const scopes = [...scopesOfAllTenants, ...scopesOfTenant] as const;

const text = z.string().check(z.minLength(1));
const texts = z.readonly(z.array(text));

/** A claim, by the names that lead to it from outside. A path, since a name may have dots in it or be a URL. */
const claimPath = z.readonly(z.array(text).check(z.minLength(1)));
export type ClaimPath = z.output<typeof claimPath>;

/** Where OAuth's own servers (RFC 8693 section 4.2), Okta and Entra ID have a token's scopes. */
export const defaultScopeClaims: readonly ClaimPath[] = [['scope'], ['scp']];

export const issuerSettings = z
  .strictObject({
    /** spelled as in its tokens */
    issuer: text,
    audiences: texts,
    /** clients whose tokens count though they have no audience */
    clientIds: z.optional(texts),
    /** absent: each of its tokens is the tenant's that `tenants` names */
    tenantClaim: z.optional(claimPath),
    /** ids of tenants, or beginnings of ids that end in `*`, for which it may speak; absent: for all */
    tenants: z.optional(texts),
    scopeClaims: z._default(z.readonly(z.array(claimPath)), defaultScopeClaims),
    /** what the issuer calls our scopes */
    scopeNames: z.optional(z.record(text, z.enum(scopes))),
    /** those that its tokens may be for; absent: all */
    scopes: z.optional(z.readonly(z.array(z.enum(scopes)))),
    /** where its keys are, without discovery */
    jwksUri: z.optional(text),
    /** where its discovery document is, if not under its name */
    discoveryUrl: z.optional(text),
  })
  .check(z.refine(({ tenantClaim, tenants }) => tenantClaim !== undefined || isOneTenant(tenants)));
export type IssuerSettings = z.output<typeof issuerSettings>;

/** @returns whether the list is the id of a tenant, and so the same for each token */
export const isOneTenant = (tenants: readonly string[] | undefined): boolean =>
  tenants?.length === 1 && tenantId.safeParse(tenants[0]).success;

/**
 * By TLS, or on this machine itself, where the local stack's issuer is. The names are those that browsers and resolvers
 * keep for it (RFC 6761 section 6.3); no other address of 127.0.0.0/8 is needed.
 * @returns whether an issuer may be asked there; credentials and a fragment are for no issuer
 */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback);
  return isSafe && `${username}${password}` === '' && !text.includes('#');
}

export const issuersSettings = z
  .readonly(z.array(issuerSettings))
  .check(z.minLength(1), z.refine(haveNamesOfTheirOwn));

/** By its name a token's issuer is chosen. */
function haveNamesOfTheirOwn(issuers: readonly { readonly issuer: string }[]): boolean {
  return new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length;
}
