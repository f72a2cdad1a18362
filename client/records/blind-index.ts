/**
 * Blind indexes: beside a sealed field a keyed hash of its value, by which a database finds equal values. What that leaks
 * stands in docs/record-format.md. The hash is the API's `mac`, so its key never leaves the service.
 */
import { toBase64 } from '../base64.ts';
import { notFromApi } from '../bytes.ts';
import { UsageError } from '../errors.ts';
import type { CallOptions } from '../http/call.ts';
import { type Item, parsePath, valueAt } from './paths.ts';

/** What a purpose's live key versions make of a value: one while there is one, two during a change. */
export interface VersionedMac {
  readonly version: number;
  readonly mac: Uint8Array;
}

export interface MacRequest {
  readonly purpose: string;
  readonly value: Uint8Array;
  readonly bits?: number;
}

export interface MacSource {
  /** @returns for each value, in order, a hash by each live version of the purpose's key */
  macs(
    requests: readonly MacRequest[],
    call?: CallOptions,
  ): Promise<readonly (readonly VersionedMac[])[]>;
}

export interface Index {
  /** of a sealed field */
  readonly path: string;
  /** the member of the sealed item that takes the hash; without it the path and `$index` */
  readonly member?: string;
  /** how much of the hash to keep: fewer bits tell less, and find more rows that are not meant; without it 256 */
  readonly bits?: number;
  /** without it type and path; two indexes of one purpose have equal hashes for equal values */
  readonly purpose?: string;
  /** what counts as equal, such as the text in lower case; without it the text or bytes as they are */
  readonly normalize?: (value: unknown) => string | Uint8Array;
}

export const indexSuffix = '$index';

export const memberOf = ({ path, member = `${path}${indexSuffix}` }: Index): string => member;

export const indexOf = (index: string | Index): Index =>
  typeof index === 'string' ? { path: index } : index;

/**
 * @param items before they are sealed
 * @returns for each the members to add. Of two live versions the newest is stored; a search asks for both.
 */
export async function blindIndexes(
  source: MacSource,
  type: string,
  indexes: readonly Index[],
  items: readonly Item[],
  call?: CallOptions,
): Promise<readonly ReadonlyMap<string, string>[]> {
  const members = items.map(() => new Map<string, string>());
  const wanted = items.flatMap((item, position) =>
    indexes.flatMap((index) => {
      const value = valueAt(item, parsePath(index.path));
      return value === undefined ? [] : [{ position, index, value }];
    }),
  );
  if (wanted.length === 0) return members;
  const requests = wanted.map(({ index, value }) => macRequest(type, index, value));
  const macs = await source.macs(requests, call);
  wanted.forEach(({ position, index }, at) => {
    const [newest] = [...(macs[at] ?? [])].sort((one, other) => other.version - one.version);
    if (newest === undefined) throw notFromApi('has no hash');
    members[position]?.set(memberOf(index), indexText(newest));
  });
  return members;
}

/** @returns the texts that the index member of a row with this value may have */
export async function lookupTexts(
  source: MacSource,
  type: string,
  index: Index,
  value: unknown,
  call?: CallOptions,
): Promise<readonly string[]> {
  const [macs = []] = await source.macs([macRequest(type, index, value)], call);
  return macs.map(indexText);
}

/** With the version before it, so that a job finds what is left of an old one. */
const indexText = ({ version, mac }: VersionedMac): string => `${version}.${toBase64(mac)}`;

function macRequest(
  type: string,
  { path, bits, purpose, normalize }: Index,
  value: unknown,
): MacRequest {
  const normalized = normalize === undefined ? value : normalize(value);
  if (typeof normalized !== 'string' && !(normalized instanceof Uint8Array)) {
    throw new UsageError(
      'An index takes texts and bytes. Give it a "normalize" that makes one of any other value.',
    );
  }
  if (purpose === undefined && path.includes('/')) {
    throw new UsageError(
      'An index of a path with a slash needs a "purpose": without one it could be that of another type.',
    );
  }
  const bytes = typeof normalized === 'string' ? new TextEncoder().encode(normalized) : normalized;
  return {
    purpose: purpose ?? `${type}/${path}`,
    value: bytes,
    ...(bits === undefined ? {} : { bits }),
  };
}
