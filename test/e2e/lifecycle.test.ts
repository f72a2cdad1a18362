/** A tenant's life over HTTP: what its users can do in each state, and what an operator is told. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isControlPlane, type Operation, routes } from '../../contract/routes.ts';
import { offboardedTenant, tenant } from '../../contract/tenants.ts';
import { type Control, startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  ({ stack, control } = await startControl({ deletionWindowInDays: 7 }));
});
afterAll(() => stack.close());

const encrypted = async (tenantId: string) => {
  await stack.client.onboard(tenantId);
  return stack.client.encrypt(tenantId, Buffer.from('first'));
};

describe('a suspended tenant', () => {
  test('cannot use its key, which KMS refuses as well, until it is resumed', async () => {
    const ciphertext = await encrypted('acme');
    const suspended = await control.post('acme', 'suspend');
    expect([suspended.status, suspended.json.status]).toEqual([200, 'SUSPENDED']);
    expect(await control.decrypt('acme', ciphertext)).toBe('tenant-suspended');
    expect((await control.get('/tenants/acme')).json.key.state).toBe('Disabled');
    const resumed = await control.post('acme', 'resume');
    expect([resumed.status, resumed.json.status]).toEqual([200, 'ACTIVE']);
    expect(await control.decrypt('acme', ciphertext)).toBe('first');
  });

  test('is told of in words that say what to do', async () => {
    await stack.client.onboard('told');
    await control.post('told', 'suspend');
    const answer = await control.post('told', 'restore');
    expectProblem(answer, 409, 'tenant-suspended');
    expect(answer.json.detail).toContain('resume it');
  });

  test('each step again is a 200', async () => {
    await stack.client.onboard('again');
    for (const step of ['suspend', 'suspend', 'resume', 'resume', 'restore']) {
      expect((await control.post('again', step)).status).toBe(200);
    }
  });
});

describe('an offboarded tenant', () => {
  test('has a deletion date, cannot use its key, and can be restored with all it had', async () => {
    const ciphertext = await encrypted('leaves');
    const answer = await control.offboard('leaves', '?windowInDays=10&force=true');
    expect(answer.status).toBe(202);
    expect(answer.json).toMatchObject({
      status: 'OFFBOARDING',
      keyLastUsed: { operation: 'GenerateDataKey', at: expect.any(String) },
    });
    const days = (Date.parse(answer.json.deletionDate) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(10);
    expect(await control.decrypt('leaves', ciphertext)).toBe('tenant-offboarding');
    const { json } = await control.get('/tenants/leaves');
    expect([offboardedTenant.safeParse(answer.json).error, tenant.safeParse(json).error]).toEqual([
      undefined,
      undefined,
    ]);
    expect(json.key).toMatchObject({
      state: 'PendingDeletion',
      deletionDate: answer.json.deletionDate,
    });
    expect((await control.offboard('leaves', '?windowInDays=10')).status).toBe(202);
    expectProblem(await control.offboard('leaves', '?windowInDays=11'), 409, 'tenant-offboarding');
    const restored = await control.post('leaves', 'restore');
    expect([restored.status, restored.json.deletionDate]).toEqual([200, undefined]);
    expect(await control.decrypt('leaves', ciphertext)).toBe('first');
  });

  test('who has just used its key is offboarded by force only', async () => {
    await encrypted('busy');
    const answer = await control.offboard('busy', '');
    expectProblem(answer, 409, 'key-recently-used');
    expect(answer.json.detail).toMatch(/GenerateDataKey at 20\d\d-.*force=true/);
    expect((await control.get('/tenants/busy')).json.status).toBe('ACTIVE');
    expect((await control.offboard('busy')).status).toBe(202);
  });

  test('who never used its key goes without force, with the configured window', async () => {
    await stack.client.onboard('quiet');
    const answer = await control.offboard('quiet', '');
    expect(answer.status).toBe(202);
    expect(answer.json).not.toHaveProperty('keyLastUsed');
  });

  test('has the operator’s name in its row', async () => {
    await stack.client.onboard('named');
    await control.offboard('named');
    const { Items = [] } = await stack.administrator.dynamodb.scan({
      TableName: stack.tableName,
    });
    const row = Items.find(({ tenantId }) => tenantId?.S === 'named');
    expect(row?.offboarding?.M?.requestedBy?.S).toBe('test');
  });

  test.each([
    ['a window of 6 days', '?windowInDays=6'],
    ['a window of 31 days', '?windowInDays=31'],
    ['half a day more', '?windowInDays=7.5'],
    ['an empty window', '?windowInDays='],
    ['two windows', '?windowInDays=7&windowInDays=8'],
    ['another word for true', '?force=yes'],
    ['force twice', '?force=true&force=true'],
    ['an unknown parameter', '?now=true'],
  ])('%s is a 400 that leaves it as it was', async (_, query) => {
    await stack.client.onboard('asked');
    expectProblem(await control.offboard('asked', query), 400, 'bad-request');
    expect((await control.get('/tenants/asked')).json.status).toBe('ACTIVE');
  });
});

describe('who may', () => {
  const ofControlPlane = routes
    .filter(({ plane }) => isControlPlane(plane))
    .map(({ method, path }) => [method, path.replace('{tenantId}', 'rights')] as const);

  test.each(ofControlPlane)('%s %s is not for the tenant', async (method, path) => {
    await stack.client.onboard('rights');
    const token = await stack.client.tenantToken('rights');
    expectProblem(await stack.client.send(method, path, { token }), 403, 'forbidden');
    expect((await control.get('/tenants/rights')).json.status).toBe('ACTIVE');
  });

  test.each(ofControlPlane)('%s %s is nothing without a token', async (method, path) => {
    expect((await stack.client.send(method, path)).status).toBe(401);
  });

  test('a body that says something is refused', async () => {
    await stack.client.onboard('rights');
    const answer = await control.send('POST', '/tenants/rights/suspend', { until: 'monday' });
    expectProblem(answer, 400, 'bad-request');
  });
});

describe('at the same time', () => {
  test('suspending, and encrypting all the while: whoever is answered last is right', async () => {
    await stack.client.onboard('torn');
    const token = await stack.client.tenantToken('torn');
    const encrypt = () =>
      stack.client.send('POST', '/tenants/torn/encrypt', { token, body: { plaintext: 'eA==' } });
    const during = Promise.all(Array.from({ length: 20 }, encrypt));
    expect((await control.post('torn', 'suspend')).status).toBe(200);
    for (const { status, json } of await during) {
      const outcome = status === 200 ? 'encrypted' : json.code;
      expect(['encrypted', 'tenant-suspended', 'key-unusable']).toContain(outcome);
    }
    expect((await encrypt()).json.code).toBe('tenant-suspended');
  });

  test('offboarding against restoring, ten runs: a legal state, in the row and in KMS', async () => {
    await stack.client.onboard('contested');
    for (let run = 0; run < 10; run += 1) {
      const answers = await Promise.all([
        control.offboard('contested'),
        control.post('contested', 'restore'),
        control.offboard('contested'),
      ]);
      for (const { status } of answers) expect([200, 202, 409]).toContain(status);
      const { json } = await control.get('/tenants/contested');
      expect(['ACTIVE Enabled', 'OFFBOARDING PendingDeletion']).toContain(
        `${json.status} ${json.key.state}`,
      );
    }
  });
});

describe('KMS takes no more changes', () => {
  const throttle = (operation: string) =>
    stack.deployment.faults.set([{ service: 'kms', operation, fault: 'throttle' }]);

  test('of a tenant: 429, and with the same request later it is suspended', async () => {
    await stack.client.onboard('fast');
    throttle('DisableKey');
    const answer = await stack.inHaste(() => control.post('fast', 'suspend'));
    stack.deployment.faults.clear();
    expectProblem(answer, 429, 'throttled');
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    expect((await control.post('fast', 'suspend')).status).toBe(200);
    expect((await control.get('/tenants/fast')).json.key.state).toBe('Disabled');
  });

  test('nor a new key: 429, and with the same request later there is one key', async () => {
    const keys = await stack.keyCount();
    throttle('CreateKey');
    const answer = await stack.inHaste(() => control.put('slowly'));
    stack.deployment.faults.clear();
    expectProblem(answer, 429, 'throttled');
    expect((await control.put('slowly')).status).toBe(201);
    expect((await stack.keyCount()) - keys).toBe(1);
  });
});

/** What is asked for a tenant that is not there yet. */
const beforeOnboarding = new Set<Operation>(['onboard', 'externalAccount']);

test('a tenant id that is none is a 400 on each route, and an unknown one a 404', async () => {
  const ofOneTenant = routes.filter(
    ({ plane, path, operation }) =>
      isControlPlane(plane) && path.includes('{tenantId}') && !beforeOnboarding.has(operation),
  );
  const bodies: Readonly<Partial<Record<Operation, object>>> = {
    changeKeyStore: { keyStore: 'aws-kms' },
    setRotation: { rotationPeriodInDays: 90 },
    update: { displayName: 'x' },
  };
  for (const { method, path, operation } of ofOneTenant) {
    const answerFor = (id: string) =>
      control.send(method, path.replace('{tenantId}', id), bodies[operation]);
    expectProblem(await answerFor('A'), 400, 'invalid-tenant-id');
    expectProblem(await answerFor('nobody'), 404, 'tenant-not-found');
  }
  expectProblem(await control.offboard('nobody'), 404, 'tenant-not-found');
});
