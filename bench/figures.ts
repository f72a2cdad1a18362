/** The figures section of docs/performance.md: what a full run printed, between two lines that stay. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const begin = '<!-- figures: written by npm run bench -->';
const end = '<!-- end of figures -->';

/**
 * @returns the document with these figures in the place of the last ones
 * @throws Error where the place is not there exactly once
 */
export function withFigures(document: string, figures: string): string {
  const [before, between, ...more] = document.split(begin);
  const [, after, ...stray] = (between ?? '').split(end);
  if (before === undefined || after === undefined || more.length > 0 || stray.length > 0) {
    throw new Error(`the document has to have "${begin}" and then "${end}", once each`);
  }
  return `${before}${begin}\n\n${figures}\n\n${end}${after}`;
}

/** All of it or nothing: a run that is interrupted leaves the last one's figures. */
export function writeFigures(file: string, figures: string): void {
  const document = withFigures(readFileSync(file, 'utf8'), figures);
  writeFileSync(`${file}.new`, document);
  renameSync(`${file}.new`, file);
}
