/**
 * What the session broker is asked and what it answers, by a synchronous invocation. Invariant: the question has a
 * bearer token, and the answer has a session of that token's own tenant, or one that reads for a token that
 * names none, or none at all.
 */
import * as z from 'zod/mini';
import { issuerFaultNames } from './issuer-faults.ts';
import { publicJwks } from './jwks.ts';
import type { Scope } from './routes.ts';
import { tenantId } from './tenant-id.ts';

/**
 * For whose routes the session is: `crypto` opens the tenant role, `audit` the role that reads a tenant's events,
 * `audit-all` the one that reads all tenants'.
 */
const planesOfTenant = ['crypto', 'audit'] as const;
const planeOfAll = 'audit-all';
export type SessionPlane = (typeof planesOfTenant)[number] | typeof planeOfAll;

/** @returns the scope with which a token of the plane's own kind opens a session of it */
export const sessionScope = (plane: SessionPlane): Scope => `tenant-keys/${plane}`;

/**
 * `tenantId` is what the caller wants to have. It decides only for a token that may read every tenant's events; with
 * any other token it must be that token's own tenant. A session that reads all tenants' is no tenant's.
 */
export const sessionRequest = z.discriminatedUnion('plane', [
  z.strictObject({ plane: z.enum(planesOfTenant), token: z.string(), tenantId }),
  z.strictObject({
    plane: z.literal(planeOfAll),
    token: z.string(),
    tenantId: z.optional(z.undefined()),
  }),
]);
export type SessionRequest = z.output<typeof sessionRequest>;

/** @throws Error for a plane of tenants without a tenant, and the other way round */
export function sessionRequestOf(
  plane: SessionPlane,
  token: string,
  tenantId: string | undefined,
): SessionRequest {
  if (plane === planeOfAll && tenantId === undefined) return { plane, token };
  if (plane !== planeOfAll && tenantId !== undefined) return { plane, token, tenantId };
  throw new Error(`a session of ${plane} is asked for with the tenant ${tenantId}`);
}

const credentials = z.strictObject({
  accessKeyId: z.string().check(z.minLength(1)),
  secretAccessKey: z.string().check(z.minLength(1)),
  sessionToken: z.string().check(z.minLength(1)),
  /** RFC 3339 */
  expiration: z.iso.datetime(),
});

/** Where no token or session is given. */
export const tokenRefusals = [
  z.strictObject({
    /** unauthorized: the token does not count. forbidden: it counts, but not for this. */
    outcome: z.enum(['unauthorized', 'forbidden']),
  }),
  z.strictObject({
    /** The issuer or AWS gave no answer, which says nothing about the token. */
    outcome: z.literal('unavailable'),
    /** of the issuer, where that is why */
    fault: z.optional(z.enum(issuerFaultNames)),
  }),
] as const;

export const sessionAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('opened'),
    /** whose session it is; of one that reads all tenants' events, absent */
    tenantId: z.optional(tenantId),
    credentials,
    /** of the token */
    issuer: z.string().check(z.minLength(1)),
    /** that issuer's public keys, by which the caller checks its tokens that come next */
    jwks: publicJwks,
  }),
  ...tokenRefusals,
]);
export type SessionAnswer = z.output<typeof sessionAnswer>;

/** To an {@link IdentityTokenRequest}, by the same checks as a session of `crypto`. */
export const identityTokenAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('issued'),
    /** whom the token names */
    tenantId,
    /** JWT of the product's own issuer */
    identityToken: z.string().check(z.minLength(1)),
  }),
  ...tokenRefusals,
]);
export type IdentityTokenAnswer = z.output<typeof identityTokenAnswer>;
export type SessionRefusal = z.output<(typeof tokenRefusals)[number]>;
