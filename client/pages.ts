/** Lists that come in pages, an item at a time: the next page is asked for once its first item is. */
import { notFromApi } from './bytes.ts';

export async function* itemsOf<Item>(
  read: (cursor: string | undefined) => Promise<readonly [readonly Item[], string | undefined]>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  do {
    const [items, next] = await read(cursor);
    yield* items;
    // The same page again would be so without end, and a list that ends there would not be whole.
    if (next !== undefined && (typeof next !== 'string' || next === cursor)) {
      throw notFromApi('has no next page');
    }
    cursor = next;
  } while (cursor !== undefined);
}
