/**
 * What somebody who can write to the database does to sealed records, and that every one of it is found: swapped, moved,
 * dropped and renamed fields, fields and headers of another sealing, record, type, tenant and version, changed bytes.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RecordError } from '../../../client/errors.ts';
import type { Item } from '../../../client/records/paths.ts';
import { keysInMemory } from '../key-store.ts';
import { record, sourcesInMemory } from './harness.ts';

const keys = keysInMemory();
const sources = sourcesInMemory({ keys });
const customer = {
  id: '7',
  name: 'Jane',
  email: 'jane@example.com',
  address: { street: '1 Main St', city: 'Springfield' },
};
const paths = ['address.street', 'email', 'name'];
const seal = (item: Item = customer, options = {}) => record(sources, options).seal(item, paths);
const open = (item: Item, options = {}) => record(sources, options).open(item);

const isFound = async (item: Item, options = {}) =>
  expect(open(item, options)).rejects.toThrow(RecordError);

const bytesOf = (item: Item, member: string) => item[member] as Uint8Array;

describe('a record whose fields were', () => {
  test('swapped is found', async () => {
    const { email, name, ...rest } = await seal();
    await isFound({ ...rest, email: name, name: email });
  });

  test('swapped with another record of the same data key is found', async () => {
    const one = await seal();
    const other = await seal({ ...customer, id: '8' }, { id: '8' });
    await isFound({ ...one, email: other.email });
    await isFound({ ...other, email: one.email }, { id: '8' });
  });

  test('put back from an earlier sealing of the same record is found', async () => {
    const earlier = await seal();
    const later = await seal({ ...customer, email: 'jane@example.org' });
    await isFound({ ...later, email: earlier.email });
    await isFound({ ...earlier, $sealed: later.$sealed });
  });

  test.each(['name', 'email', '$sealed'])('dropped is found: %s', async (member) => {
    const { [member]: _, ...rest } = await seal();
    await isFound(rest);
  });

  test('dropped with the object that they were in is found', async () => {
    const { address: _, ...rest } = await seal();
    await isFound(rest);
    await isFound({ ...rest, address: { city: 'Springfield' } });
    await isFound({ ...rest, address: null });
  });

  test('replaced by the value in the clear is found', async () => {
    const sealed = await seal();
    await isFound({ ...sealed, email: 'mallory@example.com' });
    await isFound({ ...sealed, email: { address: 'mallory@example.com' } });
    await isFound(customer);
  });

  test('renamed is found', async () => {
    const { email, ...rest } = await seal();
    await isFound({ ...rest, mail: email });
  });
});

describe('a record that is whole but of', () => {
  test.each([
    ['another id', { id: '8' }],
    ['another type', { type: 'supplier' }],
    ['another version', { version: 1 }],
  ])('%s is found', async (_, options) => {
    const sealed = await seal();
    await isFound(sealed, options);
    await isFound(await seal(customer, options));
  });

  test('an earlier version is found', async () => {
    const first = await seal(customer, { version: 1 });
    await isFound(first, { version: 2 });
    expect(await open(first, { version: 1 })).toEqual(customer);
  });

  test('another tenant is found, even where both had the same key', async () => {
    const sealed = await seal();
    const neighbour = sourcesInMemory({ tenantId: 'globex', keys });
    await expect(record(neighbour).open(sealed)).rejects.toThrow(RecordError);
  });

  test('a tenant with another key opens nothing', async () => {
    await expect(record(sourcesInMemory()).open(await seal())).rejects.toThrow(RecordError);
  });

  test('a type and an id that read alike when they are joined is found', async () => {
    const sealed = await seal(customer, { type: 'a', id: 'bc' });
    await isFound(sealed, { type: 'ab', id: 'c' });
  });
});

describe('any byte', () => {
  test.each(['$sealed', 'email'])('that was changed in %s is found', async (member) => {
    const sealed = await seal();
    const bytes = bytesOf(sealed, member);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (position, difference) => {
          const changed = bytes.slice();
          changed[position] = (changed[position] ?? 0) ^ difference;
          await isFound({ ...sealed, [member]: changed });
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each(['$sealed', 'email'])('that was cut off or added to %s is found', async (member) => {
    const sealed = await seal();
    const bytes = bytesOf(sealed, member);
    for (let length = 0; length < bytes.length; length += 1) {
      await isFound({ ...sealed, [member]: bytes.slice(0, length) });
    }
    await isFound({ ...sealed, [member]: Uint8Array.of(...bytes, 0) });
    await isFound({ ...sealed, [member]: Uint8Array.of(0, ...bytes) });
  });

  test('of base64 that has a second spelling is found', async () => {
    const sealed = await seal(customer, { encoding: 'text' });
    const { email } = sealed as { email: string };
    for (const spelling of [`${email}\n`, ` ${email}`, email.replaceAll('=', ''), `${email}=`]) {
      if (spelling !== email) await isFound({ ...sealed, email: spelling });
    }
    expect(await open(sealed)).toEqual(customer);
  });
});

describe('a header', () => {
  test('with the data key of another sealing is found: it commits to its own', async () => {
    const one = bytesOf(await seal(customer, { dataKey: 'own' }), '$sealed');
    const sealed = await seal(customer, { dataKey: 'own' });
    const header = bytesOf(sealed, '$sealed').slice();
    const [start, end] = [3 + 32 + 32, 3 + 32 + 32 + 2 + 60];
    expect(one.length).toBe(header.length);
    header.set(one.slice(start, end), start);
    await isFound({ ...sealed, $sealed: header });
  });

  test('of a later format says so', async () => {
    const sealed = await seal();
    const header = bytesOf(sealed, '$sealed').slice();
    header[0] = 2;
    await expect(open({ ...sealed, $sealed: header })).rejects.toThrow(
      /later version of the client/,
    );
  });

  test('that seals less than the reader expects is refused', async () => {
    const less = await record(sources).seal(customer, ['name']);
    await expect(record(sources).open(less, { paths })).rejects.toThrow(/Other fields/);
    expect(await record(sources).open(less, { paths: ['name'] })).toEqual(customer);
  });
});

test('nothing that is refused has changed what was given', async () => {
  const sealed = await seal();
  const before = structuredClone(sealed);
  await isFound({ ...sealed }, { id: '8' });
  await open(sealed);
  expect(sealed).toEqual(before);
});
