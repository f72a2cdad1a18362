/** What an auditor gets: the report as a table and as JSON, what differs from an earlier one, and the last one kept. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { describe, expect, test } from '@jest/globals';
import { readProofReport } from '../../contract/proof-report.ts';
import { optionsOf } from '../../prove/command-line.ts';
import { differencesOf, readReport } from '../../prove/compare.ts';
import { keep } from '../../prove/last.ts';
import { asJson, type Report } from '../../prove/report.ts';
import { printReport } from '../../prove/report-terminal.ts';
import { counterexample, exampleReport } from './example-report.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'tenant-keys-report-'));
const edited = (change: (report: Report) => object) => JSON.stringify(change(exampleReport()));

describe('a report', () => {
  test('is read as it was written', () => {
    const report = exampleReport({ '1': [counterexample('<b>"globex"')] });
    expect(readProofReport(asJson(report))).toEqual(report);
  });

  test('has no character of a counterexample that a terminal obeys, or that turns text round', () => {
    const [theorem] = exampleReport({ '1': [counterexample('\u001b[2Ja\u202eb\nc')] }).theorems;
    expect(theorem?.open[0]?.sentence).toContain("tenantid='\\u{1b}[2Ja\\u{202e}b\\u{a}c'");
  });

  test.each([
    ['no JSON', '{', 'not JSON'],
    ['nothing', 'null', 'another version'],
    ['a list', '[]', 'another version'],
    ['an older version', edited(({ version: _, ...older }) => older), 'another version'],
    ['a newer version', edited((report) => ({ ...report, version: 2 })), 'another version'],
    ['another member', edited((report) => ({ ...report, html: '<b>' })), 'no report'],
    ['no theorem', edited((report) => ({ ...report, theorems: [] })), 'theorems'],
    ['a date that is none', edited((report) => ({ ...report, date: 'today' })), 'date'],
  ])('is refused with %s', (_, text, message) => {
    expect(() => readProofReport(text)).toThrow(message);
  });

  test.each([
    ['proved, in spite of a counterexample', { verdict: 'proved' as const }, [counterexample('x')]],
    ['refuted by nothing', { verdict: 'refuted' as const }, []],
    ['proved by no question', { questions: 0 }, []],
    ['of another verdict', { verdict: 'certain' }, []],
  ])('is refused with a theorem that is %s', (_, change, open) => {
    const { theorems, ...report } = exampleReport({ '1': open });
    const [first, ...others] = theorems;
    const text = JSON.stringify({ ...report, theorems: [{ ...first, ...change }, ...others] });
    expect(() => readProofReport(text)).toThrow('theorems.0');
  });
});

describe('what differs from an earlier report', () => {
  const now = exampleReport();
  const changed = (change: Partial<Report['theorems'][number]>): Report => {
    const [first, ...others] = now.theorems as [Report['theorems'][number]];
    return { ...now, theorems: [{ ...first, ...change }, ...others] };
  };
  const other = { sha256: 'd'.repeat(64), of: now.template.of };

  test('is nothing where only date, times, solver and Node.js differ', () => {
    const elsewhere = { date: '2020-01-01T00:00:00.000Z', durationMs: 1, solver: 'x', node: 'v1' };
    expect(differencesOf({ ...now, ...elsewhere }, now, true)).toEqual([]);
    expect(differencesOf(changed({ durationMs: 7, statements: ['A'] }), now, true)).toEqual([]);
  });

  test.each([
    ['the policies', { ...now, policies: other }, /^The policies are not the same: d{64} then, b/],
    ['the template alone', { ...now, template: other }, /^The template is not .* policies are: d/],
    [
      'a sentence',
      changed({ sentence: 'All.' }),
      /^Theorem 1 has another text\.\nThen: All.\nNow: W/,
    ],
    ['a list of it', changed({ lines: ['everybody'] }), /Then: .*; everybody\nNow: /],
    [
      'a verdict',
      changed({ verdict: 'refuted' }),
      /^Theorem 1 was refuted then, and is proved now/,
    ],
    [
      'questions',
      changed({ scripts: 'e'.repeat(64) }),
      /^Theorem 1 asks other questions: 80 then, 80/,
    ],
    ['a new one', { ...now, theorems: now.theorems.slice(1) }, /^Theorem 1 is not in the earlier/],
  ])('is said of %s', (_, before, sentence) => {
    expect(differencesOf(before, now, true)).toEqual([expect.stringMatching(sentence)]);
  });

  test('is said of a theorem that is gone, unless only some were asked', () => {
    const fewer = { ...now, theorems: now.theorems.slice(1) };
    expect(differencesOf(now, fewer, true)).toEqual(['Theorem 1 of the earlier report is gone.']);
    expect(differencesOf(now, fewer, false)).toEqual([]);
  });

  test('is not asked of a file that is no report', () => {
    const file = join(folder(), 'report.json');
    expect(() => readReport(file)).toThrow(`cannot compare with ${file}: ENOENT`);
    writeFileSync(file, '{}');
    expect(() => readReport(file)).toThrow('another version of npm run prove');
  });
});

describe('the last report', () => {
  test('is kept in a folder that is made for it, whole, in the place of the one before', () => {
    const file = join(folder(), '.prove', 'last.json');
    expect(keep(exampleReport({ '1': [counterexample('x')] }), file)).toBeUndefined();
    expect(keep(exampleReport(), file)).toBeUndefined();
    expect(readProofReport(readFileSync(file, 'utf8')).theorems[0]?.verdict).toBe('proved');
    expect(readdirSync(join(file, '..'))).toEqual(['last.json']);
  });

  test('that cannot be kept is said in one line', () => {
    const file = join(folder(), 'last.json');
    mkdirSync(file);
    expect(keep(exampleReport(), file)).toMatch(/^The last report is not kept: .*\S$/);
    writeFileSync(join(file, 'x'), '');
    expect(keep(exampleReport(), join(file, 'x', 'last.json'))).toContain('EEXIST');
  });
});

describe('the table', () => {
  const printed = (report: Report, columns?: number, isTTY = false) => {
    const stream = Object.assign(new PassThrough(), { columns, isTTY });
    printReport(report, stream as unknown as WriteStream);
    return String(stream.read());
  };
  const refuted = exampleReport({ '7.1': [counterexample('globex')] });

  test('has verdict, time and sentence of each theorem, a counterexample as a sentence, and the hashes', () => {
    const text = printed(refuted);
    expect(text).toMatch(/^refuted +7\.1 +2\.5 s {2}An administrator cannot use a tenant's key/m);
    expect(text).toMatch(/^ +counterexample: another principal [^.]*\n +tenantid='globex'/m);
    const all = refuted.theorems.length;
    const asked = (80 * all).toLocaleString('en');
    const totals = `${all - 1} of ${all} theorems proved, ${asked} questions, ${(2.5 * all).toFixed(1)} s`;
    expect(text.split('\n')).toContain(totals);
    expect(text).toMatch(/^policies {2}b{64}$/m);
  });

  test('is plain in a pipe, coloured on a terminal', () => {
    const control = '\u001b[';
    expect(printed(refuted)).not.toContain(control);
    expect(printed(refuted, 80, true)).toContain(`${control}31mrefuted`);
  });

  test.each([80, 100, 300])(
    'fits a terminal of %i columns, but for words that do not',
    (columns) => {
      const long = printed(exampleReport(), columns)
        .split('\n')
        .filter((line) => line.length > Math.min(columns, 116) && !/^\w+ {2}\w{64}$/.test(line));
      expect(long).toEqual([]);
    },
  );
});

describe('the command line', () => {
  test('takes a deployed stack by its name, with half of the quotas', () => {
    expect(optionsOf(['--live', '--endpoint', 'http://127.0.0.1:4566']).live).toEqual({
      stackName: 'TenantKeys',
      endpoint: 'http://127.0.0.1:4566',
      resume: undefined,
      quotaShare: 0.5,
    });
    expect(optionsOf([]).live).toBeUndefined();
  });

  test('takes theorems once each, in their own order', () => {
    const { theorems } = optionsOf(['--theorem', '7', '--theorem', '5', '--theorem', '7.1']);
    expect(theorems.map(({ id }) => id).slice(0, 3)).toEqual(['5', '7.1', '7.2']);
    expect(theorems.slice(1).every(({ id }) => id.startsWith('7.'))).toBe(true);
    expect(new Set(theorems).size).toBe(theorems.length);
  });

  test.each([
    [['--jsn'], 'usage: npm run prove'],
    [['7'], 'usage: npm run prove'],
    [['--solver', 'x'], 'there are npm, z3, cvc5'],
    [['--theorem', '9'], 'there are 1, 1.1, 2, 2.1'],
    [['--write-docs', '--theorem', '1'], 'all theorems'],
    [['--resume', 'x'], 'are for --live'],
    [['--live', '--write-docs'], '--live goes with'],
    [['--live', '--compare', 'x'], '--live goes with'],
    [['--live', '--quota-share', '2'], 'at most 1'],
    [['--live', '--quota-share', 'x'], 'at most 1'],
  ])('%j is refused with what there is', (args, message) => {
    expect(() => optionsOf(args)).toThrow(message);
  });
});
