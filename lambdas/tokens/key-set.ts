/**
 * Public keys of one issuer that verify signatures. Invariant: a key counts for the algorithms that it is for, by its
 * type, its curve and what it says of itself (RFC 7517 sections 4.2 to 4.4), and for no other; and an RSA key only with
 * 2,048 bits. A set is never changed: keys that come later are another set, so that no key outlives its publication.
 */
import {
  type CryptoKey,
  createLocalJWKSet,
  type JSONWebKeySet,
  type JWTHeaderParameters,
} from 'jose';
import type { PublicJwks } from '../../contract/jwks.ts';
import { TokenRefused } from './refusals.ts';

/** RFC 7518 section 3.3, and NIST SP 800-131A: RSA keys below are not to be used. */
const minRsaBits = 2048;

export interface KeySet {
  readonly jwks: PublicJwks;
  has(kid: string): boolean;
  /** @throws TokenRefused */
  keyFor(header: JWTHeaderParameters): Promise<CryptoKey>;
}

export function keySet(jwks: PublicJwks): KeySet {
  const ids = new Set(jwks.keys.map(({ kid }) => kid));
  const find = createLocalJWKSet(jwks as JSONWebKeySet);
  return {
    jwks,
    has: (kid) => ids.has(kid),
    async keyFor(header) {
      const key = await find(header).catch(() => {
        throw new TokenRefused('unfit-key');
      });
      // Keys of the other types have no modulus; their curves give their sizes.
      const { modulusLength = minRsaBits } = key.algorithm as { readonly modulusLength?: number };
      if (modulusLength < minRsaBits) throw new TokenRefused('weak-key');
      return key;
    },
  };
}
