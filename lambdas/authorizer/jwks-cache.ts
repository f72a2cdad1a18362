/**
 * The issuer's public keys, found by OIDC discovery. Invariant: whatever tokens arrive, the issuer is asked
 * once a minute at most, or once in five seconds while it does not answer; each answer is bounded in size
 * and time; and a key that the issuer has withdrawn counts for ten minutes, or while it does not answer for
 * an hour, at most.
 */
import { JwtWithoutValidKidError, KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import {
  findJwkInJwks,
  isJwks,
  type Jwks,
  type JwksCache,
  type JwkWithKid,
} from 'aws-jwt-verify/jwk';
import { isJsonObject, type Json, type JsonObject } from 'aws-jwt-verify/safe-json-parse';

/** The keys could not be had: no judgement on the token. */
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

export interface IssuerKeysOptions {
  /** URL, spelled as in its tokens: with a slash at its end or without */
  readonly issuer: string;
  /** epoch milliseconds; the clock, which a test may turn */
  readonly now?: () => number;
}

/** @returns a cache as aws-jwt-verify's verifiers take it; the verifier's own idea of a JWKS URI is unused */
export function issuerKeys({ issuer, now = Date.now }: IssuerKeysOptions): JwksCache {
  let keys: Jwks | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let notBefore = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    try {
      keys = await fetchKeys(issuer);
      readAt = now();
      notBefore = now() + pauseMs;
    } catch (error) {
      notBefore = now() + pauseAfterFailureMs;
      throw error;
    } finally {
      asking = undefined;
    }
  }

  /** Those who ask at once wait for one answer; those who ask too soon get none. */
  async function refresh(): Promise<void> {
    if (asking === undefined && now() >= notBefore) asking = ask();
    await asking;
  }

  const find = (kid: string): JwkWithKid | undefined =>
    keys !== undefined && now() - readAt < usableForMs ? findJwkInJwks(keys, kid) : undefined;

  return {
    async getJwk(_uri, { header }) {
      const { kid } = header;
      if (typeof kid !== 'string') throw new JwtWithoutValidKidError('the token names no key');
      if (now() - readAt < freshForMs && find(kid) !== undefined) return find(kid) as JwkWithKid;
      try {
        await refresh();
      } catch (error) {
        if (find(kid) === undefined) throw error;
      }
      const found = find(kid);
      if (found !== undefined) return found;
      // Where no keys are known, the token may well be good.
      if (now() - readAt >= usableForMs) throw new IssuerUnavailable('the issuer gave no keys');
      throw new KidNotFoundInJwksError('the issuer has no such key');
    },
    getJwks: unsupported,
    getCachedJwk: unsupported,
    addJwks: unsupported,
  };
}

const unsupported = (): never => {
  throw new Error('the keys come from the issuer, when a token needs them');
};

/** OpenID Connect Discovery 1.0, sections 4.1 (a slash at the end is left out before the path) and 4.3 */
async function fetchKeys(issuer: string): Promise<Jwks> {
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

/** https, or http on the machine itself, which is how the local stack's issuer is reached. */
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
