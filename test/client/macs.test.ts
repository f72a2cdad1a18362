/** Keyed hashes by a tenant's handle, and records that are found by them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TenantHandle, TenantKeys } from '../../client/tenant-keys.ts';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { clientOf } from './harness.ts';

let stack: TestStack;
let keys: TenantKeys;
let acme: TenantHandle;
beforeAll(async () => {
  stack = await startTestStack({ registryTtlSeconds: 1 });
  keys = clientOf(stack);
  for (const tenantId of ['acme', 'globex']) await keys.tenants.onboard(tenantId);
  acme = keys.tenant('acme');
}, 120_000);
afterAll(() => stack?.close());

const bytes = (text: string) => new TextEncoder().encode(text);

test('equal values have equal macs; other tenants, purposes and values have others', async () => {
  const [one] = await acme.mac('user/email', bytes('ada'));
  expect(one).toEqual({ version: 1, mac: expect.any(Uint8Array) });
  expect((await acme.mac('user/email', bytes('ada')))[0]).toEqual(one);
  const others = await Promise.all([
    acme.mac('user/name', bytes('ada')),
    acme.mac('user/email', bytes('bob')),
    keys.tenant('globex').mac('user/email', bytes('ada')),
  ]);
  for (const [other] of others) expect(other?.mac).not.toEqual(one?.mac);
  expect((await acme.mac('user/email', bytes('ada'), { bits: 8 }))[0]?.mac).toEqual(
    one?.mac.slice(0, 1),
  );
});

test('a batch of 2,300 values and 60 purposes is in order, and a wrong one has its own error', async () => {
  const requests = Array.from({ length: 2300 }, (_, n) => ({
    purpose: n === 7 ? 'not a purpose' : `field/${n % 60}`,
    value: bytes(`${n}`),
  }));
  const results = await acme.macBatch(requests);
  expect(results).toHaveLength(2300);
  expect(results[7]).toMatchObject({
    status: 'rejected',
    reason: { code: 'bad-request', requestId: expect.any(String) },
  });
  for (const n of [0, 61, 2299]) {
    const { purpose = '', value = bytes('') } = requests[n] ?? {};
    expect(results[n]).toEqual({ status: 'fulfilled', value: await acme.mac(purpose, value) });
  }
}, 30_000);

test('a record is found by its index, also while the key of the index is changed', async () => {
  const people = acme.records({ type: 'person', id: 'id', encoding: 'text' });
  const seal = async (id: string) =>
    (await people.sealAll([{ id, email: 'ada@x' }], ['email'], { index: ['email'] }))[0];
  const old = await seal('1');
  expect(await people.lookup('email', 'ada@x')).toEqual([old?.email$index]);
  await acme.setMacVersions('person/email', [1, 2]);
  stack.pass(2);
  const renewed = await seal('2');
  expect(await people.lookup('email', 'ada@x')).toEqual([old?.email$index, renewed?.email$index]);
  await acme.setMacVersions('person/email', [2]);
  stack.pass(2);
  expect(await people.lookup('email', 'ada@x')).toEqual([renewed?.email$index]);
});

test('1,000 records of 3 fields, one of them indexed: one data key, one request for it and one for hashes', async () => {
  const items = Array.from({ length: 1000 }, (_, n) => ({ id: `${n}`, a: 'x', b: 'y', c: `${n}` }));
  const records = keys.tenant('globex').records({ type: 'counted', id: 'id' });
  const before = stack.accessLog.length;
  const from = stack.calls.length;
  await records.sealAll(items, ['a', 'b', 'c'], { index: ['c'] });
  const ofKms = stack.calls.slice(from).filter(({ service }) => service === 'kms');
  expect(ofKms.map(({ operation }) => operation).sort()).toEqual([
    'Decrypt',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
  ]);
  expect(stack.accessLog.slice(before)).toHaveLength(2);
});
