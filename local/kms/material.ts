/** The AES-256 keys behind a KMS key: one at its creation, one more with each rotation, none ever replaced. */
import { randomBytes } from 'node:crypto';
import type { KeyMaterial, StoredKey } from './stored-key.ts';

/** @param createdAt in milliseconds since the epoch */
export function newMaterial(createdAt: number, origin: KeyMaterial['origin']): KeyMaterial {
  return {
    id: randomBytes(32).toString('hex'),
    bytes: randomBytes(32).toString('base64'),
    createdAt,
    origin,
  };
}

/** @returns the material that encrypts */
export const currentMaterial = (key: StoredKey): KeyMaterial => key.materials.at(-1) as KeyMaterial;
