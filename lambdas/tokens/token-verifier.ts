/**
 * Bearer tokens: JWTs (RFC 7519) of the OIDC issuers that are configured, each for its own audiences. Invariant:
 * whatever a token claims counts only after its signature by one of its own issuer's asymmetric keys, its type, its
 * audience and its time have been checked; a token without an expiry is none. What it says of its issuer before that
 * chooses among the configured ones, and so which keys it must be signed by, and nothing else.
 */
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import type { IssuerSettings } from '../../contract/issuers.ts';
import { type Claims, clientsOf } from './claims.ts';
import type { KeySet } from './key-set.ts';
import { TokenRefused } from './refusals.ts';

/** A token that counts. */
export interface VerifiedClaims {
  readonly claims: Claims;
  readonly settings: IssuerSettings;
}

/** It throws TokenRefused for a token that does not count, and what the keys' `find` throws. */
export type VerifyToken = (token: string) => Promise<VerifiedClaims>;

/** Where the issuers' keys are found. */
export interface TokenKeys {
  /**
   * @param issuer whose keys alone are looked at
   * @returns keys, one of which has the id
   * @throws TokenRefused `unknown-key` where there is no such key
   */
  find(issuer: string, kid: string): Promise<KeySet>;
}

/** The clocks of the issuer and of AWS differ by less. */
export const toleranceSeconds = 10;
/** characters */
const maxTokenLength = 8192;

/** By asymmetric keys only; EdDSA (RFC 8037) with Ed25519, which RFC 9864 calls by its own name. */
const algorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/** RFC 7519 section 5.1, RFC 9068 section 2.1; RFC 7515 section 4.1.9: without regard to case, or `application/`. */
const types = ['jwt', 'at+jwt'];

/** @param issuers with names of their own */
export function tokenVerifier(issuers: readonly IssuerSettings[], keys: TokenKeys): VerifyToken {
  const byName = new Map(issuers.map((settings) => [settings.issuer, settings]));
  return async (token) => {
    const { header, issuer } = decoded(token);
    checkHeader(header);
    const settings = byName.get(issuer as string);
    if (settings === undefined) throw new TokenRefused('other-issuer');
    if (typeof header.kid !== 'string') throw new TokenRefused('no-key-id');
    const known = await keys.find(settings.issuer, header.kid);
    const claims = await verified(token, await known.keyFor(header), settings.issuer);
    checkUse(claims);
    checkAudience(claims, header, settings);
    return { claims, settings };
  };
}

/** What a token says of itself, not to be believed yet. */
function decoded(token: string): {
  readonly header: JWTHeaderParameters;
  readonly issuer: unknown;
} {
  if (token.length > maxTokenLength) throw new TokenRefused('too-long');
  try {
    return {
      header: decodeProtectedHeader(token) as JWTHeaderParameters,
      issuer: decodeJwt(token).iss,
    };
  } catch {
    throw new TokenRefused('malformed');
  }
}

function checkHeader({ alg, typ, crit }: Readonly<Record<string, unknown>>): void {
  // RFC 7515 section 4.1.11: a critical header that we do not understand is a refusal.
  if (crit !== undefined) throw new TokenRefused('critical-header');
  if (!algorithms.includes(alg as string)) throw new TokenRefused('algorithm');
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
  if (type !== undefined && !types.includes(type as string)) throw new TokenRefused('other-type');
}

async function verified(token: string, key: CryptoKey, issuer: string): Promise<JWTPayload> {
  try {
    const options = {
      algorithms,
      issuer,
      clockTolerance: toleranceSeconds,
      requiredClaims: ['exp'],
    };
    return (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    throw new TokenRefused(reasonOf(error));
  }
}

function reasonOf(error: unknown) {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWTExpired) return 'expired';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'other';
  const { claim, reason } = error;
  if (reason === 'missing' && claim === 'exp') return 'no-expiry';
  return reason === 'check_failed' && claim === 'nbf' ? 'not-yet-valid' : 'other';
}

/**
 * Issuers sign other tokens with the same keys, and an ID token may have our audience. It says who a person is; it does
 * not permit a call to an API. Cognito names the use in `token_use`, Keycloak in a claim `typ`; an ID token alone has
 * the hash of another token (OpenID Connect Core 1.0 section 3.1.3.6), and a security event has `events` (RFC 8417).
 */
function checkUse(claims: Claims): void {
  const { token_use: use, typ } = claims;
  const isOther =
    (use !== undefined && use !== 'access') ||
    (typ !== undefined && typ !== 'Bearer') ||
    ['at_hash', 'c_hash', 'events'].some((name) => Object.hasOwn(claims, name));
  if (isOther) throw new TokenRefused('other-use');
}

/**
 * A token without an audience (Cognito's access tokens have none) must say that it is an access token, and be given to
 * a client that is configured, by whatever claims name its client.
 */
function checkAudience(
  claims: Claims,
  { typ }: JWTHeaderParameters,
  { audiences, clientIds = [] }: IssuerSettings,
): void {
  const { aud } = claims;
  if (aud !== undefined) {
    if ([aud].flat().some((one) => audiences.includes(one as string))) return;
    throw new TokenRefused('other-audience');
  }
  const isAccess =
    claims.token_use === 'access' || claims.typ === 'Bearer' || /at\+jwt$/i.test(typ ?? '');
  const clients = clientsOf(claims);
  const areOurs = clients.length > 0 && clients.every((one) => clientIds.includes(one as string));
  if (!isAccess || !areOurs) throw new TokenRefused('other-audience');
}
