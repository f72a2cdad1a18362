/**
 * Repairs what was changed of a tenant's key without the product. Invariant: a key is changed only under the lease of
 * the tenant whose tag it carries, if it is as the product makes that tenant's key, and only to what the row and the
 * key policy say; what would give use of a key back is reported, never done.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  CreateAliasCommand,
  EnableKeyRotationCommand,
  PutKeyPolicyCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import type { FindingKind } from '../../contract/findings.ts';
import { ownNames } from '../stack/own-names.ts';
import { callInTime, type Work, workOnRow } from '../tenants/registry/lease.ts';
import { allowed, statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import {
  attemptOrReport,
  type ReconcilerContext,
  reportIfUnchanged,
  tenantWork,
} from './context.ts';
import type { ObservedKey } from './observe-key.ts';
import { enforceStatus } from './resume-unfinished.ts';

const { aliasOf } = ownNames;

export interface Repair {
  readonly kind: FindingKind;
  /** what was wrong */
  readonly detail: string;
  act(work: Work): Promise<unknown>;
}

/**
 * Comes first: a policy that was changed may keep the reconciler, or the lifecycle, from everything else.
 * @param row as it was read before the key was observed
 * @returns the row afterwards, the same where there was nothing to repair; undefined where another invocation is at
 *   work
 */
export async function repairPolicy(
  context: ReconcilerContext,
  row: TenantRow,
  key: ObservedKey,
): Promise<TenantRow | undefined> {
  const repair = policyRepair(context, row, key);
  return repair === undefined ? row : applyRepairs(context, row, [repair]);
}

/** @param row as it was read before the key was observed, and with no intent */
export async function repairDrift(
  context: ReconcilerContext,
  row: TenantRow,
  key: ObservedKey,
): Promise<void> {
  await reportUnusable(context, row, key);
  if (key.alias === 'foreign' && mayBeNamed(row, key)) await reportAlias(context, row);
  const current = await repairState(context, row, key);
  if (current === undefined) return;
  const repairs = [rotationRepair, aliasRepair].map((of) => of(context, row, key));
  await applyRepairs(
    context,
    current,
    repairs.filter((repair) => repair !== undefined),
  );
}

async function reportUnusable(
  context: ReconcilerContext,
  row: TenantRow,
  { state }: ObservedKey,
): Promise<void> {
  const { status } = row;
  const { keyState } = statusRules[status];
  if (keyState === 'not compared' || keyState.drift(state) !== 'report') return;
  const detail = `The tenant is ${status}, so the key should be ${keyState.expected}; it is ${state}.`;
  await reportIfUnchanged(context, row, { kind: 'key-unusable', outcome: 'reported', detail });
}

async function reportAlias(context: ReconcilerContext, row: TenantRow): Promise<void> {
  const name = aliasOf(row.tenantId);
  const detail = `${name} is on a key that is not the product's: remove it, and it is made again.`;
  await reportIfUnchanged(context, row, { kind: 'alias', outcome: 'reported', detail });
}

/** @returns the row afterwards, undefined where nothing more is to be done now */
async function repairState(context: ReconcilerContext, row: TenantRow, { state }: ObservedKey) {
  const { keyState } = statusRules[row.status];
  if (keyState === 'not compared') return row;
  const action = keyState.drift(state);
  return action === 'none' || action === 'report'
    ? row
    : enforceStatus(context, row, action, state);
}

/** @returns the row afterwards, also where a repair failed; undefined where another invocation is at work */
export async function applyRepairs(
  context: ReconcilerContext,
  row: TenantRow,
  repairs: readonly Repair[],
): Promise<TenantRow | undefined> {
  if (repairs.length === 0) return row;
  const { tenantId, keyArn } = row;
  const work = tenantWork(context);
  const act = async () => {
    for (const { kind, detail, act } of repairs) {
      const subject = { kind, tenantId, keyArn };
      const done = await attemptOrReport(context, subject, async () => {
        await act(work);
        return true;
      });
      if (done) context.findings.add({ ...subject, outcome: 'repaired', detail });
    }
    return {};
  };
  return attemptOrReport(context, { kind: 'tenant-failed', tenantId, keyArn }, () =>
    workOnRow(work, row, { begin: () => ({}), act }),
  );
}

function policyRepair(
  context: ReconcilerContext,
  { tenantId, keyArn }: TenantRow,
  key: ObservedKey,
): Repair | undefined {
  const wanted = context.keyPolicyOf(tenantId);
  if (isDeepStrictEqual(key.policy, wanted)) return undefined;
  const command = new PutKeyPolicyCommand({ KeyId: keyArn, Policy: JSON.stringify(wanted) });
  return {
    kind: 'key-policy',
    detail: "The key's policy was not the one that the product gives: it is again.",
    act: (work) => callInTime(work, () => context.kms.send(command)),
  };
}

/** KMS refuses it for a key that is not enabled: it is repaired once the key is. */
function rotationRepair(
  context: ReconcilerContext,
  row: TenantRow,
  key: ObservedKey,
): Repair | undefined {
  const { keyArn: KeyId, rotationPeriodInDays: RotationPeriodInDays } = row;
  const { rotationPeriodInDays: found } = key;
  if (key.state !== 'Enabled' || statusRules[row.status].keyChange !== allowed) return undefined;
  if (found === undefined || found === RotationPeriodInDays) return undefined;
  const was = found === 0 ? 'off' : `every ${found} days`;
  const command = new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays });
  return {
    kind: 'rotation',
    detail: `Rotation was ${was}: it is every ${RotationPeriodInDays} days again.`,
    act: (work) => callInTime(work, () => context.kms.send(command)),
  };
}

/** KMS gives no alias to a key that is pending deletion. */
const mayBeNamed = (row: TenantRow, key: ObservedKey) =>
  statusRules[row.status].alias === 'kept' && key.state !== 'PendingDeletion';

function aliasRepair(
  context: ReconcilerContext,
  row: TenantRow,
  key: ObservedKey,
): Repair | undefined {
  const { tenantId, keyArn } = row;
  if (key.alias === 'right' || key.alias === 'foreign' || !mayBeNamed(row, key)) return undefined;
  const named = { AliasName: aliasOf(tenantId), TargetKeyId: keyArn };
  const isMissing = key.alias === 'none';
  return {
    kind: 'alias',
    detail: `${aliasOf(tenantId)} ${isMissing ? 'was gone' : 'was on another key'}: it is on the tenant's again.`,
    act: (work) =>
      callInTime(work, async () => {
        if (isMissing) await context.kms.send(new CreateAliasCommand(named));
        else await context.kms.send(new UpdateAliasCommand(named));
      }),
  };
}
