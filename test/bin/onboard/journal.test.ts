/** Tenants that are done are not asked for again, whatever a crash left of the journal. */
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Journal, JournalError, openJournal } from '../../../bin/onboard/journal.ts';
import type { TenantLine } from '../../../bin/onboard/tenant-list.ts';

const api = 'https://api.example.com/v1';
const acme: TenantLine = { line: 2, tenantId: 'acme', request: { displayName: 'Acme' } };
const globex: TenantLine = { line: 3, tenantId: 'globex', request: { rotationPeriodInDays: 90 } };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onboard-'));
  file = join(folder, 'tenants.csv.progress');
});
afterEach(() => rmSync(folder, { recursive: true }));

function use<T>(act: (journal: Journal) => T): T {
  const journal = openJournal(file, api);
  try {
    return act(journal);
  } finally {
    journal.close();
  }
}
const done = () => use((journal) => [acme, globex].map(journal.isDone));

test('what was added is done after a restart, the rest is not', () => {
  use((journal) => journal.add(acme));
  expect(done()).toEqual([true, false]);
  use((journal) => journal.add(globex));
  expect(done()).toEqual([true, true]);
});

test('a line of the list that was changed is not done', () => {
  use((journal) => journal.add(acme));
  const renamed = { ...acme, request: { displayName: 'Acme Inc.' } };
  const moved = { ...acme, line: 17 };
  expect(use(({ isDone }) => [isDone(renamed), isDone(moved)])).toEqual([false, true]);
});

test('wherever the last line was torn, those before it count and the next is whole', () => {
  use((journal) => journal.add(acme));
  const before = readFileSync(file);
  use((journal) => journal.add(globex));
  const whole = readFileSync(file);
  for (let length = before.length; length < whole.length; length += 1) {
    writeFileSync(file, whole.subarray(0, length));
    expect(done()).toEqual([true, false]);
    use((journal) => journal.add(globex));
    expect(readFileSync(file).equals(whole)).toBe(true);
  }
});

test('a torn first line is as good as none', () => {
  use(() => {});
  const header = readFileSync(file);
  for (let length = 0; length < header.length; length += 1) {
    writeFileSync(file, header.subarray(0, length));
    use(() => {});
    expect(readFileSync(file).equals(header)).toBe(true);
  }
});

test('the journal of another deployment is not taken for this one, and is left as it is', () => {
  use((journal) => journal.add(acme));
  const before = readFileSync(file);
  expect(() => openJournal(file, 'https://other.example.com/v1')).toThrow(
    /tells what was done at "https:\/\/api\.example\.com\/v1", not at https:\/\/other/,
  );
  expect(readFileSync(file).equals(before)).toBe(true);
});

test.each(['tenantId\nacme\n', 'null\n', '{}\n'])(
  '%j is no journal, and is left as it is',
  (text) => {
    writeFileSync(file, text);
    expect(() => openJournal(file, api)).toThrow(JournalError);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

test('a damaged line in the middle is an error, and is not skipped', () => {
  use((journal) => journal.add(acme));
  appendFileSync(file, '{"tenantId":"glo\n');
  expect(() => openJournal(file, api)).toThrow(/line 3 is damaged/);
});

test('only its owner reads it: it holds the names of customers', () => {
  use(() => {});
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
