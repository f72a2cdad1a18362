/** The table of verdicts in docs/security.md, between two lines that stay. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Report } from './report.ts';
import { restsOn } from './report-terminal.ts';

const begin = '<!-- verdicts: written by npm run prove -- --write-docs -->';
const end = '<!-- end of verdicts -->';

/** Without times, so that it changes only when a theorem or the policies do. */
export function tableOf({ theorems }: Pick<Report, 'theorems'>): string {
  const rows = theorems.map(({ id, sentence, verdict, questions, statements }) =>
    [id, sentence, verdict, String(questions), statements ? restsOn(statements) : ''].map(cellOf),
  );
  return [
    '| | theorem | verdict | questions | |',
    '|---|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

const cellOf = (text: string) => text.replaceAll('|', '\\|');

/** @returns the verdicts of the table in a document, by the theorems' ids */
export const verdictsIn = (document: string): Map<string, string> =>
  new Map(
    [...document.matchAll(/^\| (\d[\w.]*) \| .* \| (proved|refuted|unknown) \| \d+ \|/gm)].map(
      ([, id = '', verdict = '']) => [id, verdict],
    ),
  );

/**
 * @returns the document with this table in the place of the last one
 * @throws Error where the place is not there exactly once
 */
export function withTable(document: string, table: string): string {
  const [before, between, ...more] = document.split(begin);
  const [, after, ...stray] = (between ?? '').split(end);
  if (before === undefined || after === undefined || more.length > 0 || stray.length > 0) {
    throw new Error(`the document has to have "${begin}" and then "${end}", once each`);
  }
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}

/** All of it or nothing. */
export function writeTable(file: string, report: Report): void {
  writeFileSync(`${file}.new`, withTable(readFileSync(file, 'utf8'), tableOf(report)));
  renameSync(`${file}.new`, file);
}
