/** A list that a file keeps over a restart, whole: after a crash it is the list before the change or the one after it. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceFile } from './atomic-file.ts';

export interface KeptList<T> {
  /**
   * @param each what an item is to its reader
   * @throws Error, for a person, where the file is there but has no such list, or where `each` throws
   */
  read<U>(each: (item: T) => U): U[];
  write(items: readonly T[]): void;
}

/**
 * @param name of the list, in the file and to a person
 * @param file absent: nothing is kept
 */
export function keptList<T>(
  name: string,
  items: z.ZodType<readonly T[]>,
  file: string | undefined,
): KeptList<T> {
  const content = z.strictObject({ version: z.literal(1), [name]: z.unknown() });
  return {
    read(each) {
      if (file === undefined || !existsSync(file)) return [];
      try {
        const kept = content.parse(JSON.parse(readFileSync(file, 'utf8')));
        return items.parse(kept[name]).map(each);
      } catch (error) {
        throw new Error(
          `${file} has no ${name} that this version can read: ${(error as Error).message}. Restore it from a copy; or ` +
            'move it away to start without them.',
        );
      }
    },
    write(all) {
      if (file !== undefined) replaceFile(file, `${JSON.stringify({ version: 1, [name]: all })}\n`);
    },
  };
}
