/** The documents, and their shell blocks. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** Paths from the repository's root. */
export const documents: readonly string[] = globSync(
  ['*.md', 'client/*.md', 'construct/*.md', 'examples/*/*.md', 'docs/**/*.md'],
  { cwd: root },
).toSorted();

export interface Block {
  /** path of the document */
  readonly document: string;
  /** its first line that is no comment */
  readonly begins: string;
  readonly text: string;
}

export const blocks: readonly Block[] = documents.flatMap((document) =>
  [...readFileSync(join(root, document), 'utf8').matchAll(/^( *)```sh\n(.*?)^ *```/gms)].map(
    ([, indent = '', block = '']) => {
      const text = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
      const begins = text.split('\n').find((line) => line !== '' && !line.startsWith('#')) ?? '';
      return { document, begins, text };
    },
  ),
);

/** @throws Error where not exactly one block of the document begins so */
export function blockOf(document: string, begins: string): Block {
  const found = blocks.filter((one) => one.document === document && one.begins.startsWith(begins));
  if (found.length === 1) return found[0] as Block;
  throw new Error(`${found.length} blocks of ${document} begin with '${begins}'`);
}
