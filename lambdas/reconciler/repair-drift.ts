/**
 * What somebody has changed of a tenant's key behind the product's back. Invariant: a key is changed only under
 * the lease of the tenant whose tag it carries, and only towards what the row and the key policy say; what
 * would give use of a key back is reported, never done.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  CreateAliasCommand,
  EnableKeyRotationCommand,
  PutKeyPolicyCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import type { FindingKind } from '../../contract/findings.ts';
import { aliasOf } from '../../contract/tenant-id.ts';
import { callInTime, type Work, workOnRow } from '../tenants/registry/lease.ts';
import { allowed, statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { attempt, type Run, report, workOf } from './context.ts';
import type { SeenKey, StatedKey } from './observe-key.ts';
import { enforce } from './resume-unfinished.ts';

interface Repair {
  readonly kind: FindingKind;
  /** what was wrong */
  readonly detail: string;
  act(work: Work): Promise<unknown>;
}

/**
 * Before all else: a policy that was changed may keep the reconciler, or the lifecycle, from all the rest.
 * @param row as it was read before the key was looked at
 * @returns the row afterwards, the same where there was nothing to mend; undefined where somebody is at work
 */
export async function mendPolicy(
  run: Run,
  row: TenantRow,
  key: SeenKey,
): Promise<TenantRow | undefined> {
  const repair = policyRepair(run, row, key);
  return repair === undefined ? row : mend(run, row, [repair]);
}

/** @param row as it was read before the key was looked at, and with no intent */
export async function mendDrift(run: Run, row: TenantRow, key: StatedKey): Promise<void> {
  await reportUnusable(run, row, key);
  if (key.alias === 'foreign' && mayBeNamed(row, key)) await reportAlias(run, row);
  const current = await mendState(run, row, key);
  if (current === undefined) return;
  const repairs = [rotationRepair, aliasRepair].map((of) => of(run, row, key));
  await mend(
    run,
    current,
    repairs.filter((repair) => repair !== undefined),
  );
}

/** Enabled, a key would be used; whether that is right somebody must say who knows why it was disabled. */
async function reportUnusable(run: Run, row: TenantRow, { state }: StatedKey): Promise<void> {
  const { status } = row;
  const { keyState } = statusRules[status];
  if (keyState === 'not compared' || keyState.drift(state) !== 'report') return;
  const detail = `The tenant is ${status}, so the key should be ${keyState.expected}; it is ${state}.`;
  await report(run, row, { kind: 'key-unusable', outcome: 'reported', detail });
}

async function reportAlias(run: Run, row: TenantRow): Promise<void> {
  const name = aliasOf(row.tenantId);
  const detail = `${name} is on a key that is not the product's: remove it, and it is made again.`;
  await report(run, row, { kind: 'alias', outcome: 'reported', detail });
}

/** @returns the row afterwards, undefined where nothing more is to be done now */
async function mendState(run: Run, row: TenantRow, { state }: StatedKey) {
  const { keyState } = statusRules[row.status];
  if (keyState === 'not compared') return row;
  const action = keyState.drift(state);
  return action === 'none' || action === 'report' ? row : enforce(run, row, action, state);
}

/** @returns the row afterwards, whether or not each could be done; undefined where somebody is at work */
async function mend(
  run: Run,
  row: TenantRow,
  repairs: readonly Repair[],
): Promise<TenantRow | undefined> {
  if (repairs.length === 0) return row;
  const { tenantId, keyArn } = row;
  const work = workOf(run);
  const act = async () => {
    for (const { kind, detail, act } of repairs) {
      const about = { kind, tenantId, keyArn };
      const done = await attempt(run, about, async () => {
        await act(work);
        return true;
      });
      if (done) run.findings.add({ ...about, outcome: 'repaired', detail });
    }
    return {};
  };
  return attempt(run, { kind: 'tenant-failed', tenantId, keyArn }, () =>
    workOnRow(work, row, { begin: () => ({}), act }),
  );
}

function policyRepair(run: Run, { tenantId, keyArn }: TenantRow, key: SeenKey): Repair | undefined {
  const wanted = run.keyPolicyOf(tenantId);
  if (isDeepStrictEqual(key.policy, wanted)) return undefined;
  const command = new PutKeyPolicyCommand({ KeyId: keyArn, Policy: JSON.stringify(wanted) });
  return {
    kind: 'key-policy',
    detail: "The key's policy was not the one that the product gives: it is again.",
    act: (work) => callInTime(work, () => run.kms.send(command)),
  };
}

/** KMS refuses it of a key that is not enabled: it is mended once it is. */
function rotationRepair(run: Run, row: TenantRow, key: SeenKey): Repair | undefined {
  const { keyArn: KeyId, rotationPeriodInDays: RotationPeriodInDays } = row;
  const { rotationPeriodInDays: found } = key;
  if (key.state !== 'Enabled' || statusRules[row.status].keyChange !== allowed) return undefined;
  if (found === undefined || found === RotationPeriodInDays) return undefined;
  const was = found === 0 ? 'off' : `every ${found} days`;
  const command = new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays });
  return {
    kind: 'rotation',
    detail: `Rotation was ${was}: it is every ${RotationPeriodInDays} days again.`,
    act: (work) => callInTime(work, () => run.kms.send(command)),
  };
}

/** KMS gives no alias to a key that is pending deletion. */
const mayBeNamed = (row: TenantRow, key: SeenKey) =>
  statusRules[row.status].alias === 'kept' && key.state !== 'PendingDeletion';

function aliasRepair(run: Run, row: TenantRow, key: SeenKey): Repair | undefined {
  const { tenantId, keyArn } = row;
  if (key.alias === 'right' || key.alias === 'foreign' || !mayBeNamed(row, key)) return undefined;
  const named = { AliasName: aliasOf(tenantId), TargetKeyId: keyArn };
  const isMissing = key.alias === 'none';
  return {
    kind: 'alias',
    detail: `${aliasOf(tenantId)} ${isMissing ? 'was gone' : 'was on another key'}: it is on the tenant's again.`,
    act: (work) =>
      callInTime(work, async () => {
        if (isMissing) await run.kms.send(new CreateAliasCommand(named));
        else await run.kms.send(new UpdateAliasCommand(named));
      }),
  };
}
