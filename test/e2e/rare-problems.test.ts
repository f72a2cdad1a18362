/** Problems of docs/openapi.json that need something to have gone wrong beside the API: each once, over HTTP. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
}, 120_000);
afterAll(() => stack?.close());

const dayMs = 86_400_000;

const suspend = async (tenantId: string) => {
  const token = await stack.client.adminToken();
  return stack.client.send('POST', `/tenants/${tenantId}/suspend`, { token });
};

test.each([
  ['vault', {}],
  ['azure-key-vault', {}],
  ['aws-kms-external', { keyArn: `arn:aws:kms:us-east-1:222222222222:key/${randomUUID()}` }],
])(
  'a key store that is not configured, %s: 400 key-store-not-configured, and no tenant is left',
  async (keyStore, more) => {
    const token = await stack.client.adminToken();
    const path = '/tenants/elsewhere';
    const answer = await stack.client.send('PUT', path, { token, body: { keyStore, ...more } });
    expectProblem(answer, 400, 'key-store-not-configured');
    expect(answer.json.detail).toContain('aws-kms');
    expectProblem(await stack.client.send('GET', path, { token }), 404, 'tenant-not-found');
  },
);

test('a tenant whose onboarding is not finished: 409 tenant-provisioning', async () => {
  await stack.client.onboard('half');
  await stack.setStatus('half', 'PROVISIONING');
  expectProblem(await suspend('half'), 409, 'tenant-provisioning');
});

test('a tenant that another request is at work on: 409 tenant-busy, and for how long', async () => {
  await stack.client.onboard('busy');
  const expiresAt = String(Date.now() + 30_000);
  await stack.administrator.dynamodb.updateItem({
    TableName: stack.tableName,
    Key: { tenantId: { S: 'busy' } },
    UpdateExpression: 'SET lease = :lease',
    ExpressionAttributeValues: {
      ':lease': { M: { holder: { S: 'another' }, expiresAt: { N: expiresAt } } },
    },
  });
  const answer = await suspend('busy');
  expectProblem(answer, 409, 'tenant-busy');
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(30);
});

test('a tenant whose key somebody else has deleted: 409 key-missing', async () => {
  const { keyArn: KeyId } = await stack.client.onboard('lost');
  await stack.administrator.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 });
  stack.deployment.clock.advance(31 * dayMs);
  expectProblem(await suspend('lost'), 409, 'key-missing');
});
