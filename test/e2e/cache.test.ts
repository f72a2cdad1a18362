/** Next to no calls of AWS in steady state, and the revocation promise: caches never outlive it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contextOf } from '../../contract/encryption-context.ts';
import { encryptEnvelope } from '../../lambdas/crypto/envelope-encryption.ts';
import { kmsKeyring } from '../../lambdas/key-stores/aws-kms/kms-keyring.ts';
import { uncached } from '../lambdas/crypto/raw-keyring.ts';
import { expectProblem } from './problem.ts';
import { tenantKms } from './tenant-kms.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const registryTtlSeconds = 2;
let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ registryTtlSeconds });
});
afterAll(() => stack.close());

const post = async (tenantId: string, operation: string, body: object) =>
  stack.client.send('POST', `/tenants/${tenantId}/${operation}`, {
    token: await stack.client.tenantToken(tenantId),
    body,
  });

/** @returns how many calls each operation of AWS got from the functions meanwhile */
async function callsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = stack.calls.length;
  await work();
  const counts: Record<string, number> = {};
  for (const { service, operation } of stack.calls.slice(before)) {
    const name = `${service}:${operation}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test('a thousand encryptions cost one KMS call, one STS call and few reads', async () => {
  await stack.client.onboard('acme');
  const started = Date.now();
  const counts = await callsOf(async () => {
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from({ length: 50 }, () => post('acme', 'encrypt', { plaintext: 'eA==' })),
      );
    }
  });
  const windows = Math.ceil((Date.now() - started) / (registryTtlSeconds * 1000));
  expect(counts).toMatchObject({ 'kms:GenerateDataKey': 1, 'sts:AssumeRole': 1 });
  expect(counts['dynamodb:GetItem']).toBeLessThanOrEqual(windows + 1);
});

test('3,000 concurrent cold decryptions of one message: one KMS call, one STS call', async () => {
  const { keyArn } = await stack.client.onboard('cold');
  // Not by the API, which would open the session.
  const message = await encryptEnvelope(
    uncached(kmsKeyring(tenantKms(stack, 'cold'), keyArn)),
    Buffer.from('x'),
    contextOf('cold', { note: 'cold' }),
  );
  const item = { ciphertext: message.toString('base64'), encryptionContext: { note: 'cold' } };
  // So that they all wait for it together.
  stack.deployment.faults.set([
    { service: 'kms', operation: 'Decrypt', fault: 'slow', delayMs: 1000 },
  ]);
  const counts = await callsOf(async () => {
    // One by one they would be more than the stage's throttle lets through at once.
    const requests = [
      ...Array.from({ length: 300 }, () => post('cold', 'decrypt', item)),
      ...Array.from({ length: 27 }, () =>
        post('cold', 'decrypt-batch', { items: Array(100).fill(item) }),
      ),
    ];
    const answers = await Promise.all(requests);
    const plaintexts = answers.flatMap(({ json }) => json.items ?? [json]);
    expect(plaintexts).toEqual(Array(3000).fill({ plaintext: 'eA==' }));
  });
  stack.deployment.faults.clear();
  expect(counts).toMatchObject({ 'kms:Decrypt': 1, 'sts:AssumeRole': 1 });
});

test('another context never gets a cached data key', async () => {
  await stack.client.onboard('context');
  const ciphertext = await stack.client.encrypt('context', Buffer.from('x'), { note: 'one' });
  const right = await post('context', 'decrypt', {
    ciphertext,
    encryptionContext: { note: 'one' },
  });
  expect(right.status).toBe(200);
  const wrong = await post('context', 'decrypt', {
    ciphertext,
    encryptionContext: { note: 'two' },
  });
  expectProblem(wrong, 400, 'decryption-failed');
});

test('after a suspension nothing succeeds later than the promise, caches warm', async () => {
  await stack.client.onboard('revoked');
  const ciphertext = await stack.client.encrypt('revoked', Buffer.from('x'));
  expect((await post('revoked', 'decrypt', { ciphertext })).status).toBe(200);
  await stack.setStatus('revoked', 'SUSPENDED');
  stack.pass(registryTtlSeconds);
  expectProblem(await post('revoked', 'decrypt', { ciphertext }), 409, 'tenant-suspended');
  expectProblem(await post('revoked', 'encrypt', { plaintext: '' }), 409, 'tenant-suspended');
});

test('what is encrypted again has a data key of its own', async () => {
  await stack.client.onboard('anew');
  const ciphertext = await stack.client.encrypt('anew', Buffer.from('x'));
  const counts = await callsOf(async () => {
    for (let n = 0; n < 3; n += 1) {
      expect((await post('anew', 'reencrypt', { ciphertext })).status).toBe(200);
    }
  });
  expect(counts['kms:GenerateDataKey']).toBe(3);
});

test('a key that KMS refuses within the time to live is answered by the status that the tenant has now', async () => {
  const direct = { plaintext: 'eA==', mode: 'direct' };
  const { keyArn } = await stack.client.onboard('briefly');
  const encrypt = () => post('briefly', 'encrypt', direct);
  expect((await encrypt()).status).toBe(200);
  const token = await stack.client.adminToken();
  expect((await stack.client.send('POST', '/tenants/briefly/suspend', { token })).status).toBe(200);
  expectProblem(await encrypt(), 409, 'tenant-suspended');
  expect((await stack.client.send('POST', '/tenants/briefly/resume', { token })).status).toBe(200);
  expect((await encrypt()).status).toBe(200);
  await stack.client.send('DELETE', '/tenants/briefly?force=true', { token });
  expectProblem(await encrypt(), 409, 'tenant-offboarding');
  // Not by the product, and so no status of the tenant says why.
  await stack.client.send('POST', '/tenants/briefly/restore', { token });
  expect((await encrypt()).status).toBe(200);
  await stack.administrator.kms.disableKey({ KeyId: keyArn });
  const counts = await callsOf(async () => expectProblem(await encrypt(), 409, 'key-unusable'));
  expect(counts).toEqual({ 'kms:Encrypt': 1, 'dynamodb:GetItem': 1 });
});
