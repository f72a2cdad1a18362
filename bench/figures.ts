/** The figures in docs/performance.md: of each part what a run printed, between two lines that stay. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const beginOf = (part: string) => `<!-- figures of ${part}: written by npm run bench -->`;
const end = '<!-- end of figures -->';
const anyBegin = '<!-- figures of ';

/**
 * @returns the document with these figures in the place of the part's last ones
 * @throws Error where the place is not there exactly once
 */
export function withFigures(document: string, part: string, figures: string): string {
  const begin = beginOf(part);
  const [before, after, ...more] = document.split(begin);
  const endAt = after?.indexOf(end) ?? -1;
  const isClosed = endAt >= 0 && !after?.slice(0, endAt).includes(anyBegin);
  if (before === undefined || after === undefined || more.length > 0 || !isClosed) {
    throw new Error(`the document has to have "${begin}" once, and then "${end}"`);
  }
  return `${before}${begin}\n\n${figures}\n\n${after.slice(endAt)}`;
}

/**
 * All of it or nothing: a run that is interrupted leaves the last one's figures.
 * @param figures by part
 */
export function writeFigures(file: string, figures: ReadonlyMap<string, string>): void {
  let document = readFileSync(file, 'utf8');
  for (const [part, text] of figures) document = withFigures(document, part, text);
  writeFileSync(`${file}.new`, document);
  renameSync(`${file}.new`, file);
}
