/**
 * What became of a rotation that the row says was asked for. Invariant: KMS is only looked at; and that it rotates
 * nothing is believed only after as long as its changes may take to show.
 */
import { GetKeyRotationStatusCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { OnDemandRotation } from '../../../contract/on-demand-rotation.ts';
import { describeKey } from '../../aws/kms-keys.ts';
import { isLeased } from '../registry/lease.ts';
import type { TenantRow } from '../registry/tenant-row.ts';
import type { TenantWork } from './key-state.ts';

/** KMS is eventually consistent: a change may take minutes to show (Developer Guide, "KMS eventual consistency"). */
const showsAfterMs = 5 * 60_000;

export interface MaterialStatus {
  readonly currentKeyMaterialId: string;
  /** whether an on-demand rotation is at work */
  readonly isRotating: boolean;
}

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

export const ageMs = ({ requestedAt }: OnDemandRotation): number =>
  Date.now() - Date.parse(requestedAt);

/** @returns undefined where it is too early to know */
export function hasBegun(
  rotation: OnDemandRotation,
  { currentKeyMaterialId, isRotating }: MaterialStatus,
): boolean | undefined {
  if (isRotating || currentKeyMaterialId !== rotation.supersededKeyMaterialId) return true;
  return ageMs(rotation) < showsAfterMs ? undefined : false;
}

export const accepted = (rotation: OnDemandRotation): OnDemandRotation => ({
  ...rotation,
  state: 'accepted',
});

/**
 * For the reconciler: writes down how a rotation ended that was requested and never confirmed. It asks for none.
 * @param row as it was read
 * @returns undefined, and nothing was done, where there is none, it is too early to know, or another invocation is at
 *   work on the tenant
 */
export async function settleRotation(
  { kms, registry }: Pick<TenantWork, 'kms' | 'registry'>,
  row: TenantRow,
): Promise<TenantRow | undefined> {
  const { rotation, keyArn } = row;
  if (rotation?.state !== 'requested' || keyArn === undefined || isLeased(row)) return undefined;
  const isBegun = hasBegun(rotation, await materialStatusOf(kms, keyArn));
  if (isBegun === undefined) return undefined;
  return registry.change(row, { rotation: isBegun ? accepted(rotation) : null });
}
