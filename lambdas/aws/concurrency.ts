/**
 * Does the work for each, so many at once: whoever is done takes the next.
 * @param queue one iterator, which all share
 * @throws what the work throws first; others that are under way go on
 */
export async function sideBySide<T>(
  queue: IterableIterator<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
