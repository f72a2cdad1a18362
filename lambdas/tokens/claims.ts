/**
 * Claims of a token, found by path. Invariant: only what the issuer wrote is found, nothing of an object's prototype.
 */
import type { ClaimPath } from '../../contract/issuers.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface FoundClaim {
  readonly isThere: boolean;
  readonly value?: unknown;
}

/** @returns a claim without a value, where something else than an object stands on the way to it */
export function claimAt(claims: Claims, path: ClaimPath): FoundClaim {
  let at: unknown = claims;
  for (const name of path) {
    if (!isObject(at)) return { isThere: true };
    if (!Object.hasOwn(at, name)) return { isThere: false };
    at = at[name];
  }
  return { isThere: true, value: at };
}

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Cognito and RFC 9068 `client_id`, OpenID Connect, Auth0 and Keycloak `azp`, Okta `cid`, Entra ID's first version `appid`. */
const clientClaims = ['client_id', 'azp', 'cid', 'appid'];

/** @returns the values of all claims that name the client which the token was given to */
export const clientsOf = (claims: Claims): unknown[] =>
  clientClaims.filter((name) => Object.hasOwn(claims, name)).map((name) => claims[name]);
