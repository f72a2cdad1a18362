/**
 * Keys, their material and their aliases: in memory and, where a file is given, in that file too.
 * A change counts only once it is in the file: it is made on copies, and the whole file is replaced,
 * so a crash leaves the state before the change or the state after it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceFile } from '../atomic-file.ts';
import type { KeyUse, StoredAlias, StoredKey, StoredState } from './stored-key.ts';
import { storedState } from './stored-key.ts';

export interface Draft {
  readonly keys: Map<string, StoredKey>;
  readonly aliases: Map<string, StoredAlias>;
  readonly deletedIds: Set<string>;
}

export interface KeyStore {
  /** by key id */
  readonly keys: ReadonlyMap<string, StoredKey>;
  /** by name, `alias/...` */
  readonly aliases: ReadonlyMap<string, StoredAlias>;
  /** of deleted keys */
  readonly deletedIds: ReadonlySet<string>;
  /** the last use of each key, by key id */
  readonly uses: ReadonlyMap<string, KeyUse>;
  /** Makes the whole change or, where it or the writing throws, none of it. */
  change<T>(apply: (draft: Draft) => T): T;
  /**
   * Notes a use of a key. A use must not cost a write: only the first is written at once, since whether a key was ever
   * used decides whether it may be deleted; a later use is written with the next change.
   */
  noteUse(use: KeyUse): void;
}

/** @throws Error, for a person, where the file is there but is not a whole key store */
export function openKeyStore(file?: string): KeyStore {
  const state = file !== undefined && existsSync(file) ? readState(file) : empty;
  let keys = new Map(state.keys.map((key) => [key.keyId, key]));
  let aliases = new Map(state.aliases.map((alias) => [alias.name, alias]));
  let deletedIds = new Set(state.deletedIds);
  const uses = new Map(state.uses.map((use) => [use.keyId, use]));
  return {
    get keys() {
      return keys;
    },
    get aliases() {
      return aliases;
    },
    get deletedIds() {
      return deletedIds;
    },
    uses,
    change: (apply) => {
      const draft = {
        keys: new Map(keys),
        aliases: new Map(aliases),
        deletedIds: new Set(deletedIds),
      };
      const result = apply(draft);
      if (file !== undefined) writeState(file, draft, uses);
      ({ keys, aliases, deletedIds } = draft);
      for (const keyId of uses.keys()) if (!keys.has(keyId)) uses.delete(keyId);
      return result;
    },
    noteUse: (use) => {
      const isFirst = !uses.has(use.keyId);
      uses.set(use.keyId, use);
      if (file !== undefined && isFirst) writeState(file, { keys, aliases, deletedIds }, uses);
    },
  };
}

const empty: StoredState = { version: 1, keys: [], aliases: [], uses: [], deletedIds: [] };

function readState(file: string): StoredState {
  try {
    const state = storedState.parse(JSON.parse(readFileSync(file, 'utf8')));
    requireConsistent(state);
    return state;
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(
      `${file} is not a key store that this version can read: ${withoutContent(reason)}. Restore it from a copy; ` +
        'or move it away to start without keys, and then nothing encrypted under them can be decrypted.',
    );
  }
}

/** The parser of JSON quotes what it could not read, and that may be key material. */
const withoutContent = (reason: string): string =>
  /JSON/.test(reason) ? 'it is not JSON' : reason.replaceAll('\n', '; ');

function requireConsistent({ keys, aliases }: StoredState): void {
  const keyIds = new Set(keys.map((key) => key.keyId));
  const names = new Set(aliases.map((alias) => alias.name));
  if (keyIds.size !== keys.length) throw new Error('a key id occurs twice');
  if (names.size !== aliases.length) throw new Error('an alias occurs twice');
  const orphan = aliases.find((alias) => !keyIds.has(alias.keyId));
  if (orphan !== undefined) throw new Error(`${orphan.name} names a key that is not there`);
  const rotates = ({ keySpec, rotation, materials }: StoredKey) =>
    keySpec !== undefined && (rotation !== undefined || materials.length > 1);
  if (keys.some(rotates)) throw new Error('a signing key rotates');
}

function writeState(file: string, draft: Readonly<Draft>, uses: ReadonlyMap<string, KeyUse>): void {
  const state: StoredState = {
    version: 1,
    keys: [...draft.keys.values()],
    aliases: [...draft.aliases.values()],
    uses: [...uses.values()].filter((use) => draft.keys.has(use.keyId)),
    deletedIds: [...draft.deletedIds],
  };
  replaceFile(file, `${JSON.stringify(state)}\n`);
}
