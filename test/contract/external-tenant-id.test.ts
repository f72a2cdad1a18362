import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tenantIdOf } from '../../contract/external-tenant-id.ts';
import { tenantId } from '../../contract/tenant-id.ts';

/** The text that an id stands for, by RFC 4648 section 6 read backwards. */
function textOf(id: string): string {
  if (!id.startsWith('b32-')) return id;
  const bits = [...id.slice(4)]
    .map((one) => 'abcdefghijklmnopqrstuvwxyz234567'.indexOf(one).toString(2).padStart(5, '0'))
    .join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((one) => Number.parseInt(one, 2))).toString('utf8');
}

/** Of each length that RFC 4648 section 10 has, written in capitals, since lower case would be a tenant id. */
test.each([
  ['F', 'iy'],
  ['FO', 'izhq'],
  ['FOO', 'izhu6'],
  ['FOOB', 'izhu6qq'],
  ['FOOBA', 'izhu6qsb'],
  ['FOOBAR', 'izhu6qsbki'],
])('%s is encoded as the standard has it', (text, encoded) => {
  expect(tenantIdOf(text)).toBe(`b32-${encoded}`);
});

test.each([
  ['a tenant id', 'acme', 'acme'],
  ['an id of 63 characters', 'a'.repeat(63), 'a'.repeat(63)],
  ['a number', 42, '42'],
  ['the same as text', '42', '42'],
  ['a number of one digit', 7, 'b32-g4'],
  ['zero, with whatever sign', -0, 'b32-ga'],
  ['a list of one', ['acme'], 'acme'],
  ['36 bytes', 'A'.repeat(36), `b32-${'ifaucqkb'.repeat(7)}ie`],
  ["an organization's id", 'org_AbC123', 'b32-n5zgox2bmjbtcmrt'],
])('%s', (_, claimed, id) => {
  expect(tenantIdOf(claimed)).toBe(id);
});

test.each([
  ['37 bytes', 'A'.repeat(37)],
  ['nothing', ''],
  ['half a character', 'a\ud800'],
  ['a list of none', []],
  ['a list of two', ['a1', 'b2']],
  ['a list in a list', [['acme']]],
  ['a fraction', 1.5],
  ['a number that is not exact', 2 ** 53],
  ['an object', { id: 'acme' }],
  ['true', true],
  ['null', null],
  ['undefined', undefined],
])('%s names no tenant', (_, claimed) => {
  expect(tenantIdOf(claimed)).toBeUndefined();
});

test('composed and decomposed letters are two tenants: nothing is normalized', () => {
  expect(tenantIdOf('é')).not.toBe(tenantIdOf('e\u0301'));
});

describe('whatever the text', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 40, unit: 'binary' }),
    fc.string({ maxLength: 70, unit: fc.constantFrom(...'ab2-_A') }),
    fc.string({ maxLength: 58, unit: fc.constantFrom(...'abz27') }).map((one) => `b32-${one}`),
  );

  test('its id is a tenant id, of which the text can be read again: so no two texts have the same', () => {
    fc.assert(
      fc.property(text, (claimed) => {
        const id = tenantIdOf(claimed);
        if (id === undefined) return;
        expect(tenantId.safeParse(id).success).toBe(true);
        expect(textOf(id)).toBe(claimed);
      }),
      { numRuns: 3000 },
    );
  });

  test('a text has an id if it is not empty and short enough', () => {
    fc.assert(
      fc.property(text, (claimed) => {
        const fits =
          Buffer.byteLength(claimed) <= 36 ||
          (tenantId.safeParse(claimed).success && !claimed.startsWith('b32-'));
        expect(tenantIdOf(claimed) !== undefined).toBe(claimed !== '' && fits);
      }),
      { numRuns: 3000 },
    );
  });
});
