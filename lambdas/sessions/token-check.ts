/**
 * Checks the token of each request by what the session broker said last. Invariant: a token counts here only by a
 * signature of one of its issuer's keys, before it expires, whatever the event says of it: an event that did not come
 * by API Gateway opens nothing, also where a session is in memory.
 */
import type { IssuerSettings } from '../../contract/issuers.ts';
import type { PublicJwks } from '../../contract/jwks.ts';
import { unauthorized } from '../../contract/problem.ts';
import { LruMap } from '../caching/lru-map.ts';
import { refusalOf } from '../tokens/refusals.ts';
import { type VerifiedToken, verifiedTokens } from '../tokens/verified-token.ts';
import { brokeredKeys } from './brokered-keys.ts';

/** Tokens that were checked and not yet expired; clients use one for an hour or so. */
const maxRemembered = 100;

export interface TokenCheck {
  /**
   * @returns undefined where only the broker can say, since its key is not known here
   * @throws Problem 401
   */
  check(token: string): Promise<VerifiedToken | undefined>;
  /**
   * @param jwks what the broker gave with a session, of the issuer
   * @throws Error for an issuer that is not configured here
   */
  learn(issuer: string, jwks: PublicJwks): void;
}

export function tokenCheck(issuers: readonly IssuerSettings[]): TokenCheck {
  const keys = brokeredKeys();
  const verified = verifiedTokens(issuers, keys);
  const remembered = new LruMap<string, VerifiedToken>(maxRemembered);

  return {
    async check(token) {
      const known = remembered.get(token);
      if (known !== undefined && Date.now() < known.expiresAt.getTime()) return known;
      remembered.delete(token);
      try {
        const fresh = await verified(token);
        remembered.set(token, fresh);
        return fresh;
      } catch (error) {
        if (refusalOf(error) === 'unknown-key') return undefined;
        // Not only the verifier's own errors: a key or a time of which it makes nothing is thrown as it comes.
        throw unauthorized();
      }
    },
    learn(issuer, jwks) {
      if (!issuers.some((one) => one.issuer === issuer)) {
        throw new Error('the session broker gave keys of another issuer');
      }
      keys.learn(issuer, jwks);
      // Their keys may have been withdrawn.
      remembered.clear();
    },
  };
}
