/**
 * The change of a tenant's key store. Invariant: the row says that a key is being made in the other store before that is
 * asked; until the key is whole nothing else changes, and then one write makes it the tenant's and the other the key before. It
 * may be cut off anywhere: the same request goes on, and so does the reconciler, which makes no key. The end of the key before is
 * a step of its own, which a person asks for.
 */
import type { KeyStoreName } from '../../../contract/key-stores.ts';
import {
  keyNotReady,
  keyStoreChanging,
  Problem,
  tenantDeclared,
} from '../../../contract/problem.ts';
import { administrationOf } from '../keys/administration.ts';
import { isLeased, leaseOf, onceFree } from '../registry/lease.ts';
import {
  abandonedNext,
  registryOfNext,
  rowOfNext,
  turnedBack,
  turnedToNext,
} from '../registry/other-keys.ts';
import type { RowChange } from '../registry/registry.ts';
import { requireAllowed, statusRules } from '../registry/status.ts';
import {
  keyStoreOf,
  type Offboarding,
  type PreviousKey,
  type TenantRow,
} from '../registry/tenant-row.ts';
import {
  type HeldRow,
  type KeyMaking,
  type OnboardingOptions,
  type RecoveryOptions,
  releasedOnFailure,
} from './held-row.ts';
import { keyMakingOf } from './key-making.ts';

/**
 * @returns the row once the tenant's key is in the wanted store; at once where it is there already
 * @throws Problem 404; 409 by the tenant's status, tenant-busy, tenant-declared, key-store-changing where another change has
 *   not ended; as an onboarding does
 */
export const changeKeyStore = (
  options: OnboardingOptions,
  tenantId: string,
  wanted: KeyStoreName,
): Promise<TenantRow> =>
  onceFree(options, tenantId, async (row) => {
    if (hasWantedKey(row, { keyStore: wanted })) return row;
    if (isLeased(row)) return undefined;
    if (row.previousKey !== undefined) return options.registry.change(row, turnedBack(row));
    const { nextKey = { keyStore: wanted, requestedAt: new Date().toISOString() } } = row;
    const leased = await options.registry.change(row, { nextKey, lease: leaseOf(options) });
    return leased && moveToNext(options, leased);
  });

/** A store, and of several keys that a tenant may have there the one. */
type WantedKey = Pick<TenantRow, 'keyStore' | 'keyName'>;

/** @throws Problem where the tenant may not have another key now */
export function hasWantedKey(row: TenantRow, wanted: WantedKey): boolean {
  requireAllowed(statusRules[row.status].keyChange);
  if (row.declared === true) throw tenantDeclared();
  const { nextKey, previousKey } = row;
  if (nextKey !== undefined && !isWanted(nextKey, wanted)) {
    throw keyStoreChanging(
      `A change to ${nextKey.keyStore} has begun and not ended: end it by the same request.`,
    );
  }
  if (nextKey === undefined && isWanted(row, wanted)) return true;
  if (previousKey === undefined) return false;
  if (previousKey.status !== undefined) {
    throw keyStoreChanging(
      'The key of the last change is about to be deleted: wait for its end, or restore it by POST .../key-store/previous/restore.',
    );
  }
  if (!isWanted(previousKey, wanted)) {
    throw keyStoreChanging(
      `The tenant still has a key in ${placeOf(previousKey)}, from before the last change: end it by DELETE .../key-store/previous.`,
    );
  }
  return false;
}

/** In an account of the tenant's own there may be several. */
const placeOf = ({ keyStore, keyName }: PreviousKey): string =>
  keyStore === 'aws-kms-external' ? `${keyStore} (${keyName})` : keyStore;

const isWanted = (key: WantedKey, wanted: WantedKey): boolean =>
  keyStoreOf(key) === keyStoreOf(wanted) &&
  (wanted.keyName === undefined || key.keyName === wanted.keyName);

async function moveToNext(options: OnboardingOptions, leased: TenantRow): Promise<TenantRow> {
  const held = holdNext(options, leased);
  return releasedOnFailure(held, async () => {
    const keys = await keyMakingOf(options, held.row);
    if (!(await isRecovered(options, held, keys))) await keys.make(held);
    await keys.finish(held);
    return changeHeld(options, held, turnedToNext);
  });
}

/** What became of a change that was cut off. */
export type KeyStoreChangeEnd = 'finished' | 'abandoned' | 'removed';

/**
 * For the reconciler: goes on with a change on which no other invocation is at work, but makes no key.
 * @param row as it was read, with a key that is being made, of a tenant whose status allows the change
 * @returns what became of the change; undefined, and nothing was done, where another invocation is at work
 * @throws as `finishOnboarding` does
 */
export const finishKeyStoreChange = (
  options: RecoveryOptions,
  row: TenantRow,
): Promise<KeyStoreChangeEnd | undefined> =>
  endChange(options, row, async (held, keys) => {
    await keys.finish(held);
    await changeHeld(options, held, turnedToNext);
    return 'finished';
  });

/**
 * For the reconciler: what becomes of a change that may not go on, since the tenant's status forbids it. Its key, if there is one, has
 * the tenant's status from then on.
 * @returns as {@link finishKeyStoreChange}
 */
export const abandonKeyStoreChange = (
  options: RecoveryOptions,
  row: TenantRow,
): Promise<KeyStoreChangeEnd | undefined> =>
  endChange(options, row, async (held) => {
    const offboarding = row.offboarding && (await sameOffboarding(options, held, row.offboarding));
    await changeHeld(options, held, (now) => abandonedNext(now, offboarding));
    return 'abandoned';
  });

async function sameOffboarding(
  options: RecoveryOptions,
  { row }: HeldRow,
  { windowInDays, requestedBy, requestedAt }: Offboarding,
): Promise<Offboarding> {
  const keyMaterialIds = await (await administrationOf(options, row)).materialIds();
  return { windowInDays, requestedBy, requestedAt, keyMaterialIds };
}

async function endChange(
  options: RecoveryOptions,
  row: TenantRow,
  endWithKey: (held: HeldRow, keys: KeyMaking) => Promise<KeyStoreChangeEnd>,
): Promise<KeyStoreChangeEnd | undefined> {
  if (isLeased(row)) return undefined;
  const leased = await options.registry.change(row, { lease: leaseOf(options) });
  if (leased === undefined) return undefined;
  const held = holdNext(options, leased);
  return releasedOnFailure(held, async () => {
    const keys = await keyMakingOf(options, held.row);
    if (await isRecovered(options, held, keys)) return endWithKey(held, keys);
    await changeHeld(options, held, () => ({ nextKey: null }));
    return 'removed';
  });
}

/** Where the name is another's there, and no key was asked for yet, nothing of the change is left. */
async function isRecovered(
  options: RecoveryOptions,
  held: HeldRow,
  keys: KeyMaking,
): Promise<boolean> {
  const { keyRequestedAt } = held.row;
  try {
    return await keys.recover(held);
  } catch (error) {
    const isTaken = error instanceof Problem && error.code === 'alias-taken';
    if (isTaken && keyRequestedAt === undefined)
      await changeHeld(options, held, () => ({ nextKey: null }));
    throw error;
  }
}

const holdNext = <Options extends RecoveryOptions>(
  options: Options,
  leased: TenantRow,
): HeldRow<Options> => ({
  options: { ...options, registry: registryOfNext(options.registry) },
  row: rowOfNext(leased),
});

/** @throws Problem 503 where another invocation holds the lease now: it goes on from there */
async function changeHeld(
  { registry }: RecoveryOptions,
  { row: { tenantId, version } }: HeldRow,
  changeOf: (row: TenantRow) => RowChange,
): Promise<TenantRow> {
  const row = await registry.get(tenantId);
  if (row?.version !== version) throw keyNotReady(5);
  const changed = await registry.change(row, { ...changeOf(row), lease: null });
  if (changed === undefined) throw keyNotReady(5);
  return changed;
}
