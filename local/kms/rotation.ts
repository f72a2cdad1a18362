/** Rotation: a key whose rotation has come due, by its date or on demand, gets new material when it is next looked up. */
import { dayMs } from './account.ts';
import { currentMaterial, newMaterial } from './material.ts';
import type { StoredKey } from './stored-key.ts';

type Rotation = NonNullable<StoredKey['rotation']>;

/** @param at when the period begins, in milliseconds since the epoch */
export const rotationFrom = (at: number, periodInDays: number): Rotation => ({
  periodInDays,
  nextRotationAt: at + periodInDays * dayMs,
});

const never = Number.POSITIVE_INFINITY;

/** A key that is disabled or pending deletion does not rotate by itself (GetKeyRotationStatus, API reference). */
const automaticRotationAt = ({ rotation, enabled, deletion }: StoredKey): number =>
  rotation !== undefined && enabled && deletion === undefined ? rotation.nextRotationAt : never;

const onDemandRotationAt = ({ onDemandRotation }: StoredKey): number =>
  onDemandRotation?.endsAt ?? never;

export const isRotationDue = (key: StoredKey, at: number): boolean =>
  Math.min(automaticRotationAt(key), onDemandRotationAt(key)) <= at;

/** @returns the key with every rotation that came due by then, each on its own date */
export function rotatedUntil(key: StoredKey, at: number): StoredKey {
  let current = key;
  while (isRotationDue(current, at)) {
    const isOnDemand = onDemandRotationAt(current) <= automaticRotationAt(current);
    current = isOnDemand ? withOnDemandRotation(current) : withAutomaticRotation(current);
  }
  return current;
}

function withAutomaticRotation(key: StoredKey): StoredKey {
  const { periodInDays, nextRotationAt } = key.rotation as Rotation;
  return {
    ...key,
    rotation: rotationFrom(nextRotationAt, periodInDays),
    materials: [...key.materials, newMaterial(nextRotationAt, 'AUTOMATIC')],
  };
}

function withOnDemandRotation({ onDemandRotation, ...key }: StoredKey): StoredKey {
  const endsAt = onDemandRotation?.endsAt as number;
  return { ...key, materials: [...key.materials, newMaterial(endsAt, 'ON_DEMAND')] };
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
