/** Lifecycle requests of one tenant at the same time, with pauses at random: whatever wins, the end is legal. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seeded } from '../harness/random.ts';
import { controlOf } from './control.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const registryTtlSeconds = 1;
let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ registryTtlSeconds });
});
afterAll(() => stack.close());

/** What KMS says of the key, by what the row says of the tenant. */
const legal: Readonly<Record<string, string>> = {
  ACTIVE: 'Enabled',
  SUSPENDED: 'Disabled',
  OFFBOARDING: 'PendingDeletion',
};

const encrypt = async (tenantId: string) =>
  stack.client.send('POST', `/tenants/${tenantId}/encrypt`, {
    token: await stack.client.tenantToken(tenantId),
    body: { plaintext: 'eA==' },
  });

test.each(Array.from({ length: 10 }, (_, seed) => seed))(
  'run %d ends in a legal state',
  async (seed) => {
    const control = controlOf(stack);
    const next = seeded(seed);
    const tenantId = `run-${seed}`;
    await control.put(tenantId);
    const ciphertext = await stack.client.encrypt(tenantId, Buffer.from('x'));
    const steps = [
      () => control.post(tenantId, 'suspend'),
      () => control.post(tenantId, 'resume'),
      () => control.offboard(tenantId),
      () => control.post(tenantId, 'restore'),
      () => control.post(tenantId, 'suspend'),
      () => control.send('POST', `/tenants/${tenantId}/key/rotations`),
      ...Array.from({ length: 6 }, () => () => encrypt(tenantId)),
    ];
    const answers = await Promise.all(
      steps.map(async (step) => {
        await wait(next() * 60);
        return step();
      }),
    );
    // Each is done, or refused for a state that the tenant was in, or told to come back.
    expect(answers.filter(({ status }) => status >= 500 && status !== 503)).toEqual([]);
    await stack.run('reconciler');
    stack.pass(registryTtlSeconds);

    const { json } = await control.get(`/tenants/${tenantId}`);
    expect(json.key.state).toBe(legal[json.status]);
    expect((await encrypt(tenantId)).status === 200).toBe(json.status === 'ACTIVE');
    if (json.status === 'OFFBOARDING') await control.post(tenantId, 'restore');
    if (json.status === 'SUSPENDED') await control.post(tenantId, 'resume');
    expect(await control.decrypt(tenantId, ciphertext)).toBe('x');
  },
);
