/**
 * What somebody who writes to the database of two tenants does to their records, opened over the real API with real tokens:
 * each swap, move, drop and replay, between fields, records, types, versions, data keys and tenants, is found.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AccessError, RecordError, type TenantKeys } from '../../../client/tenant-keys.ts';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { all, clientOf, eventually } from '../harness.ts';

type Item = Record<string, unknown>;

let stack: TestStack;
let keys: TenantKeys;
beforeAll(async () => {
  stack = await startTestStack();
  keys = clientOf(stack);
  await Promise.all(['acme', 'globex'].map((id) => keys.tenants.onboard(id)));
});
afterAll(() => stack?.close());

const paths = ['name', 'email', 'address.street'];
const person = (name: string) => ({
  name,
  email: `${name}@example.com`,
  address: { street: `${name} street`, city: 'x' },
});
const scopes = ['shared', 'own'] as const;
interface Which {
  readonly tenant?: string;
  readonly type?: string;
  readonly id?: string;
  readonly version?: number;
  readonly dataKey?: 'shared' | 'own';
}

/** By a client of its own, so that no data key of another opening helps. */
function recordOf({ tenant = 'acme', type = 'customer', id = '7', ...options }: Which, by = keys) {
  return by.tenant(tenant).record({ type, id, ...options });
}
const seal = (which: Which, name = 'ann') => recordOf(which).seal(person(name), paths);
const isFound = (item: Item, which: Which = {}) =>
  expect(recordOf(which, clientOf(stack)).open(item)).rejects.toThrow(RecordError);

describe.each(scopes)('of records with a data key that is %s', (dataKey) => {
  const [ann, bob] = [{ dataKey }, { id: '8', dataKey }];
  const neighbour = { tenant: 'globex', dataKey };

  test('what nobody touched opens', async () => {
    expect(await recordOf({}, clientOf(stack)).open(await seal(ann))).toEqual(person('ann'));
  });

  test('fields that were swapped are found: in a record, between records, between tenants', async () => {
    const [one, other, globex] = await Promise.all([seal(ann), seal(bob, 'bob'), seal(neighbour)]);
    await isFound({ ...one, name: one.email, email: one.name });
    await isFound({ ...one, email: other.email });
    await isFound({ ...one, email: globex.email });
    await isFound({ ...globex, email: one.email }, { tenant: 'globex' });
    await isFound({ ...one, address: globex.address });
  });

  test('records that were moved are found: to another id, type or tenant', async () => {
    const [one, globex] = await Promise.all([seal(ann), seal(neighbour)]);
    await isFound(one, { id: '8' });
    await isFound(one, { type: 'supplier' });
    await isFound(one, { tenant: 'globex' });
    await isFound(globex);
  });

  test('what was dropped is found: a field, the object that it is in, the header', async () => {
    const one = await seal(ann);
    for (const member of ['name', 'email', 'address', '$sealed']) {
      const { [member]: _, ...rest } = one;
      await isFound(rest);
    }
    await isFound({ ...one, address: { city: 'x' } });
    await isFound(person('ann'));
  });

  test('headers that were exchanged are found: of another sealing, record or tenant', async () => {
    const all = [await seal(ann), await seal(bob, 'bob'), await seal(neighbour)];
    const [again] = [await seal(ann)];
    for (const { $sealed } of all) await isFound({ ...again, $sealed });
  });

  test('what was put back is found: a field of before, and a whole record of an earlier version', async () => {
    const before = await seal({ ...ann, version: 1 });
    const after = await seal({ ...ann, version: 2 }, 'eve');
    await isFound({ ...after, email: before.email }, { version: 2 });
    await isFound({ ...before, $sealed: after.$sealed }, { version: 2 });
    await isFound(before, { version: 2 });
    await isFound(before);
    const current = recordOf({ version: 2 }, clientOf(stack));
    expect(await current.open(after)).toEqual(person('eve'));
  });

  test('a data key that was put into the header is found: of another record, tenant, purpose or scope', async () => {
    const one = await seal(ann);
    const header = one.$sealed as Uint8Array;
    const wrappedAt = 3 + 32 + 32 + 2;
    const length = new DataView(header.buffer, header.byteOffset).getUint16(wrappedAt - 2);
    const wrappedOf = (item: Item) =>
      (item.$sealed as Uint8Array).slice(wrappedAt, wrappedAt + length);
    const { wrapped: ofOtherUse } = await keys.tenant('acme').wrappedDataKey();
    const others = [
      wrappedOf(await seal({ ...bob, type: 'supplier' })),
      wrappedOf(await seal({ ...bob, dataKey: 'own' })),
      wrappedOf(await seal(neighbour)),
      ofOtherUse,
    ];
    for (const wrapped of others) {
      const changed = header.slice();
      expect(wrapped).toHaveLength(length);
      changed.set(wrapped, wrappedAt);
      await isFound({ ...one, $sealed: changed });
    }
    const otherScope = header.slice();
    otherScope[2] = dataKey === 'own' ? 1 : 2;
    await isFound({ ...one, $sealed: otherScope });
  });

  test("a neighbour's token opens nothing, whichever tenant it names", async () => {
    const one = await seal(ann);
    const token = await stack.client.tenantToken('globex');
    const disguised = clientOf(stack, { credentials: undefined, token });
    await expect(recordOf({}, disguised).open(one)).rejects.toThrow(AccessError);
    await expect(recordOf({ tenant: 'globex' }, disguised).open(one)).rejects.toThrow(RecordError);
  });
});

test('who opened a record, and for what, is in the audit', async () => {
  const sealed = await seal({});
  const call = { actor: 'jane@example.com', label: 'ticket 7' };
  const reader = clientOf(stack);
  await recordOf({}, reader).open(sealed, call);
  await recordOf({}, reader).open(sealed, { actor: 'joe@example.com' });
  const claims = await eventually(async () => {
    const query = { operation: 'decryptDataKey', kind: 'request' } as const;
    const events = await all(keys.tenant('acme').audit(query));
    const found = events.map((event) => ({ ...('actor' in event && event) }));
    return found.some(({ actor }) => actor === 'joe@example.com') ? found : undefined;
  });
  expect(claims).toContainEqual(expect.objectContaining(call));
});
