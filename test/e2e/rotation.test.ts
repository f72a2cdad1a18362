/** A tenant's key rotates, by itself and when it is told to: over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rotationList, rotationStarted } from '../../contract/tenants.ts';
import { type Control, startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  ({ stack, control } = await startControl({ rotationPeriodInDays: 365 }));
});
afterAll(() => stack.close());

/** Of the material that is current: without its id it is the same again for an hour. */
const rotate = async (tenantId: string) => {
  const { key } = (await control.get(`/tenants/${tenantId}`)).json;
  return rotateFrom(tenantId, { keyMaterialId: key.currentKeyMaterialId });
};
const rotateFrom = (tenantId: string, body: object) =>
  control.send('POST', `/tenants/${tenantId}/key/rotations`, body);
const history = async (tenantId: string, query = '') =>
  control.get(`/tenants/${tenantId}/key/rotations${query}`);
const setPeriod = (tenantId: string, body: object) =>
  control.send('PUT', `/tenants/${tenantId}/key/rotation`, body);

describe('on demand', () => {
  test('five times, and the first ciphertext still opens', async () => {
    const { keyArn } = await stack.client.onboard('acme');
    const ciphertext = await stack.client.encrypt('acme', Buffer.from('first'));
    for (let left = 24; left >= 20; left -= 1) {
      const answer = await rotate('acme');
      expect(rotationStarted.safeParse(answer.json).error).toBeUndefined();
      const { currentKeyMaterialId, supersededKeyMaterialId, ...rest } = answer.json;
      expect([answer.status, rest]).toEqual([
        202,
        { tenantId: 'acme', keyArn, rotationsLeft: left },
      ]);
      expect(currentKeyMaterialId).not.toBe(supersededKeyMaterialId);
      const again = await rotateFrom('acme', { keyMaterialId: supersededKeyMaterialId });
      expect([again.status, again.json]).toEqual([200, answer.json]);
    }
    expect(await control.decrypt('acme', ciphertext)).toBe('first');
    const { json } = await history('acme');
    expect(rotationList.safeParse(json).error).toBeUndefined();
    expect(json.rotations).toHaveLength(6);
    expect(json.rotations[5]).toMatchObject({ state: 'CURRENT', type: 'ON_DEMAND' });
    expect((await control.get('/tenants/acme')).json.key).toMatchObject({
      onDemandRotationsLeft: 20,
      lastUsed: { operation: 'Decrypt' },
    });
  });

  test('the 26th time is a 409', async () => {
    await stack.client.onboard('often');
    for (let count = 0; count < 25; count += 1) expect((await rotate('often')).status).toBe(202);
    expectProblem(await rotate('often'), 409, 'rotation-limit-reached');
  });

  test('right after a rotation by itself is a 409', async () => {
    await stack.client.onboard('soon');
    await control.advance(365);
    expect((await history('soon')).json.rotations.at(-1).type).toBe('AUTOMATIC');
    expectProblem(await rotate('soon'), 409, 'rotation-in-progress');
  });

  test('again without a body is the same again, and the tenant shows it', async () => {
    await stack.client.onboard('twice');
    const first = await control.post('twice', 'key/rotations');
    const second = await control.post('twice', 'key/rotations');
    expect([first.status, second.status, second.json]).toEqual([202, 200, first.json]);
    const { onDemandRotation, key } = (await control.get('/tenants/twice')).json;
    const { supersededKeyMaterialId, currentKeyMaterialId } = first.json;
    expect(onDemandRotation).toMatchObject({ supersededKeyMaterialId, state: 'accepted' });
    expect(key).toMatchObject({ currentKeyMaterialId, onDemandRotationsLeft: 24 });
  });

  test.each([
    ['an id of another form', { keyMaterialId: 'x' }],
    ['a material that the key never had', { keyMaterialId: 'a'.repeat(64) }],
    ['something more', { force: true }],
  ])('with %s is a 400', async (_, body) => {
    await stack.client.onboard('strict');
    expectProblem(await rotateFrom('strict', body), 400, 'bad-request');
  });

  test('of a suspended tenant is a 409', async () => {
    await stack.client.onboard('asleep');
    await control.post('asleep', 'suspend');
    expectProblem(await rotate('asleep'), 409, 'tenant-suspended');
    expect((await history('asleep')).json.rotations).toHaveLength(1);
  });

  test('that KMS throttles is a 429, and there is one rotation less than there were requests', async () => {
    await stack.client.onboard('throttled');
    stack.deployment.faults.set([
      { service: 'kms', operation: 'RotateKeyOnDemand', fault: 'throttle' },
    ]);
    expectProblem(await stack.inHaste(() => rotate('throttled')), 429, 'throttled');
    stack.deployment.faults.clear();
    expect((await rotate('throttled')).status).toBe(202);
    expect((await history('throttled')).json.rotations).toHaveLength(2);
  });
});

describe('the history', () => {
  test('comes in pages', async () => {
    await stack.client.onboard('paged');
    for (let count = 0; count < 3; count += 1) await rotate('paged');
    const first = (await history('paged', '?limit=3')).json;
    expect(first.rotations).toHaveLength(3);
    const second = (await history('paged', `?limit=3&cursor=${first.nextCursor}`)).json;
    expect(second.rotations).toHaveLength(1);
    expect(second).not.toHaveProperty('nextCursor');
  });

  test.each(['?limit=0', '?limit=101', '?limit=x', '?page=1', '?cursor=a&cursor=b', '?cursor=%25'])(
    'with %s is a 400',
    async (query) => {
      await stack.client.onboard('asked');
      expect((await history('asked', query)).status).toBe(400);
    },
  );
});

describe('by itself', () => {
  test('on each date that passes, and the first ciphertext still opens', async () => {
    await stack.client.onboard('yearly');
    const ciphertext = await stack.client.encrypt('yearly', Buffer.from('first'));
    const before = (await history('yearly')).json.rotations.length;
    await control.advance(3 * 366);
    const { rotations } = (await history('yearly')).json;
    expect(rotations.length - before).toBe(3);
    expect(rotations.at(-1)).toMatchObject({ state: 'CURRENT', type: 'AUTOMATIC' });
    expect(await control.decrypt('yearly', ciphertext)).toBe('first');
  });

  test('after another period, once that is set', async () => {
    await stack.client.onboard('period');
    const answer = await setPeriod('period', { rotationPeriodInDays: 100 });
    expect([answer.status, answer.json.rotationPeriodInDays]).toEqual([200, 100]);
    const { key } = (await control.get('/tenants/period')).json;
    expect(key).toMatchObject({ rotationEnabled: true, rotationPeriodInDays: 100 });
    expect((await setPeriod('period', { rotationPeriodInDays: 100 })).status).toBe(200);
  });

  test.each([
    ['89 days', { rotationPeriodInDays: 89 }],
    ['2561 days', { rotationPeriodInDays: 2561 }],
    ['text', { rotationPeriodInDays: '90' }],
    ['nothing', {}],
    ['something more', { rotationPeriodInDays: 90, displayName: 'x' }],
  ])('a period of %s is a 400', async (_, body) => {
    await stack.client.onboard('wrong');
    expectProblem(await setPeriod('wrong', body), 400, 'bad-request');
  });

  test('the period of a suspended tenant stays', async () => {
    await stack.client.onboard('still');
    await control.post('still', 'suspend');
    const answer = await setPeriod('still', { rotationPeriodInDays: 100 });
    expectProblem(answer, 409, 'tenant-suspended');
    expect((await control.get('/tenants/still')).json.rotationPeriodInDays).toBe(365);
  });
});
