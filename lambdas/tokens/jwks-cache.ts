/**
 * The issuer's public keys (its JWKS), found by OIDC discovery. Invariant: whatever tokens arrive, the issuer is
 * asked at most once a minute, or once in five seconds while it does not answer. Each answer is bounded in size and
 * time. A key that the issuer has withdrawn counts for ten minutes at most, or for an hour while the issuer does not
 * answer.
 */
import { KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import { findJwkInJwks, isJwks, type Jwks, type JwkWithKid } from 'aws-jwt-verify/jwk';
import { isJsonObject, type Json, type JsonObject } from 'aws-jwt-verify/safe-json-parse';
import type { TokenKeys } from './token-verifier.ts';

/** The keys could not be read, which says nothing about the token. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

const freshForMs = 10 * 60_000;
const usableForMs = 60 * 60_000;
const pauseMs = 60_000;
const pauseAfterFailureMs = 5000;
/** Two requests must end within the authorizer's 5 s. */
const timeoutMs = 2000;
const maxBytes = 256 * 1024;
const maxKeys = 100;

export interface JwksCacheOptions {
  /** URL, spelled as in its tokens: with a slash at its end or without */
  readonly issuer: string;
  /** the clock, in epoch milliseconds; a test may give its own */
  readonly now?: () => number;
}

export interface IssuerKeys extends TokenKeys {
  /** @returns the keys that count at the moment; undefined before the first token was checked */
  current(): Jwks | undefined;
}

/** @returns keys whose `find` also throws IssuerUnavailable, where they cannot be read */
export function jwksCache({ issuer, now = Date.now }: JwksCacheOptions): IssuerKeys {
  let jwks: Jwks | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let notBefore = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    try {
      jwks = await fetchJwks(issuer);
      readAt = now();
      notBefore = now() + pauseMs;
    } catch (error) {
      notBefore = now() + pauseAfterFailureMs;
      throw error;
    } finally {
      reading = undefined;
    }
  }

  /** Requests at the same time wait for one answer; before `notBefore` the issuer is not asked. */
  async function refresh(): Promise<void> {
    if (reading === undefined && now() >= notBefore) reading = read();
    await reading;
  }

  const current = () => (now() - readAt < usableForMs ? jwks : undefined);
  const known = (kid: string): JwkWithKid | undefined => {
    const keys = current();
    return keys && findJwkInJwks(keys, kid);
  };

  return {
    current,
    async find(kid) {
      const fresh = now() - readAt < freshForMs ? known(kid) : undefined;
      if (fresh !== undefined) return fresh;
      try {
        await refresh();
      } catch (error) {
        if (known(kid) === undefined) throw error;
      }
      const found = known(kid);
      if (found !== undefined) return found;
      // Without keys nobody can say that the token is bad.
      if (now() - readAt >= usableForMs) throw new IssuerUnavailable('the issuer gave no keys');
      throw new KidNotFoundInJwksError('the issuer has no such key');
    },
  };
}

/** OpenID Connect Discovery 1.0, sections 4.1 (a slash at the end is removed before the path is added) and 4.3. */
async function fetchJwks(issuer: string): Promise<Jwks> {
  const document = await fetchObject(
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  );
  if (document.issuer !== issuer) {
    throw new IssuerUnavailable('the discovery document is of another issuer');
  }
  const jwks = await fetchObject(String(document.jwks_uri));
  if (!isJwks(jwks)) throw new IssuerUnavailable('the issuer gave no JWKS');
  if (jwks.keys.length > maxKeys) throw new IssuerUnavailable('the issuer gave too many keys');
  return jwks;
}

async function fetchObject(url: string): Promise<JsonObject> {
  requireSafe(url);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: { Accept: 'application/json' },
      // A redirect could lead to http, or to another issuer's keys.
      redirect: 'error',
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const value: unknown = JSON.parse(await boundedText(response));
    if (!isJsonObject(value as Json)) throw new Error('no JSON object');
    return value as JsonObject;
  } catch (error) {
    throw new IssuerUnavailable('the issuer cannot be read', { cause: error });
  }
}

/** https, or http on the machine itself, where the local stack's issuer is. */
function requireSafe(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)) return;
  throw new IssuerUnavailable('the keys of an issuer are read by https only');
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
