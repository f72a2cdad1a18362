/** A few RSA keys for suites that ask for hundreds. Never two of the same to one tenant's neighbours, where a suite is about neighbours. */
import { type KeyPair, type KeyPairs, newKeyPair } from './double/kept-keys.ts';

/** @returns key pairs in turn, of 2048 bits whatever is asked for */
export function pooledKeys(count: number): KeyPairs {
  const pool: Promise<KeyPair>[] = [];
  let next = 0;
  return () => {
    const at = next % count;
    next += 1;
    pool[at] ??= newKeyPair(2048);
    return pool[at];
  };
}
