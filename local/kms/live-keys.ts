/**
 * Keys as they are now. The store changes with time only when a key is looked up: rotations that came due are done
 * then, and a key whose deletion date has passed is deleted with its material and its aliases.
 */
import { type KmsAccount, now } from './account.ts';
import { isRotationDue, rotatedUntil } from './rotation.ts';
import type { Draft } from './store.ts';
import type { StoredAlias, StoredKey } from './stored-key.ts';

/** @returns the key, or nothing where there is none or its deletion date has passed */
export function liveKey(account: KmsAccount, keyId: string): StoredKey | undefined {
  const key = account.store.keys.get(keyId);
  if (key !== undefined) bringUpToDate(account, [key]);
  return account.store.keys.get(keyId);
}

/** @returns every key, in the order of their ids */
export function liveKeys(account: KmsAccount): StoredKey[] {
  bringUpToDate(account, [...account.store.keys.values()]);
  return [...account.store.keys.values()].sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
}

/** @param name with its prefix, `alias/...` */
export function liveAlias(account: KmsAccount, name: string): StoredAlias | undefined {
  const alias = account.store.aliases.get(name);
  if (alias !== undefined) liveKey(account, alias.keyId);
  return account.store.aliases.get(name);
}

/** @returns the aliases of a key, in the order of their names */
export function aliasesOf(account: KmsAccount, keyId: string): readonly StoredAlias[] {
  const { aliases } = account.store;
  const byKey =
    aliasesByKey.get(aliases) ?? inOrder([...aliases.values()]).reduce(intoByKey, new Map());
  aliasesByKey.set(aliases, byKey);
  return byKey.get(keyId) ?? [];
}

type ByKey = Map<string, StoredAlias[]>;

/** Each change of the store has new aliases, so what is kept of the old ones is never asked for. */
const aliasesByKey = new WeakMap<ReadonlyMap<string, StoredAlias>, ByKey>();

function intoByKey(byKey: ByKey, alias: StoredAlias): ByKey {
  const known = byKey.get(alias.keyId);
  if (known === undefined) byKey.set(alias.keyId, [alias]);
  else known.push(alias);
  return byKey;
}

/** @returns every alias, in the order of their names */
export const sortedAliases = (account: KmsAccount): StoredAlias[] =>
  inOrder([...account.store.aliases.values()]);

const inOrder = (aliases: StoredAlias[]): StoredAlias[] =>
  aliases.sort((a, b) => (a.name < b.name ? -1 : 1));

/** Puts a new state of a key in the place of the old. */
export const replaceKey = (account: KmsAccount, key: StoredKey): void =>
  account.store.change((draft) => {
    draft.keys.set(key.keyId, key);
  });

function bringUpToDate(account: KmsAccount, keys: readonly StoredKey[]): void {
  const at = now(account);
  const due = keys.filter((key) => isDeleted(key, at) || isRotationDue(key, at));
  if (due.length === 0) return;
  account.store.change((draft) => {
    for (const key of due) {
      if (isDeleted(key, at)) remove(draft, key);
      else draft.keys.set(key.keyId, rotatedUntil(key, at));
    }
  });
}

const isDeleted = (key: StoredKey, at: number): boolean =>
  key.deletion !== undefined && key.deletion.at <= at;

function remove(draft: Draft, key: StoredKey): void {
  draft.keys.delete(key.keyId);
  draft.deletedIds.add(key.keyId);
  for (const alias of draft.aliases.values()) {
    if (alias.keyId === key.keyId) draft.aliases.delete(alias.name);
  }
}
