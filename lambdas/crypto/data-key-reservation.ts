/**
 * The data keys of one batch, counted before the first call to the key store. Invariant: each data key that was
 * counted costs one call at most, and each that the cache had costs none, whatever the cache drops or the key store
 * refuses meanwhile: a refusal answers all items of the batch that want the same. Where another request makes the call
 * first there are fewer calls than counted, never more.
 * A key's age counts at the reservation, so a batch may go on with it for as long as the function's invocation lasts.
 */
import type { CachedKey, DataKeyRequest, DataKeys, Spends } from './data-key-request.ts';
import { isWithin, type SharedKey, type SpendLimits, sumOf } from './shared-data-key.ts';

export interface Reservation extends DataKeys {
  /** that it costs at most */
  readonly calls: number;
  /** The batch is done: none of its requests is served any more. */
  release(): void;
}

/** What a reservation needs of the cache. */
export interface ReservedCache {
  readonly limits: SpendLimits;
  /** whether the request gets a data key of its own */
  neverShares(request: DataKeyRequest<CachedKey>): boolean;
  /** @returns what is in the cache and not too old; nothing is spent of it */
  look(request: DataKeyRequest<CachedKey>): SharedKey | undefined;
  /** @returns what is in the cache and has room; otherwise the call begins */
  take<K extends CachedKey>(request: DataKeyRequest<K>): SharedKey<K>;
  lend<K extends CachedKey, T>(key: SharedKey<K>, use: (key: K) => T): Promise<T>;
}

type Request = DataKeyRequest<CachedKey>;

/** One data key, and all that the batch encrypts with it. */
interface Slot {
  readonly request: Request;
  spends: Spends;
  /** there from the begin, or since the first item asked for it */
  key: SharedKey | undefined;
}

/** @returns undefined where more than `maxCalls` calls are needed; then nothing is spent */
export function reservation(
  requests: readonly Request[],
  maxCalls: number,
  cache: ReservedCache,
): Reservation | undefined {
  const slots = slotsOf(requests, cache);
  const all = new Set(slots.values());
  const missing = [...all].filter(({ key }) => key === undefined);
  if (missing.length > maxCalls) return undefined;
  for (const { key, spends } of all) {
    key?.spend(spends, cache.limits);
    key?.hold();
  }
  return { calls: missing.length, ...reserved(slots, all, cache) };
}

function slotsOf(requests: readonly Request[], cache: ReservedCache): Map<Request, Slot> {
  const slots = new Map<Request, Slot>();
  const open = new Map<string, Slot>();
  for (const request of requests) {
    if (cache.neverShares(request)) {
      slots.set(request, { request, spends: request.spends, key: undefined });
      continue;
    }
    const known = open.get(request.id) ?? inCache(request, cache);
    const slot = known && hasRoom(known, request.spends, cache.limits) ? known : empty(request);
    slot.spends = sumOf(slot.spends, request.spends);
    open.set(request.id, slot);
    slots.set(request, slot);
  }
  return slots;
}

const empty = (request: Request): Slot => ({
  request,
  spends: { messages: 0, bytes: 0 },
  key: undefined,
});

function inCache(request: Request, cache: ReservedCache): Slot | undefined {
  const key = cache.look(request);
  return key && { ...empty(request), key };
}

function hasRoom({ key, spends }: Slot, more: Spends, limits: SpendLimits): boolean {
  const sum = sumOf(spends, more);
  return key === undefined ? isWithin(sum, limits) : key.hasRoomFor(sum, limits);
}

function reserved(
  slots: ReadonlyMap<Request, Slot>,
  all: ReadonlySet<Slot>,
  cache: ReservedCache,
): Omit<Reservation, 'calls'> {
  let isReleased = false;
  const keyOf = (slot: Slot): SharedKey => {
    if (slot.key === undefined) {
      slot.key = cache.take({ ...slot.request, spends: slot.spends });
      slot.key.hold();
    }
    return slot.key;
  };
  return {
    async use<K extends CachedKey, T>(request: DataKeyRequest<K>, use: (key: K) => T): Promise<T> {
      const slot = slots.get(request);
      // Items that still wait when a batch has failed: their keys may be zeros by now.
      if (slot === undefined || isReleased) throw new Error('no data key is reserved for this');
      // The slot's request is this one or has the same id, so the cast holds.
      return cache.lend(keyOf(slot) as SharedKey<K>, use);
    },
    release() {
      isReleased = true;
      for (const { key } of all) key?.release();
    },
  };
}
