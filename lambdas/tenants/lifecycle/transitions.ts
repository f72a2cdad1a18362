/**
 * The steps between a tenant's states. Invariant: a step that takes use away writes its status before it asks
 * KMS, one that gives use back writes it after, so that at no moment the registry allows what KMS is still to
 * refuse; and what KMS is asked for may be asked again from the beginning.
 */

import { keyRecentlyUsed, tenantErased, tenantOffboarding } from '../../../contract/problem.ts';
import type { TenantStatus } from '../../../contract/tenants.ts';
import {
  cancelDeletion,
  disable,
  enable,
  isGone,
  type LifecycleOptions,
  lastUseOf,
  scheduleDeletion,
} from '../keys/key-state.ts';
import { withKeyOf } from '../keys/missing-key.ts';
import { keyMaterialIdsOf } from '../keys/rotations.ts';
import type { Plan } from '../registry/lease.ts';
import type { RowChange } from '../registry/registry.ts';
import { type Intent, statusRules } from '../registry/status.ts';
import type { Offboarding, TenantRow } from '../registry/tenant-row.ts';

export interface OffboardRequest {
  /** days between now and the deletion of the key */
  readonly windowInDays: number;
  /** whether the caller left it to the configuration: to ask so again is the same again, whatever is in the row */
  readonly windowByDefault: boolean;
  /** whether a key that was used within the last hour may be scheduled for deletion */
  readonly force: boolean;
  /** the principal of the token */
  readonly requestedBy: string;
}

/** A step that somebody wants. */
export type Wanted =
  | { readonly step: Exclude<Intent, 'offboard'> }
  | { readonly step: 'offboard'; readonly request: OffboardRequest };

interface Step {
  /** the status in which it ends */
  readonly done: TenantStatus;
  /** what is written before KMS is asked, besides the intent */
  readonly begin: RowChange;
  /** @returns what is written at the end, besides the status */
  act(options: LifecycleOptions, row: TenantRow): Promise<RowChange>;
}

const steps: Readonly<Record<Intent, Step>> = {
  suspend: {
    done: 'SUSPENDED',
    begin: { status: 'SUSPENDED' },
    // So that KMS itself refuses: sessions that were leaked, and functions that have the row in memory.
    act: async (options, row) => {
      await disable(options, keyArnOf(row));
      return {};
    },
  },
  resume: {
    done: 'ACTIVE',
    begin: {},
    act: async (options, row) => {
      await enable(options, keyArnOf(row));
      return {};
    },
  },
  offboard: {
    done: 'OFFBOARDING',
    begin: { status: 'OFFBOARDING' },
    act: destroy,
  },
  restore: {
    done: 'ACTIVE',
    begin: {},
    act: async (options, row) => {
      await cancelDeletion(options, keyArnOf(row));
      await enable(options, keyArnOf(row), { afterCancel: true });
      return { offboarding: null };
    },
  },
};

/** @returns what is done to a tenant for whom a caller wants a step */
export function plan(options: LifecycleOptions, wanted: Wanted): Plan {
  const step = steps[wanted.step];
  return {
    isDone(row) {
      requirePossible(wanted.step, row);
      if (wanted.step === 'offboard') requireSameWindow(row, wanted.request);
      return row.status === step.done && row.intent === undefined;
    },
    begin: async (row) => ({
      ...step.begin,
      intent: wanted.step,
      ...(await checked(options, row, wanted)),
    }),
    act: (row) => finished(options, row, step),
  };
}

/** @returns what is done to a tenant who has gone through the beginning of a step already */
export function againPlan(options: LifecycleOptions, intent: Intent): Omit<Plan, 'isDone'> {
  const step = steps[intent];
  return {
    begin(row) {
      requirePossible(intent, row);
      if (intent === 'offboard') offboardingOf(row);
      return { ...step.begin, intent };
    },
    act: (row) => finished(options, row, step),
  };
}

/** In its last status as well: what an end that was never written down leaves is gone through again. */
function requirePossible(intent: Intent, { status }: TenantRow): void {
  const { begins, otherTransition } = statusRules[status];
  if (steps[intent].done !== status && !begins.includes(intent)) throw otherTransition();
}

async function finished(options: LifecycleOptions, row: TenantRow, step: Step): Promise<RowChange> {
  const change = await withKeyOf(options.kms, row, () => step.act(options, row));
  return { ...change, status: step.done, intent: null };
}

/** What must be known of the key before a step begins, and cannot be told when it is gone through again. */
async function checked(
  options: LifecycleOptions,
  row: TenantRow,
  wanted: Wanted,
): Promise<RowChange> {
  if (wanted.step === 'restore' && (await isGone(options.kms, keyArnOf(row)))) throw tenantErased();
  // With an offboarding in the row this is one that goes on: what it began with stays.
  if (wanted.step !== 'offboard' || row.offboarding !== undefined) return {};
  const { request } = wanted;
  const begun = withKeyOf(options.kms, row, () => newOffboarding(options, row, request));
  return { offboarding: await begun };
}

const hourInMs = 3_600_000;

/** Of a key that is gone KMS tells nothing: all that a certificate of erasure says is asked for now. */
async function newOffboarding(
  { kms }: LifecycleOptions,
  row: TenantRow,
  { windowInDays, requestedBy, force }: OffboardRequest,
): Promise<Offboarding> {
  const keyArn = keyArnOf(row);
  const [keyLastUsed, keyMaterialIds] = await Promise.all([
    lastUseOf(kms, keyArn),
    keyMaterialIdsOf(kms, keyArn),
  ]);
  const isRecent = keyLastUsed !== undefined && Date.now() - Date.parse(keyLastUsed.at) < hourInMs;
  if (isRecent && !force) throw keyRecentlyUsed(keyLastUsed);
  const requestedAt = new Date().toISOString();
  return {
    windowInDays,
    requestedBy,
    requestedAt,
    keyMaterialIds,
    ...(keyLastUsed !== undefined && { keyLastUsed }),
  };
}

/** Disabled first: from then on no use is newer than the one that is written down. */
async function destroy(options: LifecycleOptions, row: TenantRow): Promise<RowChange> {
  const offboarding = offboardingOf(row);
  const keyArn = keyArnOf(row);
  const wasLive = await disable(options, keyArn);
  const keyLastUsed = wasLive ? await lastUseOf(options.kms, keyArn) : undefined;
  const scheduled = await scheduleDeletion(options, keyArn, offboarding.windowInDays);
  return {
    offboarding: {
      ...offboarding,
      ...(keyLastUsed !== undefined && { keyLastUsed }),
      ...scheduled,
    },
  };
}

function requireSameWindow({ offboarding }: TenantRow, request: OffboardRequest): void {
  const { windowInDays, windowByDefault } = request;
  if (offboarding === undefined || windowByDefault) return;
  if (offboarding.windowInDays === windowInDays) return;
  throw tenantOffboarding(
    `The tenant is being offboarded with a window of ${offboarding.windowInDays} days; restore it first.`,
  );
}

function offboardingOf({ offboarding }: TenantRow): Offboarding {
  if (offboarding === undefined) throw new Error('an offboarding without its beginning');
  return offboarding;
}

function keyArnOf({ keyArn }: TenantRow): string {
  if (keyArn === undefined) throw new Error('a tenant without a key');
  return keyArn;
}
