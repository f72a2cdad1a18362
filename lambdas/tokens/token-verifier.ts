/**
 * Bearer tokens: JWTs (RFC 7519) of one OIDC issuer for one audience. Invariant: whatever a token claims
 * counts only after its signature by one of the issuer's asymmetric keys, that key's size, its issuer, its audience
 * and its time have been checked; a token without an expiry is none.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  JwtBaseError,
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidClaimError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
} from 'aws-jwt-verify/error';
import type { Jwk, JwkWithKid } from 'aws-jwt-verify/jwk';
import { verifyJwt } from 'aws-jwt-verify/jwt-verifier';

export type Claims = Readonly<Record<string, unknown>>;
export type VerifyToken = (token: string) => Promise<Claims>;

/** The clocks of the issuer and of AWS differ by less. */
const toleranceSeconds = 10;
/** characters */
const maxTokenLength = 8192;
/** RFC 7518 section 3.3, and NIST SP 800-131A: RSA keys below are not to be used. The library takes any size. */
const minRsaBits = 2048;

/** Where the issuer's keys are found. */
export interface TokenKeys {
  /**
   * @param kid that a token names
   * @throws KidNotFoundInJwksError where there is no such key
   */
  find(kid: string): Promise<JwkWithKid>;
}

export interface TokenOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: TokenKeys;
}

/**
 * @returns a function that gives the claims of a token; it throws an error of aws-jwt-verify for a token that does
 * not count, and what `keys` throws
 */
export function tokenVerifier({ issuer, audience, keys }: TokenOptions): VerifyToken {
  const keyOf = keyObjects();
  const jwkOf = async (_uri: string, { header: { kid } }: { header: { kid?: string } }) => {
    if (typeof kid !== 'string') throw new JwtWithoutValidKidError('the token names no key');
    return keys.find(kid);
  };
  // Algorithms: the library takes RS*, ES* and EdDSA, so neither `none` nor a shared secret.
  const options = {
    issuer,
    // Checked below, since Cognito's access tokens have no audience.
    audience: null,
    graceSeconds: toleranceSeconds,
    customJwtCheck({ header, payload }: { header: object; payload: Claims }) {
      // RFC 7515 section 4.1.11: a critical header that we do not understand is a refusal.
      if ('crit' in header) throw new JwtParseError('the token has critical headers');
      if (payload.exp === undefined) throw new JwtExpiredError('the token never expires', 0);
      checkUse(payload);
      checkAudience(payload, audience);
    },
  };
  return async (token) => {
    if (token.length > maxTokenLength) throw new JwtParseError('the token is too long');
    return verifyJwt(token, issuer, options, jwkOf, keyOf);
  };
}

class WeakKeyError extends JwtBaseError {}

/**
 * Not the library's verifier, which keeps keys by the issuer that a token names before anything of it is checked, and
 * by key id: forged tokens would fill the memory, and a key that is replaced under its id would count for ever.
 */
function keyObjects(): (jwk: Jwk) => Promise<KeyObject> {
  const known = new WeakMap<Jwk, KeyObject>();
  return async (jwk) => {
    const key = known.get(jwk) ?? createPublicKey({ key: { ...jwk }, format: 'jwk' });
    known.set(jwk, key);
    // Keys of the other types have no modulus; their curves give their sizes.
    const { modulusLength = minRsaBits } = key.asymmetricKeyDetails ?? {};
    if (modulusLength < minRsaBits) throw new WeakKeyError('the key is too small');
    return key;
  };
}

class TokenUseError extends JwtInvalidClaimError {}

/**
 * Cognito signs id tokens with the same keys, and an id token may have our audience. An id token says who a person
 * is; it does not permit a call to an API.
 */
function checkUse(payload: Claims): void {
  if (payload.token_use !== undefined && payload.token_use !== 'access') {
    throw new TokenUseError('the token is no access token', payload.token_use, 'access');
  }
}

/** Cognito's access tokens have no audience and name their client instead. */
function checkAudience(payload: Claims, audience: string): void {
  const { aud, client_id: clientId, token_use: use } = payload;
  const audiences = aud === undefined && use === 'access' ? [clientId] : [aud].flat();
  if (!audiences.includes(audience)) {
    throw new JwtInvalidAudienceError('the token is for somebody else', aud, audience);
  }
}

/**
 * The most specific first. Words of our own, since the errors' messages hold claims, and bundling removes the names
 * of the classes.
 */
const refusals = [
  [JwtExpiredError, 'expired'],
  [JwtNotBeforeError, 'not-yet-valid'],
  [JwtInvalidIssuerError, 'other-issuer'],
  [JwtInvalidAudienceError, 'other-audience'],
  [JwtInvalidClaimError, 'other-use'],
  [JwtInvalidSignatureAlgorithmError, 'algorithm'],
  [JwtInvalidSignatureError, 'signature'],
  [WeakKeyError, 'weak-key'],
  [JwtWithoutValidKidError, 'no-key-id'],
  [KidNotFoundInJwksError, 'unknown-key'],
  [JwtParseError, 'malformed'],
] as const;

/** @returns why a token does not count, in one word for the log */
export function refusalOfToken(error: unknown): string {
  return refusals.find(([type]) => error instanceof type)?.[1] ?? 'other';
}
