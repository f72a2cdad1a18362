/**
 * Which stack of its name this is. CloudFormation gives a stack that is made again other physical names, ids and ARNs
 * than the deleted one had, whose tables and keys are still there. Invariant: over the same data folder the names stay
 * as they are until somebody asks for a new stack.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './atomic-file.ts';

export interface StackInstance {
  /** 0: the first one */
  readonly number: number;
  /** Writes down that the stack is there. Only who holds the folder may do so. */
  keep(): void;
}

/**
 * @param dataDir absent: nothing is kept
 * @param isNew whether the stack that used the folder before was deleted
 * @throws Error where the file is not as `keep` writes it
 */
export function stackInstance(dataDir: string | undefined, isNew = false): StackInstance {
  if (dataDir === undefined) return { number: 0, keep: () => {} };
  const file = join(dataDir, 'stack.json');
  const kept = readKept(file);
  const number = isNew ? kept + 1 : kept;
  return { number, keep: () => replaceFile(file, `${JSON.stringify({ instance: number })}\n`) };
}

function readKept(file: string): number {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  const found = /^\{"instance":(\d{1,9})\}\n$/.exec(text);
  if (found === null)
    throw new Error(`${file} does not say which stack this is; remove the folder`);
  return Number(found[1]);
}
