/**
 * The transitions between a tenant's statuses. Invariant: a transition that takes use of the key away writes the
 * status before it asks the key store, and one that gives use back writes it after, so that the registry never allows what the
 * store does not allow yet; and what is asked of the store may be asked again from the beginning.
 */

import { keyRecentlyUsed, tenantErased, tenantOffboarding } from '../../../contract/problem.ts';
import type { TenantStatus } from '../../../contract/tenant-status.ts';
import type { KeyAdministration } from '../../key-stores/key-administration.ts';
import { administrationOf } from '../keys/administration.ts';
import type { TenantWork } from '../keys/key-state.ts';
import type { Plan } from '../registry/lease.ts';
import {
  abandonedNext,
  changeOfPrevious,
  ended,
  isWithTenant,
  offboardedWithTenant,
  rowOfPrevious,
} from '../registry/other-keys.ts';
import { type RowChange, withChange } from '../registry/registry.ts';
import { type Intent, statusRules } from '../registry/status.ts';
import type { Offboarding, TenantRow } from '../registry/tenant-row.ts';
import { explainMissingKey } from './missing-key.ts';

export interface OffboardRequest {
  /** days between now and the deletion of the key */
  readonly windowInDays: number;
  /** whether the caller left it to the configuration: such a request is the same again, whatever is in the row */
  readonly windowByDefault: boolean;
  /** whether a key that was used within the last hour may be scheduled for deletion */
  readonly force: boolean;
  /** the principal of the token */
  readonly requestedBy: string;
}

export type TransitionRequest =
  | { readonly intent: Exclude<Intent, 'offboard'> }
  | { readonly intent: 'offboard'; readonly request: OffboardRequest };

/** Where it may begin is in the table of statuses. */
interface Transition {
  /** the status in which it ends */
  readonly done: TenantStatus;
  /** what is written before the key store is asked, besides the intent */
  readonly begin: RowChange;
  /** @returns what is written at the end, besides the status */
  act(key: KeyAdministration, row: TenantRow): Promise<RowChange>;
}

const transitions: Readonly<Record<Intent, Transition>> = {
  suspend: {
    done: 'SUSPENDED',
    begin: { status: 'SUSPENDED' },
    // The key store itself then refuses sessions that were leaked, and functions that still have the row in memory.
    act: async (key) => {
      await key.disable();
      return {};
    },
  },
  resume: {
    done: 'ACTIVE',
    begin: {},
    act: async (key) => {
      await key.enable();
      return {};
    },
  },
  offboard: {
    done: 'OFFBOARDING',
    begin: { status: 'OFFBOARDING' },
    act: deleteKey,
  },
  restore: {
    done: 'ACTIVE',
    begin: {},
    act: async (key) => {
      await key.cancelDeletion();
      await key.enable({ afterCancel: true });
      return { offboarding: null };
    },
  },
};

/** @returns how a transition is made that a caller asks for */
export function transitionPlan(work: TenantWork, wanted: TransitionRequest): Plan {
  const { intent } = wanted;
  const { done, begin } = transitions[intent];
  return {
    isDone(row) {
      requirePossible(intent, row);
      if (wanted.intent === 'offboard') requireSameWindow(row, wanted.request);
      return row.status === done && row.intent === undefined;
    },
    async begin(row) {
      const keys = abandonedNext(row);
      const check = await checked(work, withChange(row, keys), wanted);
      return { ...begin, intent, ...keys, ...check };
    },
    act: (row) => complete(work, row, intent),
  };
}

/** @returns how a transition is made that has begun before */
export function resumePlan(work: TenantWork, intent: Intent): Omit<Plan, 'isDone'> {
  return {
    begin(row) {
      requirePossible(intent, row);
      if (intent === 'offboard') offboardingOf(row);
      return { ...transitions[intent].begin, intent };
    },
    act: (row) => complete(work, row, intent),
  };
}

/** Also in the status in which it ends: an end that was never written down is repeated. */
function requirePossible(intent: Intent, { status }: TenantRow): void {
  const { begins, otherTransition } = statusRules[status];
  if (transitions[intent].done !== status && !begins.includes(intent)) throw otherTransition();
}

async function complete(work: TenantWork, row: TenantRow, intent: Intent): Promise<RowChange> {
  const change = { ...(await actOn(work, row, intent)), status: transitions[intent].done };
  if (!isWithTenant(row)) return { ...change, intent: null };
  const previous = rowOfPrevious(row);
  // One store deletes sooner than another.
  const isGone =
    intent === 'restore' && (await (await administrationOf(work, previous)).isDeleted());
  const changeOfOther = isGone
    ? ended(row, new Date().toISOString())
    : changeOfPrevious(row, {
        ...(await actOn(work, previous, intent)),
        status: transitions[intent].done,
      });
  return { ...change, ...changeOfOther, intent: null };
}

async function actOn(work: TenantWork, row: TenantRow, intent: Intent): Promise<RowChange> {
  const key = await administrationOf(work, row);
  return explainMissingKey(key, row, async () => {
    await key.requireOwn();
    return transitions[intent].act(key, row);
  });
}

/** What has to be known of the key before a transition begins, and is not asked again when it is resumed. */
async function checked(
  work: TenantWork,
  row: TenantRow,
  wanted: TransitionRequest,
): Promise<RowChange> {
  const isRestore = wanted.intent === 'restore';
  if (isRestore && (await (await administrationOf(work, row)).isDeleted())) throw tenantErased();
  // An offboarding that is in the row already goes on, with what it began with.
  if (wanted.intent !== 'offboard' || row.offboarding !== undefined) return {};
  const { request } = wanted;
  const key = await administrationOf(work, row);
  const offboarding = await explainMissingKey(key, row, () => newOffboarding(key, request));
  return { offboarding, ...(await previousOffboarding(work, row, request)) };
}

/** Beside the tenant's own. */
async function previousOffboarding(
  work: TenantWork,
  row: TenantRow,
  request: OffboardRequest,
): Promise<RowChange> {
  if (row.previousKey === undefined || row.previousKey.status !== undefined) return {};
  const previous = rowOfPrevious(row);
  const key = await administrationOf(work, previous);
  const offboarding = await explainMissingKey(key, previous, () => newOffboarding(key, request));
  return offboardedWithTenant(row, offboarding);
}

const hourMs = 3_600_000;

/** KMS tells nothing of a deleted key: all that a certificate of erasure says is asked for now. */
export async function newOffboarding(
  key: KeyAdministration,
  { windowInDays, requestedBy, force }: OffboardRequest,
): Promise<Offboarding> {
  // Also before anything is written down: a deletion that was refused must not be one that is to be resumed.
  await key.requireOwn();
  const [keyLastUsed, keyMaterialIds] = await Promise.all([key.lastUse(), key.materialIds()]);
  const isRecent = keyLastUsed !== undefined && Date.now() - Date.parse(keyLastUsed.at) < hourMs;
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

/** The key is disabled first: from then on there is no use after the last one that is written down. */
async function deleteKey(key: KeyAdministration, row: TenantRow): Promise<RowChange> {
  const offboarding = offboardingOf(row);
  const wasLive = await key.disable();
  const keyLastUsed = wasLive ? await key.lastUse() : undefined;
  const scheduled = await key.scheduleDeletion(offboarding.windowInDays);
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
