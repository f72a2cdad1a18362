/** AWS throttles, fails or stays silent: the documented answer, and never a partial one. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FaultInput } from '../../local/aws/fault.ts';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ registryTtlSeconds: 0, dataKeyMaxAgeSeconds: 0 });
});
afterEach(() => stack.deployment.faults.clear());
afterAll(() => stack.close());

const post = async (tenantId: string, operation: string, body: object) =>
  stack.client.send('POST', `/tenants/${tenantId}/${operation}`, {
    token: await stack.client.tenantToken(tenantId),
    body,
  });

async function expectUnavailable(tenantId: string, operation: string, body: object) {
  const answer = await post(tenantId, operation, body);
  expectProblem(answer, 503, 'unavailable');
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
}

describe('while it lasts', () => {
  test.each<[string, FaultInput]>([
    ['KMS throttles', { service: 'kms', operation: 'GenerateDataKey', fault: 'throttle' }],
    ['KMS fails', { service: 'kms', operation: 'GenerateDataKey', fault: 'error' }],
    ['the table throttles', { service: 'dynamodb', operation: 'GetItem', fault: 'throttle' }],
    ['the table fails', { service: 'dynamodb', operation: 'GetItem', fault: 'error' }],
  ])('%s: encrypt is a 503 that says when to come again', async (_, fault) => {
    await stack.client.onboard('acme');
    stack.deployment.faults.set([fault]);
    await expectUnavailable('acme', 'encrypt', { plaintext: 'eA==' });
    stack.deployment.faults.clear();
    expect((await post('acme', 'encrypt', { plaintext: 'eA==' })).status).toBe(200);
  });

  test.each(['throttle', 'error'] as const)('STS: %s: a new session is a 503', async (fault) => {
    const tenantId = `session-${fault}`;
    await stack.client.onboard(tenantId);
    stack.deployment.faults.set([{ service: 'sts', operation: 'AssumeRole', fault }]);
    await expectUnavailable(tenantId, 'encrypt', { plaintext: 'eA==' });
    stack.deployment.faults.clear();
    expect((await post(tenantId, 'encrypt', { plaintext: 'eA==' })).status).toBe(200);
  });

  test('a throttled decryption is no judgement on the message', async () => {
    await stack.client.onboard('acme');
    const ciphertext = await stack.client.encrypt('acme', Buffer.from('x'));
    stack.deployment.faults.set([{ service: 'kms', operation: 'Decrypt', fault: 'throttle' }]);
    await expectUnavailable('acme', 'decrypt', { ciphertext });
  });
});

test('a call that is throttled once is made again, and nobody notices', async () => {
  await stack.client.onboard('acme');
  stack.deployment.faults.set([
    { service: 'kms', operation: 'GenerateDataKey', fault: 'throttle', count: 1 },
  ]);
  expect((await post('acme', 'encrypt', { plaintext: 'eA==' })).status).toBe(200);
});

test('a lost answer of CreateKey leaves one key, which the next PUT finds', async () => {
  const before = await stack.keyCount();
  stack.deployment.faults.set([
    { service: 'kms', operation: 'CreateKey', fault: 'lost', count: 1 },
  ]);
  const put = async () =>
    stack.client.send('PUT', '/tenants/lost', { token: await stack.client.adminToken() });
  const first = await put();
  expect(first.status).toBeGreaterThanOrEqual(500);
  stack.deployment.faults.clear();
  let answer = await put();
  for (let n = 0; n < 4 && answer.status === 503; n += 1) answer = await put();
  expect([answer.status, answer.json.status]).toEqual([201, 'ACTIVE']);
  expect((await stack.keyCount()) - before).toBe(1);
}, 120_000);
