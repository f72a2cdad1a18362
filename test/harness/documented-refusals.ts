/** The table of refusals on a key store's page: who was refused what, how often, in the words of whoever refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';

export interface Documented {
  readonly by: string;
  /** what is tried, without the tenants' names */
  readonly name: string;
  readonly upon: string;
  readonly allowed?: boolean;
  /** without what differs each time */
  readonly words: string;
}

const root = join(import.meta.dirname, '..', '..');
const begin = '<!-- refusals -->\n';
const end = '<!-- /refusals -->';

/**
 * Holds the page to what was tried. `UPDATE_REFUSALS=1` writes its table anew.
 * @param document path from the repository's root
 * @param whose words they are, as the table's head says it
 */
export function expectDocumented(
  document: string,
  whose: string,
  all: readonly Documented[],
): void {
  const file = join(root, document);
  const page = readFileSync(file, 'utf8');
  expect(page.split(begin)).toHaveLength(2);
  const [before = '', rest = ''] = page.split(begin);
  const written = `${before}${begin}${tableOf(all, whose)}${rest.slice(rest.indexOf(end))}`;
  if (process.env.UPDATE_REFUSALS === '1') writeFileSync(file, written);
  expect(page).toBe(written);
}

function tableOf(all: readonly Documented[], whose: string): string {
  const refused = all.filter(({ allowed }) => allowed !== true);
  const rows = Map.groupBy(refused, ({ by, upon, name, words }) =>
    JSON.stringify([by, upon, upon === 'a neighbour' ? name : '', words]),
  );
  const lines = [...rows].map(([row, ones]) => {
    const [by, upon, name, words] = JSON.parse(row) as [string, string, string, string];
    const ways = new Set(ones.map((one) => one.name)).size;
    const what = name || `${ways} ${ways === 1 ? 'way' : 'ways'}`;
    return `| ${by} | ${upon} | ${what} | ${ones.length} | \`${words}\` |\n`;
  });
  return `\n| who | upon | what | times | in ${whose} words |\n|---|---|---|---:|---|\n${lines.join('')}
${refused.length} refusals, and ${all.length - refused.length} answers that are allowed.\n\n`;
}
