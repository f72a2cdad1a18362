/**
 * From a bearer token to who it is and what it may do: the one way for the authorizer, the session broker and the
 * functions that keep sessions, so that they never differ about a token.
 */
import { type Permissions, permissionsOf } from './permissions.ts';
import { type Claims, type TokenKeys, tokenVerifier } from './token-verifier.ts';

export interface VerifiedToken {
  /** the token's subject, or its client; `unknown` where it has neither */
  readonly principal: string;
  /** undefined where the token permits nothing here */
  readonly permissions: Permissions | undefined;
  /** whether it has the tenant claim, with whatever value */
  readonly namesTenant: boolean;
  readonly expiresAt: Date;
}

export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly tenantClaim: string;
}

/** @param environment of a function that checks tokens */
export const tokenSettings = (environment: {
  readonly ISSUER: string;
  readonly AUDIENCE: string;
  readonly TENANT_CLAIM: string;
}): TokenSettings => ({
  issuer: environment.ISSUER,
  audience: environment.AUDIENCE,
  tenantClaim: environment.TENANT_CLAIM,
});

/** @returns a function that throws as {@link tokenVerifier} says */
export function verifiedTokens({ issuer, audience, tenantClaim }: TokenSettings, keys: TokenKeys) {
  const verify = tokenVerifier({ issuer, audience, keys });
  return async (token: string): Promise<VerifiedToken> => {
    const claims = await verify(token);
    return {
      principal: principalOf(claims),
      permissions: permissionsOf(claims, tenantClaim),
      namesTenant: Object.hasOwn(claims, tenantClaim),
      // The verifier takes no token without it.
      expiresAt: new Date(Number(claims.exp) * 1000),
    };
  };
}

/** A token that a client got for itself may have no subject. */
function principalOf({ sub, client_id: clientId }: Claims): string {
  const named = [sub, clientId].find((name) => typeof name === 'string' && name !== '');
  return typeof named === 'string' ? named : 'unknown';
}
