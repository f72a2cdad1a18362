/** Automatic rotation: a key whose rotation date has passed gets new material when it is next looked up. */
import { dayMs } from './account.ts';
import { currentMaterial, newMaterial } from './material.ts';
import type { StoredKey } from './stored-key.ts';

type Rotation = NonNullable<StoredKey['rotation']>;

/** @param at when the period begins, in milliseconds since the epoch */
export const rotationFrom = (at: number, periodInDays: number): Rotation => ({
  periodInDays,
  nextRotationAt: at + periodInDays * dayMs,
});

/** A key that is disabled or pending deletion does not rotate (GetKeyRotationStatus, API reference). */
export const isRotationDue = (key: StoredKey, at: number): boolean =>
  key.rotation !== undefined &&
  key.enabled &&
  key.deletion === undefined &&
  key.rotation.nextRotationAt <= at;

/** @returns the key with every rotation that came due by then, each on its own date */
export function rotatedUntil(key: StoredKey, at: number): StoredKey {
  let current = key;
  while (current.rotation !== undefined && isRotationDue(current, at)) {
    const { periodInDays, nextRotationAt } = current.rotation;
    current = {
      ...current,
      rotation: rotationFrom(nextRotationAt, periodInDays),
      materials: [...current.materials, newMaterial(nextRotationAt, 'AUTOMATIC')],
    };
  }
  return current;
}

/**
 * Enables the key. Rotation resumes: on its old schedule or, where a date passed in the meantime, with
 * one rotation at once and a new period from now (GetKeyRotationStatus, API reference).
 */
export function enabledKey(key: StoredKey, at: number): StoredKey {
  const { rotation } = key;
  if (key.enabled || rotation === undefined || rotation.nextRotationAt > at) {
    return { ...key, enabled: true };
  }
  return {
    ...key,
    enabled: true,
    rotation: rotationFrom(at, rotation.periodInDays),
    materials: [...key.materials, newMaterial(at, 'AUTOMATIC')],
  };
}

/** @returns when the current material came by an automatic rotation, if it did */
export function lastAutomaticRotation(key: StoredKey): number | undefined {
  const { origin, createdAt } = currentMaterial(key);
  return origin === 'AUTOMATIC' ? createdAt : undefined;
}
