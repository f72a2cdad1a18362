/** AWS throttles, fails or stays silent: the documented answer, and never a partial one. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FaultInput } from '../../local/aws/faults/fault.ts';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const registryTtlSeconds = 30;
const dataKeyMaxAgeSeconds = 45;
/** without caches */
let stack: TestStack;
let warm: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ registryTtlSeconds: 0, dataKeyMaxAgeSeconds: 0 });
  warm = await startTestStack({ registryTtlSeconds, dataKeyMaxAgeSeconds });
});
afterEach(() => {
  stack.deployment.faults.clear();
  warm.deployment.faults.clear();
});
afterAll(async () => {
  await stack.close();
  await warm.close();
});

const post = async (tenantId: string, operation: string, body: object, on = stack) =>
  on.client.send('POST', `/tenants/${tenantId}/${operation}`, {
    token: await on.client.tenantToken(tenantId),
    body,
  });

async function expectUnavailable(tenantId: string, operation: string, body: object) {
  const answer = await stack.inHaste(() => post(tenantId, operation, body));
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

describe('an operation that needs KMS', () => {
  const plaintext = 'eA==';
  let message: string;
  let direct: string;
  let wrappedDataKey: string;
  let keyArn: string;
  beforeAll(async () => {
    ({ keyArn } = await stack.client.onboard('each'));
    message = await stack.client.encrypt('each', Buffer.from('x'));
    direct = (await post('each', 'encrypt', { plaintext, mode: 'direct' })).json.ciphertext;
    ({ wrappedDataKey } = (await post('each', 'data-keys', {})).json);
  });

  const operations: [string, string, () => object, string][] = [
    ['encrypt', 'GenerateDataKey', () => ({ plaintext }), 'an envelope'],
    ['encrypt', 'Encrypt', () => ({ plaintext, mode: 'direct' }), 'directly'],
    ['decrypt', 'Decrypt', () => ({ ciphertext: message }), 'an envelope'],
    ['decrypt', 'Decrypt', () => ({ ciphertext: direct }), 'directly'],
    ['reencrypt', 'Decrypt', () => ({ ciphertext: message }), 'an envelope'],
    ['reencrypt', 'GenerateDataKey', () => ({ ciphertext: message }), 'an envelope, half done'],
    ['reencrypt', 'ReEncrypt', () => ({ ciphertext: direct }), 'directly'],
    ['encrypt-batch', 'GenerateDataKey', () => ({ items: [{ plaintext }] }), 'a batch'],
    ['decrypt-batch', 'Decrypt', () => ({ items: [{ ciphertext: message }] }), 'a batch'],
    ['reencrypt-batch', 'Decrypt', () => ({ items: [{ ciphertext: message }] }), 'a batch'],
    [
      'reencrypt-batch',
      'ReEncrypt',
      () => ({ items: [{ ciphertext: direct }], mode: 'direct' }),
      'a batch, directly',
    ],
    ['inspect', 'Decrypt', () => ({ ciphertext: message }), 'an envelope'],
    ['inspect', 'ReEncrypt', () => ({ ciphertext: message }), 'an envelope, half done'],
    ['data-keys', 'GenerateDataKey', () => ({}), 'a data key'],
    ['data-keys', 'GenerateDataKeyWithoutPlaintext', () => ({ plaintext: false }), 'wrapped only'],
    ['data-keys/decrypt', 'Decrypt', () => ({ wrappedDataKey }), 'a data key'],
  ];

  test.each(operations)('is a 503 while KMS throttles: %s, %s', async (name, operation, body) => {
    stack.deployment.faults.set([{ service: 'kms', operation, fault: 'throttle' }]);
    await expectUnavailable('each', name, body());
    expect(stack.deployment.faults.list()).toMatchObject([{ hits: 3 }]);
  });

  test('is a 409 while the key is disabled, and no longer', async () => {
    await stack.administrator.kms.disableKey({ KeyId: keyArn });
    for (const [name, , body] of operations) {
      expectProblem(await post('each', name, body()), 409, 'key-unusable');
    }
    await stack.administrator.kms.enableKey({ KeyId: keyArn });
    for (const [name, , body] of operations) {
      expect((await post('each', name, body())).status).toBe(200);
    }
  });
});

describe.each(['throttle', 'error', 'timeout'] as const)('%s in the middle of a batch', (fault) => {
  const delay = fault === 'timeout' ? { delayMs: 10 } : {};
  const contexts = Array.from({ length: 40 }, (_, n) => ({ document: `${n}` }));

  test('is a 503 without a single ciphertext', async () => {
    await stack.client.onboard('batch');
    stack.deployment.faults.set([
      { service: 'kms', operation: 'GenerateDataKey', after: 20, fault, ...delay },
    ]);
    const items = contexts.map((encryptionContext) => ({ plaintext: 'eA==', encryptionContext }));
    await expectUnavailable('batch', 'encrypt-batch', { items });
  });

  test('is a 503 without a single plaintext', async () => {
    await stack.client.onboard('batch');
    const plain = contexts.map((encryptionContext) => ({ plaintext: 'eA==', encryptionContext }));
    const encrypted = await post('batch', 'encrypt-batch', { items: plain });
    const items = contexts.map((encryptionContext, n) => ({
      ciphertext: encrypted.json.items[n].ciphertext,
      encryptionContext,
    }));
    stack.deployment.faults.set([
      { service: 'kms', operation: 'Decrypt', after: 20, fault, ...delay },
    ]);
    await expectUnavailable('batch', 'decrypt-batch', { items });
    stack.deployment.faults.clear();
    const opened = await post('batch', 'decrypt-batch', { items });
    expect(opened.json.items).toEqual(Array(40).fill({ plaintext: 'eA==' }));
  });
});

describe('with warm caches', () => {
  const body = { plaintext: 'eA==' };

  test('STS out of reach is not noticed', async () => {
    await warm.client.onboard('sts');
    await post('sts', 'encrypt', body, warm);
    warm.deployment.faults.set([{ service: 'sts', operation: '*', fault: 'error' }]);
    const other = { ...body, encryptionContext: { with: 'a new data key' } };
    expect((await post('sts', 'encrypt', other, warm)).status).toBe(200);
  });

  test('the table out of reach is not noticed within the promise, and then a 503', async () => {
    await warm.client.onboard('table');
    await post('table', 'encrypt', body, warm);
    const read = Date.now();
    warm.deployment.faults.set([{ service: 'dynamodb', operation: '*', fault: 'error' }]);
    const within = await post('table', 'encrypt', body, warm);
    // On a machine that was too slow to ask in time it says nothing.
    if (Date.now() < read + 1000 * (registryTtlSeconds - 1)) expect(within.status).toBe(200);
    warm.pass(registryTtlSeconds);
    const beyond = await warm.inHaste(() => post('table', 'encrypt', body, warm));
    expectProblem(beyond, 503, 'unavailable');
    warm.deployment.faults.clear();
    expect((await post('table', 'encrypt', body, warm)).status).toBe(200);
  });

  test('a disabled key is used while its data key is in memory, and not a moment longer', async () => {
    const { keyArn } = await warm.client.onboard('disabled');
    const ciphertext = await warm.client.encrypt('disabled', Buffer.from('x'));
    await post('disabled', 'decrypt', { ciphertext }, warm);
    const kept = Date.now();
    await warm.administrator.kms.disableKey({ KeyId: keyArn });
    const within = [
      await post('disabled', 'encrypt', body, warm),
      await post('disabled', 'decrypt', { ciphertext }, warm),
    ];
    if (Date.now() < kept + 1000 * (dataKeyMaxAgeSeconds - 1)) {
      expect(within.map(({ status }) => status)).toEqual([200, 200]);
    }
    const cold = { ...body, encryptionContext: { another: 'context' } };
    expectProblem(await post('disabled', 'encrypt', cold, warm), 409, 'key-unusable');
    const direct = { ...body, mode: 'direct' };
    expectProblem(await post('disabled', 'encrypt', direct, warm), 409, 'key-unusable');
    const mixed = { items: [body, cold] };
    expectProblem(await post('disabled', 'encrypt-batch', mixed, warm), 409, 'key-unusable');
    warm.pass(dataKeyMaxAgeSeconds);
    expectProblem(await post('disabled', 'encrypt', body, warm), 409, 'key-unusable');
    expectProblem(await post('disabled', 'decrypt', { ciphertext }, warm), 409, 'key-unusable');
    await warm.administrator.kms.enableKey({ KeyId: keyArn });
    expect((await post('disabled', 'decrypt', { ciphertext }, warm)).status).toBe(200);
  });
});

describe('a session that AWS takes for expired', () => {
  const calls = (from: number) =>
    stack.calls.slice(from).filter(({ operation }) => operation === 'AssumeRole').length;

  test.each([
    ['before the row is read', 'row', 'dynamodb', 'GetItem'],
    ['between the row and the key', 'key', 'kms', 'GenerateDataKey'],
  ])('%s is renewed once, and nobody notices', async (_, which, service, operation) => {
    const tenantId = `expired-${which}`;
    await stack.client.onboard(tenantId);
    await post(tenantId, 'encrypt', { plaintext: 'eA==' });
    stack.deployment.faults.set([{ service, operation, fault: 'expired', count: 1 }]);
    const before = stack.calls.length;
    expect((await post(tenantId, 'encrypt', { plaintext: 'eA==' })).status).toBe(200);
    expect([stack.deployment.faults.list()[0]?.hits, calls(before)]).toEqual([1, 1]);
  });

  test('by many requests at once, is renewed for all of them', async () => {
    await stack.client.onboard('expired');
    await post('expired', 'encrypt', { plaintext: 'eA==' });
    stack.deployment.faults.set([
      { service: 'kms', operation: 'GenerateDataKey', fault: 'expired', count: 20 },
    ]);
    const before = stack.calls.length;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post('expired', 'encrypt', { plaintext: 'eA==' })),
    );
    expect(new Set(answers.map(({ status }) => status)).has(500)).toBe(false);
    expect(calls(before)).toBeLessThan(5);
    stack.deployment.faults.clear();
    expect((await post('expired', 'encrypt', { plaintext: 'eA==' })).status).toBe(200);
  });

  test('again and again, is a 503 while that lasts, and no longer', async () => {
    await stack.client.onboard('expired');
    const { ciphertext } = (await post('expired', 'encrypt', { plaintext: 'eA==' })).json;
    stack.deployment.faults.set([{ service: 'kms', operation: '*', fault: 'expired' }]);
    await expectUnavailable('expired', 'encrypt', { plaintext: 'eA==' });
    await expectUnavailable('expired', 'decrypt', { ciphertext });
    await expectUnavailable('expired', 'decrypt-batch', { items: [{ ciphertext }] });
    stack.deployment.faults.clear();
    expect((await post('expired', 'decrypt', { ciphertext })).status).toBe(200);
  });
});

test('a lost answer of CreateKey leaves one key, which the next PUT finds', async () => {
  const before = await stack.keyCount();
  stack.deployment.faults.set([
    { service: 'kms', operation: 'CreateKey', fault: 'lost', count: 1 },
  ]);
  const put = async () =>
    stack.client.send('PUT', '/tenants/lost', { token: await stack.client.adminToken() });
  const first = await stack.inHaste(put);
  expect(first.status).toBeGreaterThanOrEqual(500);
  stack.deployment.faults.clear();
  // The next ones wait for the lease of the first to end.
  let answer = await stack.inHaste(put);
  for (let n = 0; n < 4 && answer.status === 503; n += 1) answer = await stack.inHaste(put);
  expect([answer.status, answer.json.status]).toEqual([201, 'ACTIVE']);
  expect((await stack.keyCount()) - before).toBe(1);
}, 120_000);
