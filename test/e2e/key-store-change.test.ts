/** A tenant amid a change of its key store, by the API: what is refused and when, and how the previous key ends. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Control, startControl } from './control.ts';
import { changeRow, plantMoved, plantPreviousKey, readRow } from './planted-keys.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  const tenants = [{ tenantId: 'declared' }];
  ({ stack, control } = await startControl({
    reconcileEveryMinutes: 1440,
    registryTtlSeconds: 0,
    tenants,
  }));
}, 120_000);
afterAll(() => stack?.close());

const dayMs = 86_400_000;
const move = (id: string, keyStore: string) =>
  control.send('POST', `/tenants/${id}/key-store`, { keyStore });
const end = (id: string, query = '') =>
  control.send('DELETE', `/tenants/${id}/key-store/previous${query}`);
const restore = (id: string) => control.post(id, 'key-store/previous/restore');
const read = async (id: string) => (await control.send('GET', `/tenants/${id}`)).json;
const rowOf = (tenantId: string) => readRow(stack, tenantId);
const later = (ms: number) => new Date(Date.now() + ms).toISOString();
const stateOf = async (KeyId: string) =>
  (await stack.administrator.kms.describeKey({ KeyId })).KeyMetadata?.KeyState;

test('a tenant whose key is in the wanted store already stays as it is', async () => {
  const { json: before } = await control.put('stays');
  const { status, json } = await move('stays', 'aws-kms');
  expect([status, json]).toEqual([200, before]);
  expectProblem(await move('stays', 'vault'), 400, 'key-store-not-configured');
  expectProblem(await end('stays'), 409, 'no-previous-key');
  expectProblem(await restore('stays'), 409, 'no-previous-key');
  expectProblem(await move('nobody', 'aws-kms'), 404, 'tenant-not-found');
  expectProblem(await end('nobody'), 404, 'tenant-not-found');
});

test('a declared tenant, and one that is suspended or leaving, stays where it is', async () => {
  expectProblem(await move('declared', 'aws-kms'), 409, 'tenant-declared');
  await control.put('paused');
  await control.post('paused', 'suspend');
  expectProblem(await move('paused', 'aws-kms'), 409, 'tenant-suspended');
  await control.offboard('paused');
  expectProblem(await move('paused', 'aws-kms'), 409, 'tenant-offboarding');
});

test("back in the store of before, the key of before is the tenant's again, and the other the previous one", async () => {
  await plantMoved(stack, 'returns');
  const before = await rowOf('returns');
  const { status, json } = await move('returns', 'aws-kms');
  expect([status, json.keyStore, json.keyArn]).toEqual([202, 'aws-kms', before.keyArn]);
  const { since } = json.keyStoreChange;
  expect(json.keyStoreChange).toEqual({
    from: 'vault',
    to: 'aws-kms',
    stage: 'both-readable',
    since,
    previousKeyName: before.keyName,
  });
  const settlesInMs = Date.parse(since) - Date.now();
  expect(settlesInMs).toBeGreaterThan(50_000);
  expect(settlesInMs).toBeLessThanOrEqual(65_000);
  // The same again, and the onboarding's.
  expect((await move('returns', 'aws-kms')).json).toEqual(json);
  expect((await control.put('returns')).status).toBe(200);
});

test('back before the change has settled, the key that encrypts goes on', async () => {
  await plantMoved(stack, 'regrets');
  const { previousKey } = await rowOf('regrets');
  await changeRow(stack, 'regrets', { previousKey: { ...previousKey, since: later(40_000) } });
  const { json } = await move('regrets', 'aws-kms');
  expect(Date.parse(json.keyStoreChange.since)).toBeLessThanOrEqual(Date.now());
});

test('a change that has begun is the only one until it has ended', async () => {
  await control.put('begun');
  const requestedAt = new Date().toISOString();
  await changeRow(stack, 'begun', { nextKey: { keyStore: 'vault', requestedAt } });
  expect((await read('begun')).keyStoreChange).toEqual({
    from: 'aws-kms',
    to: 'vault',
    stage: 'key-requested',
    requestedAt,
  });
  expectProblem(await move('begun', 'aws-kms'), 409, 'key-store-changing');
  expect((await rowOf('begun')).nextKey).toEqual({ keyStore: 'vault', requestedAt });
});

test('the previous key ends only once nothing encrypts with it and the keys of macs have left it', async () => {
  const previous = await plantPreviousKey(stack, 'moves', { macKeys: undefined });
  const token = await stack.client.tenantToken('moves');
  const body = { purpose: 'user/email', value: 'eA==' };
  await stack.client.send('POST', '/tenants/moves/mac', { token, body });
  const { previousKey } = await rowOf('moves');
  const set = (change: object) =>
    changeRow(stack, 'moves', { previousKey: { ...previousKey, ...change } });

  const early = await set({ since: later(-10_000), macKeys: { left: 0, countedAt: later(0) } });
  expectProblem(await end('moves'), 409, 'key-store-changing');
  expect(await rowOf('moves')).toEqual(early);
  await set({});
  expectProblem(await end('moves'), 409, 'mac-keys-left');
  // Counted before the new key encrypted.
  await set({ macKeys: { left: 0, countedAt: later(-7_200_000) } });
  expectProblem(await end('moves'), 409, 'mac-keys-left');

  await set({ macKeys: { left: 1, countedAt: later(0) } });
  const { status } = await end('moves');
  expect([status, (await read('moves')).keyStoreChange.macKeysLeft]).toEqual([409, 1]);
  await stack.run('reconciler');
  expect((await read('moves')).keyStoreChange).toMatchObject({ macKeysLeft: 0 });
  expect(await stateOf(previous)).toBe('Enabled');
  expect((await end('moves')).status).toBe(202);
  expect(await stateOf(previous)).toBe('PendingDeletion');
  expect(await stateOf((await rowOf('moves')).keyArn)).toBe('Enabled');
});

test('an ended key is restored, ends again, is deleted, and the certificate of erasure names it', async () => {
  const previous = await plantPreviousKey(stack, 'leaves');
  const ended = (await end('leaves', '?windowInDays=30')).json;
  expect(ended.keyStoreChange).toMatchObject({
    stage: 'previous-ending',
    previousKeyArn: previous,
    deletionDate: expect.any(String),
  });
  expect([ended.status, ended.deletionDate]).toEqual(['ACTIVE', undefined]);
  expect((await end('leaves')).json).toEqual(ended);
  // The one change has to end before another.
  await changeRow(stack, 'leaves', { keyStore: 'vault', keyName: 'x' });
  expectProblem(await move('leaves', 'aws-kms'), 409, 'key-store-changing');
  await changeRow(stack, 'leaves', { keyStore: undefined, keyName: undefined });

  expect((await restore('leaves')).json.keyStoreChange.stage).toBe('both-readable');
  expect(await stateOf(previous)).toBe('Enabled');
  await end('leaves', '?windowInDays=30');
  stack.deployment.clock.advance(31 * dayMs);
  await stack.run('reconciler');
  const left = await read('leaves');
  expect([left.status, left.keyStoreChange]).toEqual(['ACTIVE', undefined]);
  expectProblem(await restore('leaves'), 409, 'no-previous-key');

  await control.offboard('leaves');
  stack.deployment.clock.advance(31 * dayMs);
  await stack.run('reconciler');
  const { json } = await control.send('GET', '/tenants/leaves/erasure-certificate');
  const { keyArn, formerKeys } = json.certificate;
  expect([keyArn, formerKeys.length]).toEqual([(await rowOf('leaves')).keyArn, 1]);
  expect(formerKeys[0]).toMatchObject({ keyStore: 'aws-kms', keyArn: previous, windowInDays: 30 });
}, 60_000);

test('a tenant with two keys is suspended, resumed, offboarded, restored and erased with both', async () => {
  const previous = await plantPreviousKey(stack, 'both');
  const own = (await rowOf('both')).keyArn;
  const states = async () => [await stateOf(own), await stateOf(previous)];
  await control.post('both', 'suspend');
  expect(await states()).toEqual(['Disabled', 'Disabled']);
  await control.post('both', 'resume');
  expect(await states()).toEqual(['Enabled', 'Enabled']);
  expect((await control.offboard('both')).status).toBe(202);
  expect(await states()).toEqual(['PendingDeletion', 'PendingDeletion']);
  expect((await control.post('both', 'restore')).json.keyStoreChange.stage).toBe('both-readable');
  expect(await states()).toEqual(['Enabled', 'Enabled']);
  await control.offboard('both');
  stack.deployment.clock.advance(31 * dayMs);
  // The key before is the first to go.
  await stack.run('reconciler');
  await stack.run('reconciler');
  const row = await rowOf('both');
  expect([row.status, row.previousKey, row.formerKeys.length]).toEqual(['ERASED', undefined, 1]);
}, 60_000);

test('the reconciler repairs the previous key like a key of its own, and says so', async () => {
  const previous = await plantPreviousKey(stack, 'drifts');
  await stack.administrator.kms.disableKeyRotation({ KeyId: previous });
  await control.post('drifts', 'suspend');
  await stack.administrator.kms.enableKey({ KeyId: previous });
  await stack.run('reconciler');
  expect(await stateOf(previous)).toBe('Disabled');
  await control.post('drifts', 'resume');
  expect(await stateOf(previous)).toBe('Enabled');
});

test("a previous key that is another tenant's is not touched", async () => {
  const { json: victim } = await control.put('victim');
  await plantPreviousKey(stack, 'thief', { keyArn: victim.keyArn });
  expectProblem(await end('thief'), 409, 'key-mismatch');
  await stack.run('reconciler');
  expect(await stateOf(victim.keyArn)).toBe('Enabled');
  // What is read of it is no more than that there is such a row.
  expect((await rowOf('thief')).previousKey.status).toBeUndefined();
});
