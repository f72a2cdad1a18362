/**
 * Batches of any size: cut into parts that a request may have, some of them under way at once, results in order.
 * Items that have something in common go together, since they cost KMS one call together. A part that needs too many
 * calls, or whose answer would be too large, is cut again; nothing of it has been done by then.
 */
import { interruptible } from './http/interrupt.ts';
import { ProblemError } from './http/problem-error.ts';

/** As Promise.allSettled has it. */
export type Settled<T> =
  | { readonly status: 'fulfilled'; readonly value: T }
  | { readonly status: 'rejected'; readonly reason: ProblemError };

export interface Batch<Item, Result> {
  readonly items: readonly Item[];
  /** what it takes of a body, or of the answer if that is more */
  readonly sizeOf: (item: Item) => number;
  /** what it has in common with others */
  readonly groupOf: (item: Item) => string;
  readonly maxItems: number;
  /** different groups that a part may have */
  readonly maxGroups: number;
  readonly send: (
    items: readonly Item[],
    signal: AbortSignal,
  ) => Promise<readonly Settled<Result>[]>;
}

/** docs/api.md, "Sizes": 5.9 MB each way */
const maxPartBytes = 5_500_000;
const partsAtOnce = 4;

/**
 * @returns a result for each item, in order
 * @throws what is not the fault of an item: then the other parts are given up
 */
export async function inParts<Item, Result>(
  batch: Batch<Item, Result>,
  signal: AbortSignal | undefined,
): Promise<Settled<Result>[]> {
  const results: Settled<Result>[] = new Array(batch.items.length);
  const queue = queueOf(batch);

  async function work(stop: AbortSignal): Promise<void> {
    for (let part = queue.take(); part.length > 0; part = queue.take()) {
      const found = await settle(batch, part, stop);
      if (found === undefined) return queue.cut(part);
      for (const [at, result] of found.entries()) results[part[at] as number] = result;
    }
  }

  // After a cut all start anew, so that the smaller parts go side by side as well.
  async function all(stop: AbortSignal): Promise<void> {
    while (queue.isWaiting()) {
      await Promise.all(Array.from({ length: partsAtOnce }, () => work(stop)));
    }
  }
  await interruptible(all, { signal });
  return results;
}

/** Of the items' indexes, those that wait. */
function queueOf<Item>({ items, groupOf, sizeOf, maxItems, maxGroups }: Batch<Item, unknown>) {
  const groups = items.map(groupOf);
  const sizes = items.map(sizeOf);
  // The last is taken first.
  const waiting = [...items.keys()].sort((a, b) => compare(groups[b], groups[a]) || b - a);
  let mostItems = maxItems;
  return {
    isWaiting: () => waiting.length > 0,
    take(): number[] {
      const part: number[] = [];
      const seen = new Set<string>();
      for (let size = 0; part.length < mostItems; waiting.pop()) {
        const index = waiting.at(-1);
        if (index === undefined) break;
        size += sizes[index] as number;
        seen.add(groups[index] as string);
        if (part.length > 0 && (size > maxPartBytes || seen.size > maxGroups)) break;
        part.push(index);
      }
      return part;
    },
    /** What was too much comes again in smaller parts, and so does all that is left. */
    cut(part: number[]): void {
      mostItems = Math.min(mostItems, Math.ceil(part.length / 2));
      waiting.push(...part.reverse());
    },
  };
}

/** @returns undefined where the part must be cut */
async function settle<Item, Result>(
  { items, send }: Batch<Item, Result>,
  part: readonly number[],
  stop: AbortSignal,
): Promise<readonly Settled<Result>[] | undefined> {
  try {
    return await send(
      part.map((index) => items[index] as Item),
      stop,
    );
  } catch (error) {
    if (!(error instanceof ProblemError && cuttable.has(error.code))) throw error;
    return part.length > 1 ? undefined : [{ status: 'rejected', reason: error }];
  }
}

const cuttable: ReadonlySet<string> = new Set(['too-many-kms-calls', 'too-large']);

const compare = (one = '', other = '') => (one < other ? -1 : one > other ? 1 : 0);
