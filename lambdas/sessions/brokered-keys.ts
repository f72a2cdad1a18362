/**
 * The issuer's public keys as the session broker gave them. Invariant: they count for an hour at most, as long as the
 * session that came with them, and the issuer is never asked from here.
 */
import { KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import { findJwkInJwks, isJwks, type Jwks } from 'aws-jwt-verify/jwk';
import type { Json } from 'aws-jwt-verify/safe-json-parse';
import type { TokenKeys } from '../tokens/token-verifier.ts';

const usableForMs = 60 * 60_000;

export interface BrokeredKeys extends TokenKeys {
  /** @throws Error for what is no JWKS */
  learn(jwks: unknown): void;
}

export function brokeredKeys(): BrokeredKeys {
  let jwks: Jwks | undefined;
  let learntAt = Number.NEGATIVE_INFINITY;
  const age = () => Date.now() - learntAt;

  return {
    learn(given) {
      if (!isJwks(given as Json)) throw new Error('the session broker gave no JWKS');
      jwks = given as Jwks;
      learntAt = Date.now();
    },
    async find(kid) {
      // From the future: then the clock was set back, and the age is not known.
      const known = jwks !== undefined && age() >= 0 && age() < usableForMs;
      const found = known ? findJwkInJwks(jwks as Jwks, kid) : undefined;
      if (found === undefined) throw new KidNotFoundInJwksError('the broker gave no such key');
      return found;
    },
  };
}
