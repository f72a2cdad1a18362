/**
 * What became of a rotation that the row says was asked for. Invariant: the key store is only looked at; and that it rotates
 * nothing is believed only after as long as its changes may take to show.
 */
import type { OnDemandRotation } from '../../../contract/on-demand-rotation.ts';
import type { MaterialStatus } from '../../key-stores/key-administration.ts';
import { administrationOf } from '../keys/administration.ts';
import type { TenantWork } from '../keys/key-state.ts';
import { isLeased } from '../registry/lease.ts';
import { hasKey, type TenantRow } from '../registry/tenant-row.ts';

/** KMS is eventually consistent: a change may take minutes to show (Developer Guide, "KMS eventual consistency"). */
const showsAfterMs = 5 * 60_000;

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
  work: Omit<TenantWork, 'holder'>,
  row: TenantRow,
): Promise<TenantRow | undefined> {
  const { rotation } = row;
  if (rotation?.state !== 'requested' || !hasKey(row) || isLeased(row)) return undefined;
  const key = await administrationOf(work, row);
  const isBegun = hasBegun(rotation, await key.materialStatus());
  if (isBegun === undefined) return undefined;
  return work.registry.change(row, { rotation: isBegun ? accepted(rotation) : null });
}
