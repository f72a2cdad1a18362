/** The section of docs/performance.md that a run of the bench writes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withFigures, writeFigures } from '../../bench/figures.ts';
import { measurements } from '../../bench/measurements.ts';

const begin = '<!-- figures of cpu: written by npm run bench -->';
const other = '<!-- figures of load: written by npm run bench -->';
const end = '<!-- end of figures -->';

describe('the figures of a document', () => {
  test('take the place of the last ones, and nothing else changes', () => {
    const document = `before\n${begin}\nold\n${end}\nafter\n`;
    expect(withFigures(document, 'cpu', 'new')).toBe(`before\n${begin}\n\nnew\n\n${end}\nafter\n`);
  });

  test('of a part leave those of the others', () => {
    const document = `${other}\n1\n${end}\n${begin}\n2\n${end}\n`;
    const changed = withFigures(document, 'cpu', 'new');
    expect(changed).toBe(`${other}\n1\n${end}\n${begin}\n\nnew\n\n${end}\n`);
  });

  test('written twice are there once', () => {
    const once = withFigures(`${begin}${end}`, 'cpu', 'new');
    expect(withFigures(once, 'cpu', 'new')).toBe(once);
  });

  test.each([
    ['no place', 'a document'],
    ['a place without an end', begin],
    ['an end before the beginning', `${end}${begin}`],
    ['two places', `${begin}${end}${begin}${end}`],
    ["an end that is another part's", `${begin}${other}${end}`],
  ])('%s is an error', (_, document) => {
    expect(() => withFigures(document, 'cpu', 'new')).toThrow('the document has to have');
  });

  test.each(Object.keys(measurements))('in docs/performance.md have their place: %s', (part) => {
    const document = readFileSync(join(import.meta.dirname, '../../docs/performance.md'), 'utf8');
    expect(withFigures(document, part, 'new')).toContain('new');
  });
});

describe('writing figures', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenant-keys-figures-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('changes the file and leaves no other behind', () => {
    const file = join(folder, 'performance.md');
    writeFileSync(file, `${begin}${end}`);
    writeFigures(file, new Map([['cpu', 'new']]));
    expect(readFileSync(file, 'utf8')).toContain('new');
    expect(readdirSync(folder)).toEqual(['performance.md']);
  });

  test('leaves a document without a place for them as it is', () => {
    const file = join(folder, 'performance.md');
    writeFileSync(file, 'a document');
    expect(() => writeFigures(file, new Map([['cpu', 'new']]))).toThrow('the document has to have');
    expect(readFileSync(file, 'utf8')).toBe('a document');
  });
});
