/**
 * The issuers' public keys as the session broker gave them. Invariant: those of an issuer count for an hour at most, as
 * long as the session that came with them, for tokens of that issuer alone; and no issuer is ever asked from here.
 */
import type { PublicJwks } from '../../contract/jwks.ts';
import { type KeySet, keySet } from '../tokens/key-set.ts';
import { TokenRefused } from '../tokens/refusals.ts';
import type { TokenKeys } from '../tokens/token-verifier.ts';

const usableForMs = 60 * 60_000;

export interface BrokeredKeys extends TokenKeys {
  /** @param issuer one of those that are configured, so that there are never more */
  learn(issuer: string, jwks: PublicJwks): void;
}

interface Learnt {
  readonly keys: KeySet;
  readonly at: number;
}

export function brokeredKeys(): BrokeredKeys {
  const learnt = new Map<string, Learnt>();

  return {
    learn(issuer, jwks) {
      learnt.set(issuer, { keys: keySet(jwks), at: Date.now() });
    },
    async find(issuer, kid) {
      const { keys, at = 0 } = learnt.get(issuer) ?? {};
      const age = Date.now() - at;
      // From the future: then the clock was set back, and the age is not known.
      if (age < 0 || age >= usableForMs || !keys?.has(kid)) throw new TokenRefused('unknown-key');
      return keys;
    },
  };
}
