/**
 * A rotation on demand. Invariant: KMS rotates a key for each time that it is asked, 25 times in the key's life; so the
 * row says that it is asked, and which material is to be superseded, before it is. Where the row does not say how that
 * ended, the key store is looked at first, and asked again only once it has shown no rotation for long enough.
 */
import type { OnDemandRotation } from '../../../contract/on-demand-rotation.ts';
import {
  Problem,
  rotationInProgress,
  rotationUnconfirmed,
  tenantBusy,
} from '../../../contract/problem.ts';
import type { RotateRequest } from '../../../contract/tenants.ts';
import { isRefusal } from '../../aws/errors.ts';
import type { KeyAdministration } from '../../key-stores/key-administration.ts';
import { administrationOf } from '../keys/administration.ts';
import type { KmsClients } from '../keys/create-key.ts';
import type { TenantWork } from '../keys/key-state.ts';
import { workOn } from '../registry/lease.ts';
import type { RowChange } from '../registry/registry.ts';
import { requireAllowed, statusRules } from '../registry/status.ts';
import type { TenantRow } from '../registry/tenant-row.ts';
import { explainMissingKey } from './missing-key.ts';
import { accepted, ageMs, hasBegun } from './rotation-outcome.ts';

export type RotationWork = TenantWork & KmsClients;

/** A request that names no material is the same again for so long: who lost an answer comes back within it. */
const sameAgainMs = 60 * 60_000;

/** @returns a plan for `workOn`, and what became of it */
function rotationPlan(work: RotationWork, wanted: RotateRequest) {
  const outcome: { isBegun: boolean; refusal?: unknown } = { isBegun: false };
  let before: OnDemandRotation | undefined;
  const plan = {
    isDone(row: TenantRow) {
      requireAllowed(statusRules[row.status].keyChange);
      return isSameAgain(row.rotation, wanted);
    },
    async begin(row: TenantRow) {
      before = row.rotation;
      const key = await administrationOf(work, row);
      return explainMissingKey(key, row, () => begin(key, row, wanted));
    },
    async act(row: TenantRow): Promise<RowChange> {
      outcome.isBegun = true;
      const asked = rotationOf(row);
      if (asked.state === 'accepted') return {};
      outcome.refusal = await ask(await administrationOf(work, row), row);
      if (outcome.refusal === undefined) return { rotation: accepted(asked) };
      return { rotation: before?.state === 'accepted' ? before : null };
    },
  };
  return { plan, outcome };
}

/**
 * @returns the answer, and whether this request has begun the rotation, or found out that it had begun
 * @throws Problem 404; 409 by the tenant's status, tenant-busy, rotation-limit-reached, rotation-in-progress; 409
 *   rotation-unconfirmed where it is not known whether the key store rotates it; 400 where the key never had the material
 */
export async function rotateOnDemand(work: RotationWork, row: TenantRow, wanted: RotateRequest) {
  requireAllowed(statusRules[row.status].keyChange);
  const { keyMaterialId: named } = wanted;
  const key = await administrationOf(work, row);
  if (named !== undefined && row.rotation?.state !== 'requested') {
    const isSuperseded = await explainMissingKey(key, row, () => key.isSuperseded(named));
    if (isSuperseded) return { isBegun: false, started: await answer(key, row, named) };
  }
  const { plan, outcome } = rotationPlan(work, wanted);
  const rotated = await workOn(work, row.tenantId, plan);
  if (outcome.refusal !== undefined) throw outcome.refusal;
  const { supersededKeyMaterialId } = rotationOf(rotated);
  return {
    isBegun: outcome.isBegun,
    started: await answer(key, rotated, supersededKeyMaterialId),
  };
}

async function answer(key: KeyAdministration, row: TenantRow, supersededKeyMaterialId: string) {
  const { isRotating, currentKeyMaterialId } = await key.materialStatus();
  const rotationsLeft = await key.rotationsLeft(isRotating);
  const { tenantId, keyArn, keyName } = row;
  const materials = { currentKeyMaterialId, supersededKeyMaterialId };
  return { tenantId, keyArn, keyName, rotationsLeft, ...materials };
}

function isSameAgain(rotation: OnDemandRotation | undefined, { keyMaterialId }: RotateRequest) {
  if (rotation?.state !== 'accepted') return false;
  return keyMaterialId === undefined
    ? ageMs(rotation) < sameAgainMs
    : keyMaterialId === rotation.supersededKeyMaterialId;
}

async function begin(
  key: KeyAdministration,
  { rotation }: TenantRow,
  { keyMaterialId: named }: RotateRequest,
): Promise<RowChange> {
  await key.requireOwn();
  const found = await key.materialStatus();
  if (rotation?.state === 'requested') {
    const isBegun = hasBegun(rotation, found);
    if (isBegun === undefined) throw rotationUnconfirmed(rotation.requestedAt);
    const isWanted = named === undefined || named === rotation.supersededKeyMaterialId;
    if (isBegun && isWanted) return { rotation: accepted(rotation) };
  }
  if (found.isRotating) throw rotationInProgress();
  // Somebody has rotated the key since it was looked at: the same request again finds that.
  if (named !== undefined && named !== found.currentKeyMaterialId) throw tenantBusy(1);
  return {
    rotation: {
      supersededKeyMaterialId: found.currentKeyMaterialId,
      requestedAt: new Date().toISOString(),
      state: 'requested',
    },
  };
}

/**
 * @returns why the key store does not rotate the key, undefined where it does
 * @throws Problem 409 rotation-unconfirmed
 */
async function ask(key: KeyAdministration, row: TenantRow): Promise<unknown> {
  try {
    return await explainMissingKey(key, row, () => key.rotate());
  } catch (error) {
    // A Problem says that the call was refused, or never made.
    if (error instanceof Problem || isRefusal(error)) return error;
    const rotation = rotationOf(row);
    const found = await key.materialStatus().catch(() => undefined);
    if (found !== undefined && hasBegun(rotation, found)) return undefined;
    throw rotationUnconfirmed(rotation.requestedAt);
  }
}

function rotationOf({ rotation }: TenantRow): OnDemandRotation {
  if (rotation === undefined) throw new Error('a rotation without its beginning');
  return rotation;
}
