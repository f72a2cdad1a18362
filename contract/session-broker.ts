/**
 * What the session broker is asked and what it answers, by a synchronous invocation. Invariant: the question has a
 * bearer token, and the answer has a session of that token's own tenant or none at all.
 */
import * as z from 'zod/mini';
import { issuerFaultNames } from './issuer-faults.ts';
import { publicJwks } from './jwks.ts';
import type { TenantScope } from './routes.ts';
import { tenantId } from './tenant-id.ts';

/** For whose routes the session is: `crypto` opens the tenant role, `audit` the role that reads a tenant's events. */
const sessionPlane = z.enum(['crypto', 'audit']);
export type SessionPlane = z.output<typeof sessionPlane>;

/** @returns the scope with which a tenant's token opens a session of the plane */
export const sessionScope = (plane: SessionPlane): TenantScope => `tenant-keys/${plane}`;

/**
 * `tenantId` is what the caller wants to have. It decides only for a token that may read every tenant's events; with
 * any other token it must be that token's own tenant.
 */
export const sessionRequest = z.strictObject({
  plane: sessionPlane,
  token: z.string(),
  tenantId,
});
export type SessionRequest = z.output<typeof sessionRequest>;

const credentials = z.strictObject({
  accessKeyId: z.string().check(z.minLength(1)),
  secretAccessKey: z.string().check(z.minLength(1)),
  sessionToken: z.string().check(z.minLength(1)),
  /** RFC 3339 */
  expiration: z.iso.datetime(),
});

export const sessionAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('opened'),
    tenantId,
    credentials,
    /** of the token */
    issuer: z.string().check(z.minLength(1)),
    /** that issuer's public keys, by which the caller checks its tokens that come next */
    jwks: publicJwks,
  }),
  z.strictObject({
    /** unauthorized: the token does not count. forbidden: it counts, but not for this. */
    outcome: z.enum(['unauthorized', 'forbidden']),
  }),
  z.strictObject({
    /** The issuer or STS gave no answer, which says nothing about the token. */
    outcome: z.literal('unavailable'),
    /** of the issuer, where that is why */
    fault: z.optional(z.enum(issuerFaultNames)),
  }),
]);
export type SessionAnswer = z.output<typeof sessionAnswer>;
