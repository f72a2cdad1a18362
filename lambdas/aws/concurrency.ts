/**
 * Works on several items at a time: whenever one is done, the next begins.
 * @param concurrency how many at a time
 * @throws what the work throws first; others that are under way go on
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  // One iterator, from which all workers take.
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) await work(item, index);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
