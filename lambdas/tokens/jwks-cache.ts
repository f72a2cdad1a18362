/**
 * The issuers' public keys (their JWKS), a cache for each. Invariant: whatever tokens arrive, an issuer is asked at
 * most once in ten seconds, or once in five while it does not answer, and no issuer's state is another's. A key that
 * the issuer has withdrawn counts for ten minutes at most, or for an hour while the issuer does not answer.
 */
import type { IssuerFault } from '../../contract/issuer-faults.ts';
import type { PublicJwks } from '../../contract/jwks.ts';
import { fetchJwks, JwksUnreadable, type KeyLocation } from './fetch-jwks.ts';
import { type KeySet, keySet } from './key-set.ts';
import { TokenRefused } from './refusals.ts';
import type { TokenKeys } from './token-verifier.ts';

/** An issuer's keys could not be read, which says nothing about the token. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
  /** what the log says: which of the configured issuers, and what is wrong with it */
  readonly of: { readonly issuer: string; readonly fault: IssuerFault };
  constructor(issuer: string, fault: IssuerFault) {
    super(`the keys of an issuer cannot be read: ${fault}`);
    this.of = { issuer, fault };
  }
}

const freshForMs = 10 * 60_000;
const usableForMs = 60 * 60_000;
/** So long a new key of the issuer may be refused; and so often forged key ids let us ask the issuer. */
const pauseMs = 10_000;
const pauseAfterFailureMs = 5000;

export interface IssuersKeys extends TokenKeys {
  /** @returns the keys of an issuer that count at the moment; undefined before its first token was checked */
  current(issuer: string): PublicJwks | undefined;
}

/**
 * @param now the clock, in epoch milliseconds; a test may give its own
 * @returns keys whose `find` also throws IssuerUnavailable, where they cannot be read
 */
export function jwksCache(issuers: readonly KeyLocation[], now = Date.now): IssuersKeys {
  const caches = new Map(issuers.map((one) => [one.issuer, cacheOfIssuer(one, now)]));
  return {
    current: (issuer) => caches.get(issuer)?.current()?.jwks,
    async find(issuer, kid) {
      const cache = caches.get(issuer);
      if (cache === undefined) throw new TokenRefused('other-issuer');
      return cache.find(kid);
    },
  };
}

interface IssuerCache {
  current(): KeySet | undefined;
  find(kid: string): Promise<KeySet>;
}

function cacheOfIssuer(location: KeyLocation, now: () => number): IssuerCache {
  let keys: KeySet | undefined;
  let fault: IssuerFault = 'unreachable';
  let readAt = Number.NEGATIVE_INFINITY;
  let notBefore = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    try {
      keys = keySet(await fetchJwks(location));
      readAt = now();
      notBefore = now() + pauseMs;
    } catch (error) {
      fault = error instanceof JwksUnreadable ? error.fault : 'nonsense';
      notBefore = now() + pauseAfterFailureMs;
      throw new IssuerUnavailable(location.issuer, fault);
    } finally {
      reading = undefined;
    }
  }

  /** Requests at the same time wait for one answer; before `notBefore` the issuer is not asked. */
  async function refresh(): Promise<void> {
    if (reading === undefined && now() >= notBefore) reading = read();
    await reading;
  }

  const current = () => (now() - readAt < usableForMs ? keys : undefined);
  const known = (kid: string) => (current()?.has(kid) ? current() : undefined);

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
      if (current() === undefined) throw new IssuerUnavailable(location.issuer, fault);
      throw new TokenRefused('unknown-key');
    },
  };
}
