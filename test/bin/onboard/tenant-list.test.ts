/** A list is taken whole, or refused with everything that is wrong with it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTenantList, TenantListError } from '../../../bin/onboard/tenant-list.ts';

const read = (text: string) => readTenantList(Buffer.from(text));

function faultsOf(list: string | Uint8Array): readonly string[] {
  try {
    readTenantList(Buffer.from(list as string));
  } catch (error) {
    if (error instanceof TenantListError) return error.faults;
    throw error;
  }
  throw new Error('the list was taken');
}

describe('taken', () => {
  test('all columns, quotes, commas and quotes within, characters of every script', () => {
    const list = read(
      'tenantId,displayName,legalName,rotationPeriodInDays\nacme,"Acme, ""Inc.""",Acme Inc.,90\nglobex,Größe 東京 🔑,,\n',
    );
    expect(list).toEqual([
      {
        line: 2,
        tenantId: 'acme',
        request: {
          displayName: 'Acme, "Inc."',
          legalName: 'Acme Inc.',
          rotationPeriodInDays: 90,
        },
      },
      { line: 3, tenantId: 'globex', request: { displayName: 'Größe 東京 🔑' } },
    ]);
  });

  test.each([
    ['the ids alone', 'tenantId\nacme\nglobex'],
    ['a byte-order mark', '\ufefftenantId\nacme\nglobex\n'],
    ['a byte-order mark, quotes, no last end', '\ufeff"tenantId"\r"acme"\r\nglobex'],
    ['CRLF', 'tenantId\r\nacme\r\nglobex\r\n'],
    ['a quoted header', '"tenantId"\n"acme"\n"globex"\n'],
    ['columns in another order, empty fields', 'displayName,tenantId\n,acme\n,globex\n'],
  ])('%s', (_, text) => {
    expect(read(text).map(({ tenantId, request }) => [tenantId, request])).toEqual([
      ['acme', {}],
      ['globex', {}],
    ]);
  });

  test('lines are counted as an editor does, empty ones too', () => {
    expect(read('tenantId\n\nacme\n\n\nglobex\n').map(({ line }) => line)).toEqual([3, 6]);
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

  test('whatever ends them, mixed and within quotes too, the last one or nothing; with a byte-order mark', () => {
    fc.assert(
      fc.property(ends, fc.boolean(), fc.boolean(), (of, hasLastEnd, hasMark) => {
        const mixed = listWith(of, (at) => of[at % of.length]?.[0] as string, hasLastEnd);
        const plain = listWith(of, () => '\n', true);
        expect(faultsOf(`${hasMark ? '\ufeff' : ''}${mixed}`)).toEqual(faultsOf(plain));
      }),
    );
  });

  test('where another list was put after the first, with a mark of its own', () => {
    const list = '\ufefftenantId\nacme\n';
    expect(faultsOf(`${list}${list}`)).toEqual([
      expect.stringMatching(/^line 3: tenantId: /),
      'line 4: tenantId: stands on line 2 already',
    ]);
  });
});

describe('refused', () => {
  test('everything that is wrong is said at once, each with its line', () => {
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
    expect(faultsOf(list)).toEqual([
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
    ['nothing', '', 'the file is empty'],
    ['a header alone', 'tenantId\n', 'the file names no tenants'],
    ['no header', 'acme\nglobex\n', 'line 1: unknown column "acme"'],
    ['an unknown column', 'tenantId,plan\nacme,gold\n', 'line 1: unknown column "plan"'],
    ['semicolons', 'tenantId;displayName\na;b\n', 'line 1: unknown column "tenantId;displayName"'],
    ['a column twice', 'tenantId,tenantId\na,b\n', 'line 1: a column stands there twice'],
    ['no ids', 'displayName\nAcme\n', 'line 1: there is no column tenantId'],
  ])('%s', (_, text, fault) => {
    expect(faultsOf(text)[0]).toBe(fault);
  });

  test('a quote that is not closed, with its line', () => {
    expect(faultsOf('tenantId\nacme\n"globex\n')[0]).toMatch(/^not CSV: .*line 3/);
  });

  test.each([
    ['Latin-1', Buffer.from('tenantId,displayName\nacme,Größe\n', 'latin1')],
    ['UTF-16', Buffer.from('\ufefftenantId\nacme\n', 'utf16le')],
  ])('%s', (_, bytes) => {
    expect(faultsOf(bytes)).toEqual([
      'the file is not UTF-8; a spreadsheet saves it as "CSV UTF-8"',
    ]);
  });
});
