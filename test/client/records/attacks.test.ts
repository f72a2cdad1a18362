/** What a caller's own data, options and timing could do to a record, and what a hostile header costs. */
import { describe, expect, test } from '@jest/globals';
import { RecordError, UsageError } from '../../../client/errors.ts';
import { parseHeader, serializeHeader } from '../../../client/records/record-header.ts';
import { macsInMemory, record, records, sourcesInMemory } from './harness.ts';

test('one object in two places is sealed in each on its own', async () => {
  const sources = sourcesInMemory();
  const address = { street: 'x', city: 'y' };
  const item = { billing: address, shipping: address };
  for (const paths of [
    ['billing.street', 'shipping.street'],
    ['billing.street', 'shipping.city'],
  ]) {
    const sealed = await record(sources, { encoding: 'text' }).seal(item, paths);
    const stored = JSON.parse(JSON.stringify(sealed));
    expect(await record(sources).open(stored)).toEqual(item);
    expect(await record(sources).open(sealed)).toEqual(item);
  }
});

test('the member that has the id or the version is not sealed: it could not be opened', async () => {
  const customers = records(sourcesInMemory(), { encoding: 'text', version: 'v' });
  const item = { id: '7', v: 1, a: 1 };
  await expect(customers.sealAll([item], ['id'])).rejects.toThrow(UsageError);
  await expect(customers.sealAll([item], ['v'])).rejects.toThrow(UsageError);
});

test.each(['Own', 'toString'])('a scope of data keys that is none is refused: %s', (dataKey) => {
  expect(() => record(sourcesInMemory(), { dataKey: dataKey as 'own' })).toThrow(UsageError);
});

test('what is moved while it is being sealed is sealed all the same', async () => {
  const sources = sourcesInMemory();
  const item: Record<string, unknown> = { lines: [{ note: 'secret' }] };
  const sealing = record(sources).seal(item, ['lines.0.note', 'phone?']);
  (item.lines as object[]).unshift({ note: 'other' });
  item.phone = 'secret';
  const sealed = await sealing;
  expect(JSON.stringify(sealed)).not.toMatch(/secret/);
  expect(await record(sources).open(sealed)).toEqual({ lines: [{ note: 'secret' }] });
});

describe('what is changed while it is being sealed', () => {
  test('within a sealed value changes nothing, nor does its index part from it', async () => {
    const macs = macsInMemory();
    const item = { address: { street: 'old' }, photo: Buffer.from('old') };
    const normalize = (value: unknown) => (value as typeof item.address).street;
    const sources = sourcesInMemory({
      macs: {
        macs: async (requests) => {
          item.address.street = 'new';
          item.photo.fill('x');
          return macs.macs(requests);
        },
      },
    });
    const index = [{ path: 'address', normalize }];
    const sealed = await record(sources).seal(item, ['address', 'photo'], { index });
    const opened = await record(sources).open(sealed);
    expect(opened.address).toEqual({ street: 'old' });
    expect(Buffer.from(opened.photo as Uint8Array).toString()).toBe('old');
    const [found] = await records(sources).lookup(
      { path: 'address', normalize },
      { street: 'old' },
    );
    expect(sealed.address$index).toBe(found);
  });

  test('is not in the clear: a field that was missing, deep in objects and arrays', async () => {
    const sources = sourcesInMemory();
    const item = { a: { b: [{}] as Record<string, unknown>[] }, name: 'x' };
    const sealing = record(sources).seal(item, ['name', 'a.b.0.phone?', 'a.mail?', 'c.d?']);
    Object.assign(item.a.b[0] as object, { phone: 'secret' });
    item.a.b.push({ phone: 'secret' });
    Object.assign(item.a, { mail: 'secret' });
    const sealed = await sealing;
    Object.assign(item.a, { mail: 'secret', later: 'secret' });
    expect(JSON.stringify(sealed)).not.toMatch(/secret/);
    expect(await record(sources).open(sealed)).toEqual({ a: { b: [{}] }, name: 'x' });
  });

  test('a date on the way to a missing field stays the date that it is', async () => {
    const item = { at: new Date(0), name: 'x' };
    const sealed = await record(sourcesInMemory()).seal(item, ['name', 'at.zone?']);
    expect(sealed.at).toBe(item.at);
  });
});

describe('a member that reads differently each time', () => {
  const turns = (...values: unknown[]) => {
    let turn = 0;
    return {
      enumerable: true,
      get: () => values[Math.min(turn++, values.length - 1)],
    };
  };

  test.each([
    [
      'a getter in a sealed value',
      () => ({ a: Object.defineProperty({}, 'x', turns(1, new Date())) }),
    ],
    ['a getter', () => Object.defineProperty({}, 'a', turns({ x: 1 }, { x: 2 }))],
    ['a getter in an array', () => ({ a: Object.defineProperty([0], 0, turns(1, Number.NaN)) })],
    [
      'a proxy',
      () => {
        const { get } = turns(1, Number.NaN, new Date());
        return {
          a: new Proxy(
            { x: 0 },
            { get: (target, name) => (name === 'x' ? get() : Reflect.get(target, name)) },
          ),
        };
      },
    ],
  ])('is sealed as it was read the one time: %s', async (_, item) => {
    const sources = sourcesInMemory();
    const sealed = await record(sources).seal(item(), ['a']);
    const { a } = await record(sources).open(sealed);
    expect([{ x: 1 }, [1]]).toContainEqual(a);
  });

  test('is not in the clear where it was missing first', async () => {
    const sources = sourcesInMemory();
    const item = Object.defineProperty({ name: 'x' }, 'phone', turns(undefined, 'secret'));
    const sealed = await record(sources).seal(item, ['name', 'phone?']);
    expect(JSON.stringify(sealed)).not.toMatch(/secret/);
  });
});

test.each<[string, object]>([
  ['an array with a name', Object.assign([1], { x: 2 })],
  ['a member by a symbol', { [Symbol('x')]: 1 }],
  ['a member that is not listed', Object.defineProperty({}, 'x', { value: 1 })],
])('what JSON would drop is refused: %s', async (_, a) => {
  await expect(record(sourcesInMemory()).seal({ a }, ['a'])).rejects.toThrow(UsageError);
});

test('a hostile header of 400 KB is refused within a second of CPU', () => {
  const paths = Array.from({ length: 390 }, (_, n) => `${1000 + n}${'.a'.repeat(510)}`);
  const [salt, commitment] = [new Uint8Array(32), new Uint8Array(32)];
  const header = { keyScope: 'shared' as const, salt, commitment, wrappedDataKey: salt, paths };
  const bytes = serializeHeader({ ...header, paths: [...paths, paths.at(-1) as string] });
  const legal = serializeHeader(header);
  const start = process.cpuUsage();
  expect(() => parseHeader(bytes)).toThrow(RecordError);
  parseHeader(legal);
  const { user, system } = process.cpuUsage(start);
  expect(user + system).toBeLessThan(1_000_000);
});

test.each([
  ['the header', { path: 'email', member: '$sealed' }],
  ['a sealed field', { path: 'email', member: 'name' }],
  ['the id', { path: 'email', member: 'id' }],
  ['what objects inherit', { path: 'email', member: '__proto__' }],
])('an index does not take the place of %s', async (_, index) => {
  const sources = sourcesInMemory();
  const item = { id: '7', email: 'x', name: 'y' };
  const sealing = records(sources).sealAll([item], ['email', 'name'], { index: [index] });
  await expect(sealing).rejects.toThrow(UsageError);
});

test('an item that was opened is sealed again, with an index in a member of its own', async () => {
  const sources = sourcesInMemory();
  const options = { index: [{ path: 'email', member: 'hash' }] };
  const sealed = await record(sources).seal({ email: 'x' }, ['email'], options);
  const opened = await record(sources).open(sealed);
  const again = await record(sources).seal({ ...opened, email: 'y' }, ['email'], options);
  expect(again.hash).not.toBe(sealed.hash);
});

test('two indexes in one member are refused', async () => {
  const index = ['email', { path: 'name', member: 'email$index' }];
  const sealing = record(sourcesInMemory()).seal({ email: 'x', name: 'y' }, ['email', 'name'], {
    index,
  });
  await expect(sealing).rejects.toThrow(UsageError);
});

test('a member that an opened item would lack, as an index of a field, is refused', async () => {
  const item = { email: 'x', email$index: 'mine' };
  for (const paths of [['email'], ['email', 'email$index']]) {
    await expect(record(sourcesInMemory()).seal(item, paths)).rejects.toThrow(UsageError);
  }
});

test('types and paths with slashes have no index in common', async () => {
  const sources = sourcesInMemory();
  const one = await records(sources, { type: 'a/b' }).lookup('c', 'x');
  const other = records(sources, { type: 'a' });
  expect(await other.lookup({ path: 'b/c', purpose: 'a/other' }, 'x')).not.toEqual(one);
  await expect(other.lookup('b/c', 'x')).rejects.toThrow(UsageError);
});
