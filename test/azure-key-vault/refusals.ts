/** The table of docs/key-stores/azure-key-vault.md: what was refused, how often, in the double's own words. */
import type { Tried } from './attempts.ts';

export function refusals(all: readonly Tried[]): string {
  const refused = all.filter(({ allowed }) => !allowed);
  const rows = new Map<string, Tried[]>();
  for (const one of refused) {
    const row = `${one.by}|${one.upon}|${one.upon === 'a neighbour' ? one.name : ''}|${one.answer.words}`;
    rows.set(row, [...(rows.get(row) ?? []), one]);
  }
  const lines = [...rows].map(([row, ones]) => {
    const [by, upon, name, words] = row.split('|');
    const ways = new Set(ones.map(({ name }) => name)).size;
    const what = name || `${ways} ${ways === 1 ? 'way' : 'ways'}`;
    return `| ${by} | ${upon} | ${what} | ${ones.length} | \`${words}\` |\n`;
  });
  return `\n| who | upon | what | times | in the double's words |\n|---|---|---|---:|---|\n${lines.join('')}
${refused.length} refusals, and ${all.length - refused.length} answers that are allowed.\n\n`;
}
