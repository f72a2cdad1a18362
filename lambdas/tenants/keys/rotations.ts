/**
 * The rotations of a tenant's key: its history, one more now, and how often it rotates by itself. Invariant:
 * what rotates a key is never sent twice, since KMS rotates it for each time it is asked; and the period that
 * is wanted is in the row before KMS is told.
 */
import {
  EnableKeyRotationCommand,
  type KMSClient,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
  type RotationsListEntry,
} from '@aws-sdk/client-kms';
import {
  invalidCursor,
  rotationInProgress,
  rotationLimitReached,
} from '../../../contract/problem.ts';
import type { Rotation, RotationsQuery } from '../../../contract/tenants.ts';
import { isNamed } from '../../aws/errors.ts';
import { callInTime, workOn } from '../registry/lease.ts';
import { requireAllowed, statusRules } from '../registry/status.ts';
import type { TenantRow } from '../registry/tenant-row.ts';
import type { KmsClients } from './create-key.ts';
import type { LifecycleOptions } from './key-state.ts';
import { withKeyOf } from './missing-key.ts';

/** How often KMS rotates a key on demand in its whole life. */
const onDemandRotations = 25;
/** The most that KMS gives in one page. */
const longestPage = 1000;

/** @returns every key material, the first one included, which came with the key */
export async function rotationsOf(kms: KMSClient, keyArn: string): Promise<RotationsListEntry[]> {
  const rotations: RotationsListEntry[] = [];
  let Marker: string | undefined;
  do {
    const page = await kms.send(listCommand(keyArn, longestPage, Marker));
    rotations.push(...(page.Rotations ?? []));
    Marker = page.Truncated ? page.NextMarker : undefined;
  } while (Marker !== undefined);
  return rotations;
}

/** @returns the id of every key material that the key ever had */
export async function keyMaterialIdsOf(kms: KMSClient, keyArn: string): Promise<string[]> {
  const rotations = await rotationsOf(kms, keyArn);
  return rotations.flatMap(({ KeyMaterialId }) => KeyMaterialId ?? []);
}

export const onDemandRotationsLeft = (rotations: readonly RotationsListEntry[]): number => {
  const made = rotations.filter(({ RotationType }) => RotationType === 'ON_DEMAND').length;
  return Math.max(0, onDemandRotations - made);
};

/**
 * A page of the history. Its cursor is KMS's marker, and as little trusted as any: KMS refuses another key's.
 * @throws Problem 400 invalid-cursor
 */
export async function listRotations(
  kms: KMSClient,
  keyArn: string,
  { limit, cursor }: RotationsQuery,
): Promise<{ rotations: Rotation[]; nextCursor?: string }> {
  const marker = cursor === undefined ? undefined : markerOf(cursor);
  try {
    const page = await kms.send(listCommand(keyArn, limit, marker));
    const rotations = (page.Rotations ?? []).map(rotationOf);
    if (!page.Truncated || page.NextMarker === undefined) return { rotations };
    return { rotations, nextCursor: cursorOf(page.NextMarker) };
  } catch (error) {
    // The limit is within KMS's: what it finds invalid is the marker.
    if (isNamed(error, 'InvalidMarkerException', 'ValidationException')) throw invalidCursor();
    throw error;
  }
}

function markerOf(cursor: string): string {
  const marker = Buffer.from(cursor, 'base64url').toString();
  if (marker === '' || cursorOf(marker) !== cursor) throw invalidCursor();
  return marker;
}

const cursorOf = (marker: string): string => Buffer.from(marker).toString('base64url');

const listCommand = (KeyId: string, Limit: number, Marker: string | undefined) =>
  new ListKeyRotationsCommand({ KeyId, Limit, Marker, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' });

const rotationOf = (entry: RotationsListEntry): Rotation => ({
  keyMaterialId: entry.KeyMaterialId,
  state: entry.KeyMaterialState,
  type: entry.RotationType,
  rotatedAt: entry.RotationDate?.toISOString(),
});

/**
 * KMS rotates some time after it has answered.
 * @returns how many times it can be done again
 * @throws Problem 409 rotation-limit-reached, rotation-in-progress
 */
export async function rotateNow({ kms, kmsWithoutRetry }: KmsClients, keyArn: string) {
  const left = onDemandRotationsLeft(await rotationsOf(kms, keyArn));
  try {
    await kmsWithoutRetry.send(new RotateKeyOnDemandCommand({ KeyId: keyArn }));
  } catch (error) {
    if (isNamed(error, 'LimitExceededException')) throw rotationLimitReached();
    if (isNamed(error, 'ConflictException')) throw rotationInProgress();
    throw error;
  }
  return Math.max(0, left - 1);
}

/** @throws Problem 404; 409 by the state that the tenant is in: KMS refuses it of a key that is disabled */
export const setRotationPeriod = (
  options: LifecycleOptions,
  tenantId: string,
  rotationPeriodInDays: number,
): Promise<TenantRow> =>
  workOn(options, tenantId, {
    isDone(row) {
      requireAllowed(statusRules[row.status].keyChange);
      // KMS is told even where the row says so already: it may have been the answer that was lost.
      return false;
    },
    begin: () => ({ rotationPeriodInDays, rotationPeriodByDefault: false }),
    async act(row) {
      const command = new EnableKeyRotationCommand({
        KeyId: row.keyArn,
        RotationPeriodInDays: rotationPeriodInDays,
      });
      const { kms } = options;
      await withKeyOf(kms, row, () => callInTime(options, () => kms.send(command)));
      return {};
    },
  });
