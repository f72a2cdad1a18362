/** How many data keys records need, how long they are kept, and that their bytes are not. */
import { expect, test } from '@jest/globals';
import { UsageError } from '../../../client/errors.ts';
import type { Item } from '../../../client/records/paths.ts';
import { keysInMemory } from '../key-store.ts';
import { record, records, sourcesInMemory } from './harness.ts';

const items = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `${n}`,
    name: `Jane ${n}`,
    email: 'x',
    phone: '1',
  }));
const paths = ['name', 'email', 'phone'];

test('a thousand records share one data key, sealed at once or one after the other', async () => {
  const atOnce = sourcesInMemory();
  const sealed = await records(atOnce).sealAll(items(1000), paths);
  expect(atOnce.keys).toMatchObject({ generated: 1, opened: 0 });
  const later = sourcesInMemory({ keys: atOnce.keys });
  expect(await records(later).openAll(sealed)).toEqual(items(1000));
  expect(atOnce.keys.opened).toBe(1);

  const oneByOne = sourcesInMemory();
  for (const item of items(1000)) await record(oneByOne, { id: item.id }).seal(item, paths);
  expect(oneByOne.keys.generated).toBe(1);
});

test('the next record has another data key', async () => {
  const sources = sourcesInMemory();
  await records(sources).sealAll(items(1001), paths);
  expect(sources.keys.generated).toBe(2);
});

test('a data key of their own for each is a request for each', async () => {
  const sources = sourcesInMemory();
  await records(sources, { dataKey: 'own' }).sealAll(items(20), paths);
  expect(sources.keys.generated).toBe(20);
  expect(sources.keys.contexts[7]).toEqual({
    'record-format': 'tenant-keys/record/v1',
    'record-type': 'customer',
    'record-id': '7',
  });
});

test('types do not share a data key', async () => {
  const sources = sourcesInMemory();
  await record(sources).seal({ a: 1 }, ['a']);
  await record(sources, { type: 'supplier' }).seal({ a: 1 }, ['a']);
  expect(sources.keys.generated).toBe(2);
});

test('after five minutes a data key seals nothing more, and is asked for again to open', async () => {
  let now = 0;
  const sources = sourcesInMemory({ now: () => now });
  const sealed = await record(sources).seal({ a: 1 }, ['a']);
  await record(sources).open(sealed);
  now = 299_999;
  await record(sources).seal({ a: 1 }, ['a']);
  await record(sources).open(sealed);
  expect(sources.keys).toMatchObject({ generated: 1, opened: 1 });
  now = 300_000;
  await record(sources).seal({ a: 1 }, ['a']);
  await record(sources).open(sealed);
  expect(sources.keys).toMatchObject({ generated: 2, opened: 2 });
});

test('a clock that is set back lets no data key live on', async () => {
  let now = 3_600_000;
  const sources = sourcesInMemory({ now: () => now });
  const sealed = await record(sources).seal({ a: 1 }, ['a']);
  await record(sources).open(sealed);
  now = 0;
  await record(sources).seal({ a: 1 }, ['a']);
  await record(sources).open(sealed);
  expect(sources.keys).toMatchObject({ generated: 2, opened: 2 });
});

test('those that open are bounded in number', async () => {
  const sources = sourcesInMemory({ limits: { maxOpeningKeys: 2 } });
  const sealed: Item[] = [];
  for (const id of ['1', '2', '3']) {
    sealed.push(await record(sources, { id, dataKey: 'own' }).seal({ id, a: 1 }, ['a']));
  }
  const open = async () => {
    for (const item of sealed) await records(sources).openAll([item]);
  };
  await open();
  await open();
  expect(sources.keys.opened).toBe(6);
});

test('headers that nothing opens drive out no data key that does', async () => {
  const sources = sourcesInMemory({ limits: { maxOpeningKeys: 2 } });
  const one = await record(sources, { id: '1', dataKey: 'own' }).seal({ a: 1 }, ['a']);
  const other = await record(sources, { id: '2', dataKey: 'own' }).seal({ a: 1 }, ['a']);
  const openBoth = () =>
    Promise.all([record(sources, { id: '1' }).open(one), record(sources, { id: '2' }).open(other)]);
  await openBoth();
  expect(sources.keys.opened).toBe(2);
  const hostile = Array.from({ length: 20 }, (_, n) => {
    const $sealed = (one.$sealed as Uint8Array).slice();
    $sealed.fill(n, 69, 80);
    return { ...one, $sealed };
  });
  for (const outcome of await Promise.allSettled(
    hostile.map((item) => record(sources, { id: '1' }).open(item)),
  )) {
    expect(outcome.status).toBe('rejected');
  }
  expect(sources.keys.opened).toBe(22);
  await openBoth();
  expect(sources.keys.opened).toBe(22);
});

test.each([
  { maxRecords: Number.NaN },
  { maxRecords: Number.POSITIVE_INFINITY },
  { maxAgeMs: 0 },
  { maxOpeningKeys: 1.5 },
])('a limit that is none is refused: %p', (limits) => {
  expect(() => sourcesInMemory({ limits })).toThrow(UsageError);
});

test('no plaintext of a data key stays in memory, not even of one that is wrong', async () => {
  const sources = sourcesInMemory();
  const sealed = await record(sources).seal({ a: 1 }, ['a']);
  await record(sources).open(sealed);
  await expect(record(sources, { id: '8' }).open(sealed)).rejects.toThrow();
  expect(sources.keys.plaintexts.length).toBeGreaterThan(1);
  expect(sources.keys.plaintexts.every((plaintext) => plaintext.every((byte) => byte === 0))).toBe(
    true,
  );
});

test('a request that failed is made again by the next', async () => {
  const keys = keysInMemory();
  const { generate } = keys.source;
  let isDown = true;
  keys.source.generate = async (context) => {
    if (isDown) throw new Error('down');
    return generate(context);
  };
  const sources = sourcesInMemory({ keys });
  await expect(records(sources).sealAll(items(3), paths)).rejects.toThrow('down');
  isDown = false;
  expect(await records(sources).sealAll(items(3), paths)).toHaveLength(3);
});
