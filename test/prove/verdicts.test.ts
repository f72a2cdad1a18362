/** The table of docs/security.md is what is proved of the stack as it is. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { prove } from '../../prove/prove.ts';
import { reportOf } from '../../prove/report.ts';
import { tableOf, withTable } from '../../prove/report-docs.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import type { StackPolicies } from '../../prove/stack-policies.ts';
import { theorems } from '../../prove/theorems/theorems.ts';
import { deployedPolicies } from './deployed-policies.ts';

const document = readFileSync('docs/security.md', 'utf8');
const update = 'npm run prove -- --write-docs';
let solver: Solver;
let stack: StackPolicies;
beforeAll(async () => {
  solver = await z3();
  stack = await deployedPolicies();
});
afterAll(() => solver.close());

/** The table's rows without the last column. */
const rowsOf = (table: string) =>
  table
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => line.split(' | ').slice(0, 4));

describe('docs/security.md', () => {
  test(`has each theorem with its verdict, as ${update} writes them`, async () => {
    const proofs = await prove(stack, solver);
    const statements = new Map<string, readonly string[]>(theorems.map(({ id }) => [id, []]));
    const hash = { sha256: '', of: '' };
    const report = reportOf({ template: hash, policies: hash, solver: '', proofs, statements });
    const table = tableOf(report);
    const [, written = ''] = document.split(update);
    expect(rowsOf(written.split('end of verdicts')[0] as string)).toEqual(rowsOf(table));
    expect(proofs.filter(({ verdict }) => verdict !== 'proved')).toEqual([]);
  }, 300_000);

  test('names only statements that there are', () => {
    const [, written = ''] = document.split(update);
    const named = [...written.matchAll(/rests on ([^|]*) \|/g)].flatMap(([, list = '']) =>
      list.split(', ').map((name) => name.split(' ').at(-1) as string),
    );
    const all = [
      stack.tenantKeyPolicy,
      ...stack.keys.map(({ policy }) => policy),
      ...stack.roles.flatMap(({ trust, policies }) => [trust, ...policies]),
    ].flatMap(({ statements }) => statements.map(({ Sid }) => Sid));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((sid) => !/^#\d+$/.test(sid) && !all.includes(sid))).toEqual([]);
  });

  test('has one place for the table', () => {
    expect(() => withTable(document, '')).not.toThrow();
    expect(() => withTable(`${document}${document}`, '')).toThrow('once each');
    expect(() => withTable('', '')).toThrow('once each');
  });
});
