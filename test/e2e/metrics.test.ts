/** What the log lines say in metrics, against what the endpoint saw; and `Server-Timing`. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type EmbeddedMetrics, embeddedMetrics } from '../harness/embedded-metric-format.ts';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ registryTtlSeconds: 60 });
});
afterEach(() => stack.deployment.faults.clear());
afterAll(() => stack.close());

const post = async (tenantId: string, operation: string, body: object) =>
  stack.client.send('POST', `/tenants/${tenantId}/${operation}`, {
    token: await stack.client.tenantToken(tenantId),
    body,
  });
const encrypt = (tenantId: string, note = '', mode = 'envelope') =>
  post(tenantId, 'encrypt', { plaintext: 'eA==', encryptionContext: { note }, mode });

const linesFrom = (start: number) =>
  stack.logs
    .slice(start)
    .map((line) => JSON.parse(line))
    .filter(({ message }) => message === 'request');

/** @returns the functions' lines, and their calls to AWS by service, meanwhile */
async function during(work: () => Promise<unknown>) {
  await stack.settled();
  const [firstLine, firstCall] = [stack.logs.length, stack.calls.length];
  await work();
  await stack.settled();
  const services = stack.calls.slice(firstCall).map(({ service }) => service);
  const calls = (service: string) => services.filter((name) => name === service).length;
  return { lines: linesFrom(firstLine), calls };
}

const sum = (lines: readonly EmbeddedMetrics[], name: string) =>
  lines.reduce((total, line) => total + Number(line[name] ?? 0), 0);

async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}

describe('the metrics', () => {
  test('of a thousand encryptions: one KMS call, 999 hits, as the endpoint saw it', async () => {
    await stack.client.onboard('acme');
    const { lines, calls } = await during(async () => {
      await encrypt('acme');
      for (let round = 0; round < 27; round += 1) await times(37, () => encrypt('acme'));
    });
    expect(sum(lines, 'Requests')).toBe(1000);
    expect(sum(lines, 'DataKeyCacheHits')).toBe(999);
    expect(sum(lines, 'DataKeyCacheMisses')).toBe(1);
    expect(sum(lines, 'RegistryCacheHits')).toBe(999);
    const seen = [calls('kms'), calls('lambda'), calls('dynamodb')];
    expect(seen).toEqual([1, 1, 1]);
    expect(['KmsCalls', 'BrokerCalls', 'TableCalls'].map((name) => sum(lines, name))).toEqual(seen);
  });

  test('have every attempt, and of these the throttled ones', async () => {
    await stack.client.onboard('throttled');
    await encrypt('throttled');
    stack.deployment.faults.set([
      { service: 'kms', operation: 'Encrypt', fault: 'throttle', count: 2 },
    ]);
    const { lines, calls } = await during(async () => {
      expect((await encrypt('throttled', '', 'direct')).status).toBe(200);
    });
    expect(calls('kms')).toBe(3);
    expect(lines).toEqual([expect.objectContaining({ KmsCalls: 3, Throttles: 2, Failed: 0 })]);
  });

  test('tell what was refused from what failed', async () => {
    await stack.client.onboard('ending');
    stack.deployment.faults.set([{ service: 'kms', operation: 'Encrypt', fault: 'error' }]);
    const { lines } = await during(async () => {
      expectProblem(await post('ending', 'encrypt', {}), 400, 'bad-request');
      expectProblem(await encrypt('ending', '', 'direct'), 503, 'unavailable');
    });
    expect(lines.map(({ Refused, Failed }) => [Refused, Failed])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('of requests that wait for one call have it once', async () => {
    await stack.client.onboard('shared');
    await encrypt('shared');
    const { lines, calls } = await during(() => times(30, () => encrypt('shared', 'new')));
    expect(calls('kms')).toBe(1);
    expect(lines.filter(({ KmsCalls }) => KmsCalls === 1)).toHaveLength(1);
    expect(sum(lines, 'KmsCalls')).toBe(1);
  });

  test('of requests that overlap are not mixed', async () => {
    await stack.client.onboard('overlap');
    await encrypt('overlap');
    stack.deployment.faults.set([
      { service: 'kms', operation: 'Encrypt', fault: 'slow', delayMs: 600 },
    ]);
    const { lines } = await during(() =>
      Promise.all([
        times(3, () => encrypt('overlap', '', 'direct')),
        times(20, () => encrypt('overlap')),
      ]),
    );
    const [slow, quick] = [true, false].map((is) =>
      lines.filter((line) => 'KmsCalls' in line === is),
    );
    expect(slow?.map(({ KmsCalls }) => KmsCalls)).toEqual([1, 1, 1]);
    expect(quick).toHaveLength(20);
    expect(quick?.every((line) => line.DataKeyCacheHits === 1)).toBe(true);
    expect(slow?.every((line) => !('DataKeyCacheHits' in line))).toBe(true);
  });

  test('are well-formed in every line of both planes, by operation and never by tenant', async () => {
    await stack.settled();
    const lines = linesFrom(0);
    expect(new Set(lines.map(({ operation }) => operation))).toEqual(
      new Set(['onboard', 'encrypt']),
    );
    for (const line of lines) {
      const { _aws } = embeddedMetrics.parse(line);
      const dimensions = _aws.CloudWatchMetrics.flatMap(({ Dimensions }) => Dimensions.flat());
      expect(new Set(dimensions)).toEqual(new Set(['operation']));
      expect(JSON.stringify(_aws)).not.toContain(line.tenantId);
    }
  });
});

describe('Server-Timing', () => {
  test('says what a request waited for, and whether its data key was there', async () => {
    await stack.client.onboard('timed');
    const cold = String((await encrypt('timed')).headers['server-timing']);
    expect(cold.replace(/[\d.]+/g, 'N')).toBe(
      'total;dur=N, broker;dur=N, table;dur=N, kms;dur=N, cache;desc="miss"',
    );
    const warm = String((await encrypt('timed')).headers['server-timing']);
    expect(warm).toMatch(/^total;dur=[\d.]+, cache;desc="hit"$/);
  });

  test('is in no answer that refuses a ciphertext, KMS asked or not', async () => {
    await stack.client.onboard('forged');
    await stack.client.onboard('neighbour');
    const message = await stack.client.encrypt('forged', Buffer.from('x'), { note: 'a' });
    const foreign = await stack.client.encrypt('neighbour', Buffer.from('x'), { note: 'a' });
    const bytes = Buffer.from(message, 'base64');
    const altered = (at: number) => bytes.with(at < 0 ? bytes.length + at : at, 255);
    const forgeries = {
      nothing: '',
      'no ciphertext': 'eA==',
      'direct, as far as anybody can tell': Buffer.alloc(200, 1).toString('base64'),
      'the tag': Buffer.from(altered(-1)).toString('base64'),
      'the wrapped data key': Buffer.from(altered(300)).toString('base64'),
      truncated: bytes.subarray(0, -1).toString('base64'),
      foreign,
    };
    const encryptionContext = { note: 'a' };
    const { calls } = await during(async () => {
      for (const ciphertext of Object.values(forgeries)) {
        const item = { ciphertext, encryptionContext };
        const answer = await post('forged', 'decrypt', item);
        expectProblem(answer, 400, 'decryption-failed');
        expect(answer.headers).not.toHaveProperty('server-timing');
        const batch = await post('forged', 'decrypt-batch', { items: [item] });
        expect(batch.json.items[0].error.code).toBe('decryption-failed');
        expect(batch.headers).not.toHaveProperty('server-timing');
      }
    });
    expect(calls('kms')).toBeGreaterThan(0);
  });

  test('is in no other error either', async () => {
    stack.deployment.faults.set([{ service: 'kms', operation: 'Encrypt', fault: 'error' }]);
    const failed = await encrypt('acme', '', 'direct');
    const refused = await post('acme', 'encrypt', {});
    expect([failed.status, refused.status]).toEqual([503, 400]);
    expect(failed.headers).not.toHaveProperty('server-timing');
    expect(refused.headers).not.toHaveProperty('server-timing');
  });
});
