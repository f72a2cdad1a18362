/** However long AWS is silent, the caller gets our 503 and neither Lambda's end nor API Gateway's. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ registryTtlSeconds: 60, dataKeyMaxAgeSeconds: 0 });
});
afterEach(() => stack.deployment.faults.clear());
afterAll(() => stack.close());

const encrypt = async (tenantId: string) =>
  stack.client.send('POST', `/tenants/${tenantId}/encrypt`, {
    token: await stack.client.tenantToken(tenantId),
    body: { plaintext: 'eA==' },
  });
const put = async (tenantId: string) =>
  stack.client.send('PUT', `/tenants/${tenantId}`, { token: await stack.client.adminToken() });

test('STS, the table or KMS answers nothing', async () => {
  await stack.client.onboard('known');
  await encrypt('known');
  expectProblem(await encrypt('unknown'), 404, 'tenant-not-found');
  const first = stack.calls.length;
  stack.deployment.faults.set([{ service: '*', operation: '*', fault: 'timeout' }]);
  // In turn: no session yet; a session but no row; both, and no data key; the control plane.
  const answers = await stack.inHaste(() =>
    Promise.all([encrypt('new'), encrypt('unknown'), encrypt('known'), put('other')]),
  );
  for (const answer of answers) {
    expectProblem(answer, 503, 'unavailable');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  }
  const silent = new Set(stack.calls.slice(first).map(({ operation }) => operation));
  expect(silent).toEqual(new Set(['Invoke', 'GetItem', 'GenerateDataKey', 'PutItem']));
}, 60_000);

test.each([
  ['slow', 'lambda'],
  ['slower', 'sts'],
] as const)(
  'each in turn answers nothing, for longer in all than the function may take: %s',
  async (tenantId, service) => {
    await stack.client.onboard(tenantId);
    stack.deployment.faults.set([
      { service, operation: '*', fault: 'timeout', count: 2 },
      { service: 'dynamodb', operation: '*', fault: 'timeout', count: 2 },
      { service: 'kms', operation: '*', fault: 'timeout' },
    ]);
    const answer = await stack.inHaste(() => encrypt(tenantId));
    expectProblem(answer, 503, 'unavailable');
    stack.deployment.faults.clear();
    expect((await encrypt(tenantId)).status).toBe(200);
  },
  60_000,
);
