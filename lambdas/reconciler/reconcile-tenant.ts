/**
 * One tenant's turn. Invariant: while somebody holds its lease a tenant is left alone; and a key that does not
 * carry the tenant's tags is not touched, whatever the row says, but reported.
 */
import type { FindingKind, FindingOutcome } from '../../contract/findings.ts';
import { isTenants } from '../tenants/keys/key-tags.ts';
import { isLeased } from '../tenants/registry/lease.ts';
import { type FoundRow, isInvalid } from '../tenants/registry/scan.ts';
import { statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { attempt, type Run, report } from './context.ts';
import { hasState, type Observation, observe, type SeenKey } from './observe-key.ts';
import { mendDrift, mendPolicy } from './repair-drift.ts';
import { endOnboarding, endStep, erase } from './resume-unfinished.ts';

/** A row, and its key as it was afterwards. */
export interface Look {
  readonly row: FoundRow;
  /** undefined where there is none to be looked at, or it could not be */
  readonly key: Observation | undefined;
}

const isLeftAlone = (row: TenantRow) =>
  statusRules[row.status].keyDeletion === 'done' || isLeased(row);

/** Changes nothing. */
export async function look(run: Run, row: FoundRow): Promise<Look> {
  if (isInvalid(row) || row.keyArn === undefined || isLeftAlone(row)) {
    return { row, key: undefined };
  }
  const { tenantId, keyArn } = row;
  const about = { kind: 'tenant-failed', tenantId, keyArn } as const;
  return { row, key: await attempt(run, about, () => observe(run, tenantId, keyArn)) };
}

export async function mend(run: Run, { row, key }: Look): Promise<void> {
  if (isInvalid(row)) return reportRow(run, row);
  if (isLeftAlone(row)) return;
  if (row.keyArn === undefined) return endOnboarding(run, row);
  if (key === undefined) return;
  const { keyDeletion } = statusRules[row.status];
  if (key === 'missing' && keyDeletion === 'planned') return erase(run, row);
  const own = await ownKey(run, row, key);
  if (own !== undefined) await mendOwn(run, row, own);
}

async function mendOwn(run: Run, row: TenantRow, seen: SeenKey): Promise<void> {
  const current = await mendPolicy(run, row, seen);
  if (current === undefined) return;
  const key = current === row ? seen : await lookAgain(run, current);
  if (key === undefined) return;
  if (!hasState(key)) return reportStrange(run, current, 'unreadable');
  const { onboarding } = statusRules[current.status];
  if (onboarding === 'unfinished') return endOnboarding(run, current);
  if (current.intent === undefined) return mendDrift(run, current, key);
  const ended = await endStep(run, current, current.intent);
  const endedKey = ended && (await lookAgain(run, ended));
  if (ended !== undefined && endedKey !== undefined && hasState(endedKey)) {
    await mendDrift(run, ended, endedKey);
  }
}

/** After a change of the key. */
async function lookAgain(run: Run, row: TenantRow): Promise<SeenKey | undefined> {
  const { key } = await look(run, row);
  return key && ownKey(run, row, key);
}

/** @returns the key, if it is the tenant's by its tags; what it is instead is reported */
async function ownKey(run: Run, row: TenantRow, key: Observation): Promise<SeenKey | undefined> {
  if (typeof key !== 'string' && isTenants(key.tags, row.tenantId)) return key;
  await reportStrange(run, row, typeof key === 'string' ? key : 'stranger');
  return undefined;
}

type Strange = Exclude<Observation, SeenKey> | 'stranger';

const strange: Readonly<Record<Strange, readonly [FindingKind, FindingOutcome, string]>> = {
  missing: ['key-missing', 'reported', 'The tenant was not offboarded, and KMS has no such key.'],
  elsewhere: ['key-elsewhere', 'reported', 'The row names a key of another account or region.'],
  unreadable: ['key-unreadable', 'failed', "The key's policy, or IAM, refuses the reconciler."],
  stranger: [
    'key-tags',
    'reported',
    "The key does not carry the tenant's tags: it was not touched.",
  ],
};

function reportStrange(run: Run, row: TenantRow, what: Strange): Promise<void> {
  const [kind, outcome, detail] = strange[what];
  return report(run, row, { kind, outcome, detail });
}

function reportRow(run: Run, { tenantId, attributes }: Extract<FoundRow, { attributes: unknown }>) {
  const detail = `The row is not as it must be (${attributes.join(', ')}): it was not touched.`;
  run.findings.add({ kind: 'row-invalid', tenantId, outcome: 'reported', detail });
}
