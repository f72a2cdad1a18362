/**
 * From a bearer token to who it is and what it may do: the one way for the authorizer, the session broker and the
 * functions that keep sessions, so that they never differ about a token.
 */
import type { IssuerSettings } from '../../contract/issuers.ts';
import { type Claims, clientsOf } from './claims.ts';
import { type Granted, permissionsOf } from './permissions.ts';
import { type TokenKeys, tokenVerifier } from './token-verifier.ts';

export interface VerifiedToken extends Granted {
  readonly issuer: string;
  /** the token's subject, or its client; `unknown` where it has neither. Two issuers may have the same */
  readonly principal: string;
  readonly expiresAt: Date;
}

/** @returns a function that throws as {@link tokenVerifier} says */
export function verifiedTokens(issuers: readonly IssuerSettings[], keys: TokenKeys) {
  const verify = tokenVerifier(issuers, keys);
  return async (token: string): Promise<VerifiedToken> => {
    const { claims, settings } = await verify(token);
    return {
      issuer: settings.issuer,
      principal: principalOf(claims),
      // The verifier takes no token without it.
      expiresAt: new Date(Number(claims.exp) * 1000),
      ...permissionsOf(claims, settings),
    };
  };
}

/** A token that a client got for itself may have no subject. */
function principalOf(claims: Claims): string {
  const named = [claims.sub, ...clientsOf(claims)].find(
    (name) => typeof name === 'string' && name !== '',
  );
  return typeof named === 'string' ? named : 'unknown';
}
