/**
 * The keys of a tenant's macs: for each purpose one of its own, and two while it is being changed. Invariant: all that use
 * a purpose for the first time at once end with the same key; each is a data key of 32 bytes, wrapped by the tenant's key
 * under tenant, purpose and version, and leaves KMS only to be used.
 */
import { macKeyContext } from '../../contract/encryption-context.ts';
import { maxPurposes } from '../../contract/mac.ts';
import { macVersionsDiffer, tooManyPurposes, unavailable } from '../../contract/problem.ts';
import { CiphertextRefused, KeyStoreFailure } from '../key-stores/keyring.ts';
import { requestStats } from '../observability/request-stats.ts';
import { type CachedKeyring, dataKeyIdOf, decryptionKeyUse } from './cached-data-keys.ts';
import type { MacKeyRow, MacKeyRows, MacKeyVersion } from './mac-key-rows.ts';

export interface MacKeys extends CachedKeyring {
  readonly macKeyRows: MacKeyRows;
  /** while the tenant has two keys, which both unwrap */
  readonly move?: KeyMove | undefined;
}

/** A change of the tenant's key store. */
export interface KeyMove {
  /** the name of the key that is to wrap everything */
  readonly to: string;
  /** whether what the key before has wrapped is wrapped anew: not before every function knows of the new key */
  readonly rewraps: boolean;
}

/** How often a change begins anew because somebody else has changed the same purpose. */
const maxAttempts = 5;

/**
 * @returns the live versions, the oldest first; the first one is made where there is none
 * @throws Problem 409 too-many-purposes
 */
export async function liveVersions(
  keys: MacKeys,
  purpose: string,
): Promise<readonly MacKeyVersion[]> {
  const row = await keys.macKeyRows.get(purpose);
  if (row !== undefined) return row.versions;
  await requireRoom(keys);
  await put(keys, purpose, [await newVersion(keys, purpose, 1)], undefined);
  // Ours or another's: the one that is there is the purpose's key.
  const made = await keys.macKeyRows.get(purpose, 'fresh');
  if (made === undefined) throw unavailable();
  return made.versions;
}

/**
 * Begins a version, or retires all but the newest. May be repeated: what is so already stays.
 * @param wanted the versions that are to be live
 * @throws Problem 409 mac-versions-differ where no single step leads there, too-many-purposes
 */
export async function setVersions(
  keys: MacKeys,
  purpose: string,
  wanted: readonly number[],
): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const row = await keys.macKeyRows.get(purpose, 'fresh');
    const live = row?.versions ?? [];
    if (areSame(live.map(versionOf), wanted)) return;
    if (row === undefined) await requireRoom(keys);
    else if (isToRewrap(keys, row)) {
      await rewrap(keys, row);
      continue;
    }
    const next = await nextVersions(keys, purpose, live, wanted);
    if (await put(keys, purpose, next, row)) return;
  }
  throw unavailable();
}

/** A row is under one key as a whole. Which, is written down once the tenant's key has been moved. */
function put(
  { macKeyRows, keyring, move }: MacKeys,
  purpose: string,
  versions: readonly MacKeyVersion[],
  read: MacKeyRow | undefined,
): Promise<boolean> {
  const isNamed = move !== undefined || read?.keyName !== undefined;
  return macKeyRows.put(purpose, versions, read, isNamed ? keyring.keyName : undefined);
}

/** Whether the row is under the key before a change of the key store, and may be under the new one. */
export const isToRewrap = ({ move }: MacKeys, { keyName }: Pick<MacKeyRow, 'keyName'>): boolean =>
  move?.rewraps === true && keyName !== move.to;

/**
 * Wraps the keys of a purpose by the tenant's new key. They stay the same keys.
 * @returns false, and nothing was written, where somebody else has changed the row since it was read
 */
export async function rewrap(keys: MacKeys, row: MacKeyRow): Promise<boolean> {
  const { purpose } = row;
  const versions: MacKeyVersion[] = [];
  for (const live of row.versions) {
    const key = await withMacKey(keys, purpose, live, (bytes) => new Uint8Array(bytes));
    const context = macKeyContext(keys.tenantId, purpose, live.version);
    try {
      const { wrapped, requestId } = await keys.keyring.wrapDataKey(key, context);
      const wrappedKey = wrapped.encryptedDataKey;
      requestStats()?.addKmsCall(requestId, dataKeyIdOf(wrappedKey));
      versions.push({ ...live, wrappedKey });
    } finally {
      key.fill(0);
    }
  }
  return put(keys, purpose, versions, row);
}

async function nextVersions(
  keys: MacKeys,
  purpose: string,
  live: readonly MacKeyVersion[],
  wanted: readonly number[],
): Promise<readonly MacKeyVersion[]> {
  const newest = live.at(-1);
  if (newest === undefined) {
    if (!areSame(wanted, [1])) throw macVersionsDiffer();
    return [await newVersion(keys, purpose, 1)];
  }
  if (areSame(wanted, [newest.version])) return [newest];
  const begun = newest.version + 1;
  if (live.length > 1 || !areSame(wanted, [newest.version, begun])) throw macVersionsDiffer();
  return [newest, await newVersion(keys, purpose, begun)];
}

const versionOf = ({ version }: MacKeyVersion): number => version;

const areSame = (some: readonly number[], others: readonly number[]): boolean =>
  some.length === others.length && some.every((one, at) => one === others[at]);

async function requireRoom({ macKeyRows }: MacKeys): Promise<void> {
  if (await macKeyRows.isFull()) throw tooManyPurposes(maxPurposes);
}

/** Without its plaintext, which is only unwrapped from a row: what lost a race was never in memory. */
async function newVersion(
  { tenantId, keyring }: MacKeys,
  purpose: string,
  version: number,
): Promise<MacKeyVersion> {
  const context = macKeyContext(tenantId, purpose, version);
  const { wrapped, requestId } = await keyring.generateDataKeyWithoutPlaintext(context);
  const wrappedKey = wrapped.encryptedDataKey;
  requestStats()?.addKmsCall(requestId, dataKeyIdOf(wrappedKey));
  return { version, wrappedKey, createdAt: new Date().toISOString() };
}

/**
 * @param use is lent the key, whose bytes may be zeroed as soon as `use` returns
 * @throws Error where the row has no key of this tenant, purpose and version
 */
export async function withMacKey<T>(
  keys: MacKeys,
  purpose: string,
  { version, wrappedKey }: MacKeyVersion,
  use: (key: Uint8Array) => T,
): Promise<T> {
  const wrapped = keys.keyring.wrappedDataKeyFrom(wrappedKey);
  if (wrapped === undefined) throw notItsKey();
  const context = macKeyContext(keys.tenantId, purpose, version);
  const dataKey = decryptionKeyUse(keys, wrapped, context, ({ plaintext }) => {
    if (plaintext.length !== macKeyBytes) throw notItsKey();
    return use(plaintext);
  });
  return dataKey.run(keys.cache).catch((error: unknown) => {
    if (error instanceof KeyStoreFailure) throw error.cause;
    throw error instanceof CiphertextRefused ? notItsKey() : error;
  });
}

const macKeyBytes = 32;

const notItsKey = () => new Error('a row of the mac keys has no key of its tenant and purpose');
