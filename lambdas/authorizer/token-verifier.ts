/**
 * Bearer tokens: JWTs (RFC 7519) of one OIDC issuer for one audience. Invariant: whatever a token claims
 * counts only after its signature by one of the issuer's asymmetric keys, its issuer, its audience and its
 * time have been checked; a token without an expiry is none.
 */
import {
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
import type { JwksCache } from 'aws-jwt-verify/jwk';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';

export type Claims = Readonly<Record<string, unknown>>;
export type VerifyToken = (token: string) => Promise<Claims>;

/** Clocks of an issuer and of AWS differ by less. */
const toleranceInSeconds = 10;
const maxLength = 8192;

export interface TokenOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JwksCache;
}

/**
 * @returns a function that gives a token's claims
 * and throws an error of aws-jwt-verify where the token does not count, IssuerUnavailable where nobody knows
 */
export function tokenVerifier({ issuer, audience, keys }: TokenOptions): VerifyToken {
  // Which algorithms: the library takes RS*, ES* and EdDSA, so neither `none` nor a shared secret.
  const verifier = JwtVerifier.create(
    {
      issuer,
      // Checked below, since access tokens of Cognito have none.
      audience: null,
      graceSeconds: toleranceInSeconds,
      customJwtCheck({ header, payload }) {
        // RFC 7515 section 4.1.11: what we do not understand and must, we refuse.
        if ('crit' in header) throw new JwtParseError('the token has critical headers');
        if (payload.exp === undefined) throw new JwtExpiredError('the token never expires', 0);
        checkUse(payload);
        checkAudience(payload, audience);
      },
    },
    { jwksCache: keys },
  );
  return async (token) => {
    if (token.length > maxLength) throw new JwtParseError('the token is too long');
    return verifier.verify(token);
  };
}

class TokenUseError extends JwtInvalidClaimError {}

/**
 * Cognito signs id tokens with the same keys, and an id token may have our audience: it says who a person
 * is, and gives nobody a right to call an API.
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

/** Most particular first; their messages hold claims, and bundling takes the names of classes away. */
const refusals = [
  [JwtExpiredError, 'expired'],
  [JwtNotBeforeError, 'not-yet-valid'],
  [JwtInvalidIssuerError, 'other-issuer'],
  [JwtInvalidAudienceError, 'other-audience'],
  [JwtInvalidClaimError, 'other-use'],
  [JwtInvalidSignatureAlgorithmError, 'algorithm'],
  [JwtInvalidSignatureError, 'signature'],
  [JwtWithoutValidKidError, 'no-key-id'],
  [KidNotFoundInJwksError, 'unknown-key'],
  [JwtParseError, 'malformed'],
] as const;

/** @returns in a word, for the log, why a token does not count */
export function refusalOfToken(error: unknown): string {
  return refusals.find(([type]) => error instanceof type)?.[1] ?? 'other';
}
