/**
 * The key material of a KMS key: an AES-256 key at its creation, one more with each rotation, none ever replaced.
 * A signing key has one private key, which never changes.
 */
import { randomBytes } from 'node:crypto';
import { keyPairs } from './key-pair.ts';
import type { KeySpec } from './key-type.ts';
import type { KeyMaterial, StoredKey } from './stored-key.ts';

/** @param createdAt in milliseconds since the epoch */
export function newMaterial(
  createdAt: number,
  origin: KeyMaterial['origin'],
  keySpec: KeySpec = 'SYMMETRIC_DEFAULT',
): KeyMaterial {
  const bytes =
    keySpec === 'SYMMETRIC_DEFAULT' ? randomBytes(32) : keyPairs[keySpec].newPrivateKey();
  return {
    id: randomBytes(32).toString('hex'),
    bytes: bytes.toString('base64'),
    createdAt,
    origin,
  };
}

/** @returns the material that encrypts */
export const currentMaterial = (key: StoredKey): KeyMaterial => key.materials.at(-1) as KeyMaterial;
