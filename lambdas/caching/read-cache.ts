/** Reads that count for a moment: who asks for the same meanwhile waits for the same read. */
import { LruMap } from './lru-map.ts';

export interface ReadCacheOptions<V> {
  /** with 0 none counts */
  readonly ttlMs: number;
  /** beyond it, the one asked for longest ago is dropped */
  readonly maxEntries: number;
  /** epoch milliseconds; a monotonic clock may stand still while Lambda has the function frozen */
  readonly now: () => number;
  /** @returns whether what was read counts for those who come later; a read that fails never does */
  readonly isKept: (value: V) => boolean;
}

export interface ReadCache<V> {
  /** @returns the read that still counts */
  get(id: string): Promise<V> | undefined;
  /** @returns the read that is begun, which counts from now on */
  begin(id: string, read: () => Promise<V>): Promise<V>;
  delete(id: string): void;
}

interface Read<V> {
  readonly begunAt: number;
  readonly value: Promise<V>;
}

export function readCache<V>({
  ttlMs,
  maxEntries,
  now,
  isKept,
}: ReadCacheOptions<V>): ReadCache<V> {
  const reads = new LruMap<string, Read<V>>(maxEntries);
  // From the future: then the clock was set back, and the age is not known.
  const isFresh = ({ begunAt }: Read<V>) => now() >= begunAt && now() - begunAt < ttlMs;

  return {
    get(id) {
      const last = reads.get(id);
      return last !== undefined && isFresh(last) ? last.value : undefined;
    },
    begin(id, read) {
      const begun: Read<V> = { begunAt: now(), value: read() };
      reads.set(id, begun);
      const drop = () => {
        if (reads.get(id) === begun) reads.delete(id);
      };
      begun.value.then((value) => {
        if (!isKept(value)) drop();
      }, drop);
      return begun.value;
    },
    delete: (id) => void reads.delete(id),
  };
}
