/**
 * The keys of a tenant's macs after a change of the key store: wrapped anew, so that nothing is left under the key before.
 * Invariant: a mac key itself does not change, so neither does any mac; and a row is under one key, old or new, at every
 * moment.
 */
import { maxKmsCallsPerRequest } from '../../contract/crypto.ts';
import type { RewrappedMacKeys } from '../../contract/mac.ts';
import { isToRewrap, type MacKeys, rewrap } from './mac-keys.ts';

/** Of two versions each is unwrapped, and wrapped. */
const callsEach = 4;

/** How many purposes may be rewrapped by one request. */
export const maxRewrapped = maxKmsCallsPerRequest / callsEach;

/** May be repeated, and is, until none is left. */
export async function rewrapMacKeys(keys: MacKeys): Promise<RewrappedMacKeys> {
  let rewrapped = 0;
  let left = 0;
  const { move, macKeyRows } = keys;
  if (move === undefined) return { rewrapped, left };
  for (let page = await macKeyRows.list(); page.length > 0; ) {
    for (const { purpose, keyName } of page) {
      if (keyName === move.to) continue;
      if (rewrapped < maxRewrapped && (await isRewrapped(keys, purpose))) rewrapped += 1;
      else left += 1;
    }
    page = await macKeyRows.list(page.at(-1)?.purpose);
  }
  return { rewrapped, left };
}

/** After its use: for the answer the key before has been asked already. */
export async function rewrapAfterUse(keys: MacKeys, purposes: readonly string[]): Promise<void> {
  if (keys.move?.rewraps !== true || purposes.length > maxRewrapped) return;
  for (const purpose of purposes) await isRewrapped(keys, purpose);
}

async function isRewrapped(keys: MacKeys, purpose: string): Promise<boolean> {
  const row = await keys.macKeyRows.get(purpose);
  return row !== undefined && isToRewrap(keys, row) && rewrap(keys, row);
}
