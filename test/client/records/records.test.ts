/** A record comes back as it was, whatever its fields have; what would not is refused before anything is asked for. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../../../client/errors.ts';
import type { Item } from '../../../client/records/paths.ts';
import { macsInMemory, record, records, sourcesInMemory } from './harness.ts';

const sources = sourcesInMemory();
const minusZero = (value: unknown): boolean =>
  Object.is(value, -0) ||
  (typeof value === 'object' && value !== null && Object.values(value).some(minusZero));
const value = fc
  .oneof(fc.jsonValue(), fc.uint8Array())
  .filter((one) => one instanceof Uint8Array || !minusZero(one));

describe('a record', () => {
  test('comes back as it was, in bytes and in text', async () => {
    const names = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((name) => name !== '__proto__');
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(names, value, { minKeys: 1, maxKeys: 6, noNullPrototype: true }),
        fc.constantFrom('bytes' as const, 'text' as const),
        fc.constantFrom('shared' as const, 'own' as const),
        async (item, encoding, dataKey) => {
          fc.pre(!('$sealed' in item));
          const paths = Object.keys(item).map((name) => name.replace(/[.\\?]/gu, '\\$&'));
          const sealed = await record(sources, { encoding, dataKey }).seal(item, paths);
          if (encoding === 'text') JSON.parse(JSON.stringify(sealed));
          expect(await record(sources).open(sealed)).toEqual({ ...item });
        },
      ),
    );
  });

  test('keeps what is not sealed as it is, objects too', async () => {
    const item = { id: '7', tags: new Set(['a']), address: { street: 'x', geo: new Date(0) } };
    const sealed = await record(sources).seal(item, ['address.street']);
    expect(sealed.tags).toBe(item.tags);
    expect((sealed.address as typeof item.address).geo).toBe(item.address.geo);
    expect(item.address.street).toBe('x');
    expect(await record(sources).open(sealed)).toEqual(item);
  });

  test('seals elements of arrays', async () => {
    const item = { lines: [{ note: 'a' }, { note: 'b' }] };
    const sealed = await record(sources).seal(item, ['lines.1.note', 'lines.0.note']);
    expect(JSON.stringify(sealed)).not.toMatch(/"[ab]"/);
    const opened = await record(sources).open(sealed);
    expect(opened).toEqual(item);
    expect(opened.lines).toBeInstanceOf(Array);
  });

  test('may lack a field with a question mark, and no other', async () => {
    const sealed = await record(sources).seal({ email: 'x' }, ['email', 'phone?']);
    expect(await record(sources).open(sealed)).toEqual({ email: 'x' });
    const none = await record(sources).seal({ name: 'x' }, ['phone?']);
    expect(await record(sources).open(none)).toEqual({ name: 'x' });
    await expect(record(sources).seal({ email: 'x' }, ['email', 'phone'])).rejects.toThrow(
      UsageError,
    );
  });

  test('seals null, and not what is undefined', async () => {
    const sealed = await record(sources).seal({ email: null }, ['email']);
    expect(await record(sources).open(sealed)).toEqual({ email: null });
    await expect(record(sources).seal({ email: undefined }, ['email'])).rejects.toThrow(UsageError);
  });

  test('has 17 bytes a field above the value as JSON, or above its bytes', async () => {
    const sealed = await record(sources).seal({ a: 'x'.repeat(100), b: new Uint8Array(50) }, [
      'a',
      'b',
    ]);
    expect((sealed.a as Uint8Array).length).toBe(100 + 2 + 17);
    expect((sealed.b as Uint8Array).length).toBe(50 + 17);
  });
});

describe('what would not come back as it was is refused', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  test.each<[string, unknown]>([
    ['a date', new Date()],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus zero', -0],
    ['a BigInt', 1n],
    ['a map', new Map()],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['an array with a hole', Array.from({ length: 2, 0: 1 }, (one) => one)],
    ['a member that is undefined', { a: undefined }],
    ['an instance of a class', new (class Money {})()],
    ['an object with toJSON', { toJSON: () => 1 }],
    ['a circle', cyclic],
    ['a typed array of other numbers', new Uint16Array(2)],
  ])('%s', async (_, field) => {
    const fresh = sourcesInMemory();
    await expect(record(fresh).seal({ field }, ['field'])).rejects.toThrow(UsageError);
    await expect(record(fresh).seal({ field: [field] }, ['field'])).rejects.toThrow(UsageError);
    expect(fresh.keys.generated).toBe(0);
  });
});

describe('paths that are refused, with nothing asked for', () => {
  test.each([
    ['none', []],
    ['empty', ['']],
    ['an empty name', ['a..b']],
    ['a dot at the end', ['a.']],
    ['a backslash before another character', ['a\\b']],
    ['a question mark within', ['a?b']],
    ['the same twice', ['a', 'a']],
    ['one within another', ['a', 'a.b']],
    ['one within another, further down', ['a.b.c', 'a.b']],
    ['__proto__', ['a', '__proto__']],
    ['__proto__ on the way', ['a', '__proto__.x']],
    ['what every object inherits', ['constructor']],
    ['too long', ['a'.repeat(1025)]],
    ['a lone surrogate', ['\ud800']],
  ])('%s', async (_, paths) => {
    const fresh = sourcesInMemory();
    const item = { a: { b: { c: 1 } } };
    await expect(record(fresh).seal(item, paths)).rejects.toThrow(UsageError);
    expect(fresh.keys.generated).toBe(0);
  });
});

describe('types, ids and versions that are refused', () => {
  test.each<[string, object]>([
    ['an empty type', { type: '' }],
    ['a long type', { type: 'x'.repeat(129) }],
    ['an empty id', { id: '' }],
    ['a lone surrogate, which has no bytes of its own', { id: '\ud800' }],
    ['a version that is not whole', { version: 1.5 }],
  ])('%s', async (_, options) => {
    const sealing = async () => record(sources, options).seal({ a: 1 }, ['a']);
    await expect(sealing()).rejects.toThrow(UsageError);
  });

  test('an item without the member that has its id', async () => {
    await expect(records(sources).sealAll([{ a: 1 }], ['a'])).rejects.toThrow(UsageError);
  });

  test('an item that is sealed already', async () => {
    const sealed = await record(sources).seal({ a: 1, b: 2 }, ['a']);
    await expect(record(sources).seal(sealed, ['b'])).rejects.toThrow(/sealed already/);
  });
});

describe('an index', () => {
  test('has the hash of the newest version, and a search asks for all', async () => {
    const changing = sourcesInMemory({ macs: macsInMemory([1, 2]) });
    const customers = records(changing);
    const [sealed] = await customers.sealAll([{ id: '7', email: 'a@b' }], ['email'], {
      index: ['email'],
    });
    const texts = await customers.lookup('email', 'a@b');
    expect(texts).toHaveLength(2);
    expect(texts).toContain(sealed?.email$index);
    expect(sealed?.email$index).toMatch(/^2\./);
    expect(await customers.openAll([sealed as Item])).toEqual([{ id: '7', email: 'a@b' }]);
  });

  test('is equal for equal values, across records, and for those that are made alike', async () => {
    const customers = records(sources);
    const index = { path: 'email', normalize: (text: unknown) => String(text).toLowerCase() };
    const items = [
      { id: '1', email: 'A@b' },
      { id: '2', email: 'a@B' },
      { id: '3', email: 'c@d' },
    ];
    const sealed = await customers.sealAll(items, ['email'], { index: [index] });
    const [one, two, three] = sealed.map((item) => item.email$index);
    expect(one).toBe(two);
    expect(three).not.toBe(one);
    expect(await customers.lookup(index, 'a@b')).toEqual([one]);
  });

  test('of a field that is not sealed, or that is neither text nor bytes, is refused', async () => {
    const item = { id: '7', email: 'x', age: 4 };
    const customers = records(sources);
    await expect(customers.sealAll([item], ['email'], { index: ['age'] })).rejects.toThrow(
      UsageError,
    );
    await expect(customers.sealAll([item], ['age'], { index: ['age'] })).rejects.toThrow(
      UsageError,
    );
  });

  test('of a thousand records is asked for in one request', async () => {
    const macs = macsInMemory();
    const items = Array.from({ length: 1000 }, (_, n) => ({ id: `${n}`, email: `${n}@b` }));
    await records(sourcesInMemory({ macs })).sealAll(items, ['email'], { index: ['email'] });
    expect(macs.requests).toBe(1);
  });
});
