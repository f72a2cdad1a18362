/** A list is read a line at a time, each with everything that is wrong with it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type CheckedLine,
  columns,
  readTenantList,
} from '../../../../client/command-line/tenant-import/tenant-list.ts';
import { keyStoreNames } from '../../../../contract/key-stores.ts';
import { tenantId } from '../../../../contract/tenant-id.ts';
import { onboardRequest } from '../../../../contract/tenants.ts';
import { all } from '../../harness.ts';

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const linesOf = (list: string | Uint8Array, size = 1000): Promise<readonly CheckedLine[]> =>
  all(readTenantList(inChunks(Buffer.from(list as string), size)));

async function read(text: string) {
  const lines = await linesOf(text);
  expect(lines.flatMap(({ faults }) => faults)).toEqual([]);
  return lines;
}

/** @returns as the command line says them */
async function faultsOf(list: string | Uint8Array, size?: number): Promise<readonly string[]> {
  try {
    const lines = await linesOf(list, size);
    return lines.flatMap(({ line, faults }) => faults.map((fault) => `line ${line}: ${fault}`));
  } catch (error) {
    return [(error as Error).message];
  }
}

describe('taken', () => {
  test('all columns, quotes, commas and quotes within, characters of every script', async () => {
    const list = await read(
      'tenantId,displayName,legalName,rotationPeriodInDays\nacme,"Acme, ""Inc.""",Acme Inc.,90\nglobex,Größe 東京 🔑,,\n',
    );
    expect(list).toEqual([
      {
        line: 2,
        tenantId: 'acme',
        faults: [],
        request: {
          displayName: 'Acme, "Inc."',
          legalName: 'Acme Inc.',
          rotationPeriodInDays: 90,
        },
      },
      { line: 3, tenantId: 'globex', faults: [], request: { displayName: 'Größe 東京 🔑' } },
    ]);
  });

  test.each([
    ['the ids alone', 'tenantId\nacme\nglobex'],
    ['a byte-order mark', '\ufefftenantId\nacme\nglobex\n'],
    ['a byte-order mark, quotes, no last end', '\ufeff"tenantId"\r"acme"\r\nglobex'],
    ['CRLF', 'tenantId\r\nacme\r\nglobex\r\n'],
    ['a quoted header', '"tenantId"\n"acme"\n"globex"\n'],
    ['columns in another order, empty fields', 'displayName,tenantId\n,acme\n,globex\n'],
  ])('%s', async (_, text) => {
    expect((await read(text)).map(({ tenantId, request }) => [tenantId, request])).toEqual([
      ['acme', {}],
      ['globex', {}],
    ]);
  });

  test('lines are counted as an editor does, empty ones too', async () => {
    const lines = await read('tenantId\n\nacme\n\n\nglobex\n');
    expect(lines.map(({ line }) => line)).toEqual([3, 6]);
  });
});

describe('lines are counted alike', () => {
  const end = fc.constantFrom('\n', '\r\n', '\r');
  const ends = fc.array(fc.tuple(end, fc.boolean()), { minLength: 1, maxLength: 9 });
  type Ends = readonly (readonly [string, boolean])[];

  /** A `\r` that ends a line before an empty `\n` would be one end; no row is empty here. */
  function listWith(of: Ends, endOf: (at: number) => string, hasLastEnd: boolean): string {
    const rows = of.map(([, isQuoted], at) => (isQuoted ? `"t\nt",${at}` : `T${at},`));
    return ['tenantId,displayName', ...rows]
      .map((row, at) => {
        const isOpen = at === of.length && !hasLastEnd;
        return row.replace('\n', endOf(at)) + (isOpen ? '' : endOf(at));
      })
      .join('');
  }

  test('whatever ends them, mixed and within quotes too, the last one or nothing; with a byte-order mark; in any pieces', async () => {
    const size = fc.integer({ min: 1, max: 20 });
    await fc.assert(
      fc.asyncProperty(
        ends,
        fc.boolean(),
        fc.boolean(),
        size,
        async (of, hasLastEnd, hasMark, bytes) => {
          const mixed = listWith(of, (at) => of[at % of.length]?.[0] as string, hasLastEnd);
          const plain = listWith(of, () => '\n', true);
          const faults = await faultsOf(`${hasMark ? '\ufeff' : ''}${mixed}`, bytes);
          expect(faults.length).toBeGreaterThan(0);
          expect(faults).toEqual(await faultsOf(plain));
        },
      ),
    );
  });

  test('where another list was put after the first, with a mark of its own', async () => {
    const list = '\ufefftenantId\nacme\n';
    expect(await faultsOf(`${list}${list}`)).toEqual([
      expect.stringMatching(/^line 3: tenantId: /),
      'line 4: tenantId: stands on line 2 already',
    ]);
  });
});

describe('refused', () => {
  test('everything that is wrong is said at once, each with its line', async () => {
    const list = [
      'tenantId,displayName,rotationPeriodInDays',
      'acme,Acme,90',
      'Acme,,',
      'globex,,89',
      'initech,"two',
      'lines",91',
      'acme,,',
      'umbrella,,1e2',
      'hooli,Hooli',
      ',,',
    ].join('\n');
    const id =
      'tenantId: a tenant id is 2-63 characters: lower-case letters, digits and hyphens, no hyphen at either end';
    const period = 'rotationPeriodInDays: must be a whole number of days, 90-2560';
    expect(await faultsOf(list)).toEqual([
      `line 3: ${id}`,
      `line 4: ${period}`,
      'line 5: displayName: must be text of 1-256 printable characters',
      'line 7: tenantId: stands on line 2 already',
      `line 8: ${period}`,
      'line 9: expected 3 fields, got 2',
      `line 10: ${id}`,
    ]);
  });

  test.each([
    ['nothing', '', 'The file is empty'],
    ['a header alone', 'tenantId\n', 'The file names no tenants'],
    ['no header', 'acme\nglobex\n', 'line 1: unknown column "acme"'],
    ['an unknown column', 'tenantId,plan\nacme,gold\n', 'line 1: unknown column "plan"'],
    ['semicolons', 'tenantId;displayName\na;b\n', 'line 1: unknown column "tenantId;displayName"'],
    ['a column twice', 'tenantId,tenantId\na,b\n', 'a column stands there twice'],
    ['no ids', 'displayName\nAcme\n', 'line 1: there is no column tenantId'],
  ])('%s', async (_, text, fault) => {
    expect((await faultsOf(text))[0]).toContain(fault);
  });

  test('a quote that is not closed, with its line; in a large file after a part of it', async () => {
    expect((await faultsOf('tenantId\nacme\n"globex\n'))[0]).toMatch(/not CSV: .*line 3/);
    let given = 0;
    async function* endless() {
      yield Buffer.from('tenantId\n"');
      for (; given < 10_000; given += 1) yield Buffer.alloc(1000, 'a');
    }
    await expect(all(readTenantList(endless()))).rejects.toThrow(/not CSV: /);
    expect(given).toBeLessThan(500);
  });

  test.each([
    ['Latin-1', Buffer.from('tenantId,displayName\nacme,Größe\n', 'latin1')],
    ['UTF-16', Buffer.from('\ufefftenantId\nacme\n', 'utf16le')],
  ])('%s', async (_, bytes) => {
    expect(await faultsOf(bytes)).toEqual([
      'The file is not UTF-8; a spreadsheet saves it as "CSV UTF-8".',
    ]);
  });
});

describe('what the API refuses is found in the list, and nothing else is', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('a', 'x'.repeat(257)),
  );
  const id = fc.oneof(text, fc.stringMatching(/^[a-z0-9-]{0,65}$/));
  const days = fc.oneof(text, fc.integer({ min: -5, max: 3000 }).map(String));
  const store = fc.oneof(text, fc.constantFrom(...keyStoreNames));
  const arn = 'arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const key = fc.oneof(text, fc.constant(arn));
  const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

  test('of any line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(id, text, text, days, store, key), async (cells) => {
        // A lone surrogate is in no UTF-8.
        fc.pre(cells.every((cell) => cell.isWellFormed()));
        const [given, displayName, legalName, period, keyStore, keyArn] = cells;
        const [line] = await linesOf(`${columns}\n${cells.map(quoted)}\n`);
        const isTaken =
          tenantId.safeParse(given).success &&
          onboardRequest.safeParse({
            ...(displayName !== '' && { displayName }),
            ...(legalName !== '' && { legalName }),
            ...(period !== '' && {
              rotationPeriodInDays: /^[1-9]\d*$/.test(period) ? Number(period) : period,
            }),
            ...(keyStore !== '' && { keyStore }),
            ...(keyArn !== '' && { keyArn }),
          }).success;
        expect([cells, line?.faults.length === 0]).toEqual([cells, isTaken]);
      }),
      { numRuns: 1000 },
    );
  });

  test('each column alone, at its limits', async () => {
    const faults = async (cells: readonly string[]) =>
      (await linesOf(`${columns}\n${cells.map(quoted)}\n`))[0]?.faults.length;
    for (const [cells, count] of [
      [['ab', 'x'.repeat(256), '😀'.repeat(256), '90', 'vault', ''], 0],
      [['a'.repeat(63), '', '', '2560', '', ''], 0],
      [['ab', '', '', '', 'aws-kms-external', arn], 0],
      [['a', '', '', '', '', ''], 1],
      [['a'.repeat(64), '', '', '', '', ''], 1],
      [['ab', 'x'.repeat(257), '', '', '', ''], 1],
      [['ab', '', 'a\tb', '', '', ''], 1],
      [['ab', '', '', '89', '', ''], 1],
      [['ab', '', '', '2561', '', ''], 1],
      [['ab', '', '', '090', '', ''], 1],
      [['ab', '', '', '', 'Vault', ''], 1],
      [['ab', '', '', '', '', arn], 1],
      [['ab', '', '', '', 'vault', arn], 1],
      [['ab', '', '', '', 'aws-kms-external', ''], 1],
      [['ab', '', '', '', 'aws-kms-external', `${arn}x`], 1],
      [['ab', '', '', '', 'aws-kms-external', arn.replace('key/', 'alias/')], 1],
    ] as const) {
      expect([cells, await faults(cells)]).toEqual([cells, count]);
    }
  });
});
