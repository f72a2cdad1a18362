/** Lists that come in pages, an item at a time: the next page is asked for once its first item is. */

export async function* itemsOf<Item>(
  read: (cursor: string | undefined) => Promise<readonly [readonly Item[], string | undefined]>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  do {
    const [items, next] = await read(cursor);
    yield* items;
    // The same page again would be so without end.
    cursor = next === cursor ? undefined : next;
  } while (cursor !== undefined);
}
