/**
 * The keys of a tenant beside the tenant's own, while its key store is changed: the one that is being made, and the one before.
 * Invariant: each change of the store is one change of the row, in which the tenant has a key before, during and after it;
 * and which of two keys encrypts does not change while some function may still have the row from before.
 *
 * A tenant has never both: a change begins where there is no key before, but for the change back to it.
 */
import { newKeySettlesAfterMs, settlesAfterMs } from '../../../contract/key-store-change.ts';
import { noPreviousKey } from '../../../contract/problem.ts';
import type { Registry, RowChange } from './registry.ts';
import { statusRules } from './status.ts';
import {
  hasKey,
  keyStoreOf,
  type NextKey,
  type Offboarding,
  onboardedWithOf,
  type PreviousKey,
  type TenantRow,
} from './tenant-row.ts';

/** A tenant is at its end only once it has none. */
export const hasOtherKeys = ({ nextKey, previousKey }: TenantRow): boolean =>
  nextKey !== undefined || previousKey !== undefined;

const timeIn = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** @returns the tenant's own key, as one before */
function ownAsPrevious(row: TenantRow, since: string): PreviousKey {
  const { keyArn, keyName, keyClientId, keyCreatedAt, rotation } = row;
  const name = keyName === undefined ? { keyArn } : { keyName, keyClientId };
  return withoutAbsent({ keyStore: keyStoreOf(row), ...name, keyCreatedAt, rotation, since });
}

/** The ARN stays where the new key has none: by it CloudTrail's events find their tenant. */
const asOwn = (row: TenantRow, key: NextKey | PreviousKey): RowChange => ({
  keyStore: key.keyStore,
  keyArn: key.keyArn ?? row.keyArn ?? null,
  keyName: key.keyName ?? null,
  keyClientId: key.keyClientId ?? null,
  keyCreatedAt: key.keyCreatedAt ?? null,
  rotation: 'rotation' in key ? (key.rotation ?? null) : null,
  // What a PUT is compared with stays as it was.
  onboardedWith: onboardedWithOf(row),
});

/** @returns what makes the next key the tenant's */
export function turnedToNext(row: TenantRow): RowChange {
  const { nextKey } = row;
  if (nextKey === undefined || !hasKey(nextKey)) throw new Error('a change without its key');
  const previousKey = ownAsPrevious(row, timeIn(newKeySettlesAfterMs(nextKey.keyStore)));
  return { ...asOwn(row, nextKey), nextKey: null, previousKey };
}

/**
 * Before the first change has settled the key that it came from is the one that encrypts: it goes on. After that the other
 * does, and goes on for as long as a function may have the row of now.
 * @returns what makes the key before the tenant's again
 */
export function turnedBack(row: TenantRow): RowChange {
  const previousKey = previousKeyOf(row);
  const isSettled = Date.parse(previousKey.since) <= Date.now();
  return {
    ...asOwn(row, previousKey),
    previousKey: ownAsPrevious(row, timeIn(isSettled ? settlesAfterMs : 0)),
  };
}

/**
 * What is done to a tenant's keys is done to this one too. It has encrypted nothing yet.
 * @param offboarding of the tenant, which is this key's too
 * @returns what makes a next key that is there a key before; nothing where it is not known
 */
export function abandonedNext({ nextKey }: TenantRow, offboarding?: Offboarding): RowChange {
  if (nextKey === undefined || !hasKey(nextKey)) return {};
  const { requestedAt, keyRequestedAt, ...key } = nextKey;
  const end = offboarding && withTenantEnding(offboarding);
  return { nextKey: null, previousKey: { ...key, since: timeIn(0), ...end } };
}

const withTenantEnding = (offboarding: Offboarding) =>
  ({ status: 'OFFBOARDING', intent: 'offboard', offboarding, withTenant: true }) as const;

/** @throws Problem 409 no-previous-key */
export function previousKeyOf({ previousKey }: TenantRow): PreviousKey {
  if (previousKey === undefined) throw noPreviousKey();
  return previousKey;
}

/** @returns the row, if the key before were the tenant's only one */
export function rowOfPrevious(row: TenantRow): TenantRow {
  const { keyStore, keyArn, keyName, keyClientId, keyCreatedAt, ...life } = previousKeyOf(row);
  const { rotation, offboarding, intent, status = row.status } = life;
  const { nextKey, previousKey, formerKeys, keyRequestedAt, ...rest } = row;
  const key = { keyStore, keyArn, keyName, keyClientId, keyCreatedAt };
  return { ...rest, ...key, rotation, offboarding, intent, status };
}

/**
 * A suspension is the tenant's, and is not written down for the key before.
 * @param change of the row of {@link rowOfPrevious}
 * @returns the same, of the tenant's row
 */
export function changeOfPrevious(row: TenantRow, change: RowChange): RowChange {
  const { lease, erasedAt, ...wanted } = change;
  const { withTenant, ...before } = previousKeyOf(row);
  const { rotation, offboarding, intent, status } = { ...before, ...wanted };
  const held = lease !== undefined && { lease };
  const { keyDeletion } = statusRules[status ?? row.status];
  if (keyDeletion === 'done') return { ...held, ...ended(row, erasedAt ?? timeIn(0)) };
  const life = {
    rotation: rotation ?? undefined,
    offboarding: offboarding ?? undefined,
    intent: intent === 'offboard' || intent === 'restore' ? intent : undefined,
    status: undefined,
    ...(keyDeletion === 'planned' && ({ status: 'OFFBOARDING', withTenant } as const)),
  };
  return { ...held, previousKey: withoutAbsent({ ...before, ...life }) };
}

/** Whether a step of the tenant is one of the key before, too: not where that key has an end of its own. */
export const isWithTenant = ({ previousKey }: TenantRow): boolean =>
  previousKey !== undefined &&
  (previousKey.status === undefined || previousKey.withTenant === true);

/** @returns the offboarding of the key before, which is the tenant's: both are restored by one restore */
export function offboardedWithTenant(row: TenantRow, offboarding: Offboarding): RowChange {
  return {
    previousKey: { ...previousKeyOf(row), status: 'OFFBOARDING', offboarding, withTenant: true },
  };
}

/** @returns what is written once the key before is deleted */
export function ended(row: TenantRow, erasedAt: string): RowChange {
  const { status, intent, macKeys, withTenant, offboarding, ...key } = previousKeyOf(row);
  if (offboarding === undefined) throw new Error('an end of a key without its beginning');
  const former = withoutAbsent({ ...key, offboarding, erasedAt });
  return { previousKey: null, formerKeys: [...(row.formerKeys ?? []), former] };
}

/** DynamoDB takes no undefined, and a row has none. */
const withoutAbsent = <T extends object>(members: T): T =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;

/**
 * The registry in which a tenant's key before is the tenant's only one, so that it has a life of its own by the same steps.
 * @param check of the tenant's row, whenever it is read: what it throws is thrown
 */
export function registryOfPrevious(
  registry: Registry,
  check: (row: TenantRow) => void = () => {},
): Registry {
  const view = (row: TenantRow) => (row.previousKey === undefined ? row : rowOfPrevious(row));
  return {
    add: () => Promise.reject(new Error('no tenant is added by its key before')),
    remove: () => Promise.reject(new Error('no tenant is removed by its key before')),
    async get(tenantId) {
      const row = await registry.get(tenantId);
      if (row === undefined) return undefined;
      check(row);
      return rowOfPrevious(row);
    },
    async change({ tenantId, version }, change) {
      const row = await registry.get(tenantId);
      if (row?.version !== version) return undefined;
      const changed = await registry.change(row, changeOfPrevious(row, change));
      return changed && view(changed);
    },
  };
}

/** The registry in which a tenant has the key alone that is being made, for what makes keys. */
export function registryOfNext(registry: Registry): Registry {
  return {
    ...registry,
    async change(
      { tenantId, version },
      { keyArn, keyName, keyClientId, keyCreatedAt, keyRequestedAt, ...rest },
    ) {
      const row = await registry.get(tenantId);
      if (row?.nextKey === undefined || row.version !== version) return undefined;
      const given = { keyArn, keyName, keyClientId, keyCreatedAt, keyRequestedAt };
      const isGiven = ([, value]: [string, unknown]) => value !== undefined;
      const key = Object.fromEntries(Object.entries(given).filter(isGiven));
      const members = Object.entries({ ...row.nextKey, ...key });
      const nextKey = Object.fromEntries(members.filter(([, value]) => value !== null)) as NextKey;
      const changed = await registry.change(row, { ...rest, nextKey });
      return changed && rowOfNext(changed);
    },
  };
}

/** @returns the row, if the key that is being made were the tenant's only one */
export function rowOfNext(row: TenantRow): TenantRow {
  const { nextKey } = row;
  if (nextKey === undefined) throw new Error('no key is being made');
  const { keyStore, keyArn, keyName, keyClientId, keyCreatedAt, keyRequestedAt } = nextKey;
  const key = { keyStore, keyArn, keyName, keyClientId, keyCreatedAt };
  return { ...row, ...key, keyRequestedAt, rotation: undefined };
}
