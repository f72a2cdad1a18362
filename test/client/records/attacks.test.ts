/** What a caller's own data, options and timing could do to a record, and what a hostile header costs. */
import { expect, test } from '@jest/globals';
import { RecordError, UsageError } from '../../../client/errors.ts';
import { parseHeader, serializeHeader } from '../../../client/records/record-header.ts';
import { record, records, sourcesInMemory } from './harness.ts';

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

test.each<[string, object]>([
  ['an array with a name', Object.assign([1], { x: 2 })],
  ['a member by a symbol', { [Symbol('x')]: 1 }],
  ['a member that is not listed', Object.defineProperty({}, 'x', { value: 1 })],
])('what JSON would drop is refused: %s', async (_, a) => {
  await expect(record(sourcesInMemory()).seal({ a }, ['a'])).rejects.toThrow(UsageError);
});

test('a hostile header of 400 KB is refused within a second', () => {
  const paths = Array.from({ length: 390 }, (_, n) => `${1000 + n}${'.a'.repeat(510)}`);
  const [salt, commitment] = [new Uint8Array(32), new Uint8Array(32)];
  const header = { keyScope: 'shared' as const, salt, commitment, wrappedDataKey: salt, paths };
  const bytes = serializeHeader({ ...header, paths: [...paths, paths.at(-1) as string] });
  const legal = serializeHeader(header);
  const start = performance.now();
  expect(() => parseHeader(bytes)).toThrow(RecordError);
  parseHeader(legal);
  expect(performance.now() - start).toBeLessThan(1000);
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
