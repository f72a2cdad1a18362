/**
 * Keys, their material and their aliases: in memory, and where a file is given also there.
 * A change counts only once it is in the file: it is made on copies, written beside the file,
 * forced to the disk and renamed over it, so a crash leaves the state before or the state after.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { KeyUse, StoredAlias, StoredKey, StoredState } from './stored-key.ts';
import { storedState } from './stored-key.ts';

export interface Draft {
  readonly keys: Map<string, StoredKey>;
  readonly aliases: Map<string, StoredAlias>;
}

export interface KeyStore {
  /** by key id */
  readonly keys: ReadonlyMap<string, StoredKey>;
  /** by name, `alias/...` */
  readonly aliases: ReadonlyMap<string, StoredAlias>;
  /** the last use of each key, by key id */
  readonly uses: ReadonlyMap<string, KeyUse>;
  /** Does all of a change or, where it or the writing throws, nothing of it. */
  change<T>(apply: (draft: Draft) => T): T;
  /** Notes a use of a key; it reaches the file with the next change, since use must not cost a write. */
  noteUse(use: KeyUse): void;
}

/** @throws Error, for a person, where the file is there but is not a whole key store */
export function openKeyStore(file?: string): KeyStore {
  const state = file !== undefined && existsSync(file) ? readState(file) : empty;
  let keys = new Map(state.keys.map((key) => [key.keyId, key]));
  let aliases = new Map(state.aliases.map((alias) => [alias.name, alias]));
  const uses = new Map(state.uses.map((use) => [use.keyId, use]));
  return {
    get keys() {
      return keys;
    },
    get aliases() {
      return aliases;
    },
    uses,
    change: (apply) => {
      const draft = { keys: new Map(keys), aliases: new Map(aliases) };
      const result = apply(draft);
      if (file !== undefined) writeState(file, draft, uses);
      ({ keys, aliases } = draft);
      for (const keyId of uses.keys()) if (!keys.has(keyId)) uses.delete(keyId);
      return result;
    },
    noteUse: (use) => {
      uses.set(use.keyId, use);
    },
  };
}

const empty: StoredState = { version: 1, keys: [], aliases: [], uses: [] };

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
}

function writeState(file: string, draft: Draft, uses: ReadonlyMap<string, KeyUse>): void {
  const state: StoredState = {
    version: 1,
    keys: [...draft.keys.values()],
    aliases: [...draft.aliases.values()],
    uses: [...uses.values()].filter((use) => draft.keys.has(use.keyId)),
  };
  const temporary = `${file}.tmp`;
  // What a crash left there goes first: `wx` then makes a new file, whose mode is ours.
  rmSync(temporary, { force: true });
  withFile(temporary, 'wx', (descriptor) => {
    const bytes = Buffer.from(`${JSON.stringify(state)}\n`);
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(descriptor, bytes, written);
    }
  });
  renameSync(temporary, file);
  withFile(dirname(file), 'r', () => {});
}

/** Closes the file only after its content is on the disk; of a folder, its entries. */
function withFile(path: string, flags: string, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    use(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
