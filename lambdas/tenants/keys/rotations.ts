/** The rotations of a tenant's key: the history, the period of the automatic ones, and one on demand. */
import {
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
  type KMSClient,
  ListKeyRotationsCommand,
  paginateListKeyRotations,
  RotateKeyOnDemandCommand,
  type RotationsListEntry,
} from '@aws-sdk/client-kms';
import {
  badRequest,
  invalidCursor,
  rotationInProgress,
  rotationLimitReached,
} from '../../../contract/problem.ts';
import type { Rotation, RotationsQuery } from '../../../contract/tenants.ts';
import { isNamed } from '../../aws/errors.ts';
import { describeKey } from '../../aws/kms-keys.ts';
import type { MaterialStatus } from '../../key-stores/key-administration.ts';
import { callInTime, type Work } from '../registry/lease.ts';

/** How often KMS rotates a key on demand in its whole life. */
const onDemandRotations = 25;
/** The most that KMS gives in one page. */
const longestPage = 1000;

const IncludeKeyMaterial = 'ALL_KEY_MATERIAL';

/** @returns every key material, also the first one, which came with the key */
export async function rotationsOf(kms: KMSClient, keyArn: string): Promise<RotationsListEntry[]> {
  const rotations: RotationsListEntry[] = [];
  const pages = paginateListKeyRotations(
    { client: kms, pageSize: longestPage },
    { KeyId: keyArn, IncludeKeyMaterial },
  );
  for await (const { Rotations = [] } of pages) rotations.push(...Rotations);
  return rotations;
}

/** @returns the id of every key material that the key ever had */
export async function keyMaterialIdsOf(kms: KMSClient, keyArn: string): Promise<string[]> {
  const rotations = await rotationsOf(kms, keyArn);
  return rotations.flatMap(({ KeyMaterialId }) => KeyMaterialId ?? []);
}

/** @param isRotating whether one is at work, which is not in the list yet */
export const onDemandRotationsLeft = (
  rotations: readonly RotationsListEntry[],
  isRotating: boolean,
): number => {
  const made = rotations.filter(({ RotationType }) => RotationType === 'ON_DEMAND').length;
  return Math.max(0, onDemandRotations - made - Number(isRotating));
};

/**
 * @returns whether the material, which the caller names, encrypts nothing any more
 * @throws Problem 400 where the key never had it
 */
export function isSuperseded(rotations: readonly RotationsListEntry[], keyMaterialId: string) {
  const found = rotations.find(({ KeyMaterialId }) => KeyMaterialId === keyMaterialId);
  if (found === undefined) throw badRequest("keyMaterialId: must be of the tenant's key");
  return found.KeyMaterialState !== 'CURRENT';
}

/**
 * A page of the history. The cursor is KMS's marker: KMS refuses one that it gave for another key.
 * @throws Problem 400 invalid-cursor
 */
export async function listRotations(
  kms: KMSClient,
  keyArn: string,
  { limit, cursor }: RotationsQuery,
): Promise<{ rotations: Rotation[]; nextCursor?: string }> {
  const marker = cursor === undefined ? undefined : markerOf(cursor);
  try {
    const page = await kms.send(
      new ListKeyRotationsCommand({
        KeyId: keyArn,
        Limit: limit,
        Marker: marker,
        IncludeKeyMaterial,
      }),
    );
    const rotations = (page.Rotations ?? []).map(rotationOf);
    if (!page.Truncated || page.NextMarker === undefined) return { rotations };
    return { rotations, nextCursor: cursorOf(page.NextMarker) };
  } catch (error) {
    // The limit is one that KMS takes, so it is the marker that is invalid.
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

const rotationOf = (entry: RotationsListEntry): Rotation => ({
  keyMaterialId: entry.KeyMaterialId,
  state: entry.KeyMaterialState,
  type: entry.RotationType,
  rotatedAt: entry.RotationDate?.toISOString(),
});

/** One after the other: a rotation that ends in between is seen as at work, or as done, but never not at all. */
export async function materialStatusOf(kms: KMSClient, keyArn: string): Promise<MaterialStatus> {
  const status = await kms.send(new GetKeyRotationStatusCommand({ KeyId: keyArn }));
  const { CurrentKeyMaterialId } = await describeKey(kms, keyArn);
  if (CurrentKeyMaterialId === undefined) throw new Error('KMS names no key material');
  return {
    currentKeyMaterialId: CurrentKeyMaterialId,
    isRotating: status.OnDemandRotationStartDate !== undefined,
  };
}

export async function enableRotation(
  kms: KMSClient,
  work: Pick<Work, 'end'>,
  keyArn: string,
  days: number,
): Promise<void> {
  const command = new EnableKeyRotationCommand({ KeyId: keyArn, RotationPeriodInDays: days });
  await callInTime(work, () => kms.send(command));
}

/** @returns as `KeyAdministration.rotate` does */
export async function rotateKey(
  kmsWithoutRetry: KMSClient,
  work: Pick<Work, 'end'>,
  keyArn: string,
): Promise<unknown> {
  const command = new RotateKeyOnDemandCommand({ KeyId: keyArn });
  try {
    await callInTime(work, () => kmsWithoutRetry.send(command));
    return undefined;
  } catch (error) {
    if (isNamed(error, 'LimitExceededException')) return rotationLimitReached();
    if (isNamed(error, 'ConflictException')) return rotationInProgress();
    throw error;
  }
}
