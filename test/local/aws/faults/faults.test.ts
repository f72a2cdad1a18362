/** Faults as a client of AWS meets them: the SDK's clients and plain requests, over HTTP. */

import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FaultInput, readFaultOption } from '../../../../local/aws/faults/fault.ts';
import { startStack } from '../../../../local/stack.ts';
import { administrator, userWith } from '../../../harness/account.ts';
import { requestAssembly } from '../../../synthesizer/client.ts';
import {
  clientOptions,
  kmsRequest,
  openEndpoint,
  send,
  signed,
  type TestEndpoint,
} from '../harness.ts';
import { toyDynamoDb, toyKms, toySts } from '../toy-service.ts';

let endpoint: TestEndpoint;
let clients: { kms: KMS; sts: STS; dynamodb: DynamoDB };
/** the calls to ListKeys that were carried out */
let carriedOut = 0;

const counting = {
  ...toyKms,
  operations: {
    ...toyKms.operations,
    ListKeys: (...[input, call]: Parameters<(typeof toyKms.operations)[string]>) => {
      carriedOut += 1;
      return toyKms.operations.ListKeys?.(input, call) ?? {};
    },
  },
};
const tables = {
  ...toyDynamoDb,
  operations: { ...toyDynamoDb.operations, GetItem: () => ({}) },
};

beforeAll(async () => {
  endpoint = await openEndpoint(() => [counting, toySts, tables]);
  const options = clientOptions(endpoint.url, endpoint.credentials.issue(administrator));
  clients = { kms: new KMS(options), sts: new STS(options), dynamodb: new DynamoDB(options) };
  // A client's first call takes as long as a delay of these tests.
  await listKeys();
});
beforeEach(() => {
  endpoint.faults.clear();
  carriedOut = 0;
});
afterAll(() => endpoint.close());

const listKeys = (kms = clients.kms) => kms.listKeys({});
const callerIdentity = () => clients.sts.getCallerIdentity({});
const listTables = () => clients.dynamodb.listTables({});
const getItem = () => clients.dynamodb.getItem({ TableName: 'toy', Key: { id: { S: 'a' } } });

/** @returns `done`, or the name of the error */
const outcome = (call: () => Promise<unknown>): Promise<string> =>
  call().then(
    () => 'done',
    (error: Error) => error.name,
  );

async function outcomes(count: number, call = listKeys as () => Promise<unknown>) {
  const names: string[] = [];
  for (let made = 0; made < count; made += 1) names.push(await outcome(call));
  return names;
}

async function durationMs(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await call();
  return performance.now() - start;
}

const last = () => endpoint.calls.at(-1);

describe('a fault is answered as the service answers it', () => {
  test.each([
    ['kms', 'ListKeys', 'throttle', 'ThrottlingException', 400, listKeys],
    ['sts', 'GetCallerIdentity', 'throttle', 'Throttling', 400, callerIdentity],
    ['dynamodb', 'GetItem', 'throttle', 'ProvisionedThroughputExceededException', 400, getItem],
    ['dynamodb', 'ListTables', 'throttle', 'ThrottlingException', 400, listTables],
    ['kms', 'ListKeys', 'error', 'KMSInternalException', 500, listKeys],
    ['sts', 'GetCallerIdentity', 'error', 'InternalFailure', 500, callerIdentity],
    ['dynamodb', 'GetItem', 'error', 'InternalServerError', 500, getItem],
    ['kms', 'ListKeys', 'expired', 'ExpiredTokenException', 400, listKeys],
    ['sts', 'GetCallerIdentity', 'expired', 'ExpiredToken', 403, callerIdentity],
    ['dynamodb', 'GetItem', 'expired', 'ExpiredTokenException', 400, getItem],
  ] as const)('%s:%s=%s is %s', async (service, operation, fault, name, status, call) => {
    endpoint.faults.set([{ service, operation, fault }]);
    await expect(call()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    expect(last()).toMatchObject({ service, operation, outcome: 'error', errorCode: name, fault });
    expect([carriedOut, endpoint.errors]).toEqual([0, []]);
  });

  test('so that the retries of the SDK get over it', async () => {
    endpoint.faults.set([{ service: 'kms', operation: 'ListKeys', fault: 'throttle', count: 1 }]);
    const options = clientOptions(endpoint.url, endpoint.credentials.issue(administrator));
    expect(await outcome(() => listKeys(new KMS({ ...options, maxAttempts: 2 })))).toBe('done');
    expect(endpoint.faults.list()).toMatchObject([{ hits: 1 }]);
  });
});

describe('a fault of time or of the connection', () => {
  test('timeout: nothing is carried out, and the connection ends after the delay', async () => {
    endpoint.faults.set([
      { service: 'kms', operation: 'ListKeys', fault: 'timeout', delayMs: 150 },
    ]);
    const waited = await durationMs(() => expect(listKeys()).rejects.toThrow(/hang up|ECONNRESET/));
    expect(waited).toBeGreaterThan(140);
    expect(last()).toMatchObject({ errorCode: 'RequestTimeout', fault: 'timeout' });
    expect(carriedOut).toBe(0);
  });

  test('slow: it is carried out, and answered after the delay', async () => {
    endpoint.faults.set([{ service: 'kms', operation: 'ListKeys', fault: 'slow', delayMs: 150 }]);
    expect(await durationMs(() => listKeys())).toBeGreaterThan(140);
    expect(last()).toMatchObject({ outcome: 'success', fault: 'slow' });
    expect(carriedOut).toBe(1);
  });

  test('lost: it is carried out, and the connection ends before the answer', async () => {
    endpoint.faults.set([{ service: 'kms', operation: 'ListKeys', fault: 'lost' }]);
    await expect(listKeys()).rejects.toThrow(/hang up|ECONNRESET/);
    expect(last()).toMatchObject({ outcome: 'success', fault: 'lost' });
    expect(carriedOut).toBe(1);
  });

  test('does not keep the endpoint from closing', async () => {
    const other = await openEndpoint(() => [toyKms]);
    other.faults.set([{ service: '*', operation: '*', fault: 'timeout' }]);
    const kms = new KMS(clientOptions(other.url, other.credentials.issue(administrator)));
    const hanging = outcome(() => listKeys(kms));
    while (other.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await durationMs(() => other.close())).toBeLessThan(2000);
    expect(await hanging).not.toBe('done');
  });
});

describe('which calls are hit', () => {
  const kmsListKeys = { service: 'kms', operation: 'ListKeys' } as const;

  test('after: the first are let through; count: no more than these; then none', async () => {
    endpoint.faults.set([{ ...kmsListKeys, fault: 'throttle', after: 1, count: 2 }]);
    expect(await outcomes(5)).toEqual([
      'done',
      'ThrottlingException',
      'ThrottlingException',
      'done',
      'done',
    ]);
  });

  test('without a count, all until it is cleared', async () => {
    endpoint.faults.set([{ ...kmsListKeys, fault: 'throttle' }]);
    expect(new Set(await outcomes(4))).toEqual(new Set(['ThrottlingException']));
    endpoint.faults.clear();
    expect(await outcomes(1)).toEqual(['done']);
  });

  test('the first of the list that is due', async () => {
    endpoint.faults.set([
      { ...kmsListKeys, fault: 'throttle', count: 1 },
      { ...kmsListKeys, fault: 'error', count: 1 },
    ]);
    expect(await outcomes(3)).toEqual(['ThrottlingException', 'KMSInternalException', 'done']);
  });

  test('no other operation and no other service', async () => {
    endpoint.faults.set([{ ...kmsListKeys, fault: 'throttle' }]);
    const decrypt = () => clients.kms.decrypt({ CiphertextBlob: Buffer.from('delegating') });
    expect(await outcome(decrypt)).toBe('done');
    expect(await outcome(callerIdentity)).toBe('done');
    expect(last()).not.toHaveProperty('fault');
  });

  test('*:* counts the calls to all services, those of other faults included', async () => {
    endpoint.faults.set([
      { ...kmsListKeys, fault: 'throttle', count: 1 },
      { service: '*', operation: '*', fault: 'error', after: 2 },
    ]);
    expect(await outcome(listKeys)).toBe('ThrottlingException');
    expect(await outcome(callerIdentity)).toBe('done');
    expect(await outcome(listTables)).toBe('InternalServerError');
    expect(await outcome(callerIdentity)).toBe('InternalFailure');
  });

  test('before the policies are asked, not before the signature is checked', async () => {
    endpoint.faults.set([{ ...kmsListKeys, fault: 'throttle' }]);
    const nobody = endpoint.credentials.issue(userWith('nobody'));
    const as = (credentials: typeof nobody) => () =>
      listKeys(new KMS(clientOptions(endpoint.url, credentials)));
    expect(await outcome(as(nobody))).toBe('ThrottlingException');
    expect(await outcome(as({ ...nobody, secretAccessKey: 'x' }))).toBe(
      'InvalidSignatureException',
    );
    expect(endpoint.faults.list()).toMatchObject([{ hits: 1 }]);
  });

  test.each(['slow', 'lost'] as const)('%s lets nothing through that is refused', async (fault) => {
    endpoint.faults.set([
      { ...kmsListKeys, fault, ...(fault === 'slow' ? { delayMs: 0 } : {}) },
    ] as FaultInput[]);
    const nobody = endpoint.credentials.issue(userWith('nobody'));
    await outcome(() => listKeys(new KMS(clientOptions(endpoint.url, nobody))));
    expect(last()).toMatchObject({ errorCode: 'AccessDeniedException', fault });
  });
});

describe('/_local/faults', () => {
  const json = { 'content-type': 'application/json' };
  const page = async (method: string, body: unknown = '', headers: object = {}) => {
    const answer = await send(endpoint.url, {
      method,
      path: '/_local/faults',
      headers: { host: new URL(endpoint.url).host, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return [answer.status, JSON.parse(answer.text)];
  };
  const throttle = { service: 'kms', operation: 'ListKeys', fault: 'throttle' };

  test('POST replaces, GET shows with the hits so far, DELETE clears', async () => {
    await page('POST', [{ service: 'sts', operation: '*', fault: 'slow' }], json);
    expect(await page('POST', [throttle], json)).toEqual([
      200,
      [{ ...throttle, after: 0, hits: 0 }],
    ]);
    expect(await outcomes(2)).toEqual(['ThrottlingException', 'ThrottlingException']);
    expect(await page('GET')).toEqual([200, [{ ...throttle, after: 0, hits: 2 }]]);
    expect(await page('DELETE')).toEqual([200, []]);
    expect(await outcomes(1)).toEqual(['done']);
  });

  test.each([
    ['no JSON', '[{', 'the body is not JSON'],
    ['no list', throttle, 'faults: must be a list of faults'],
    [
      'an unknown service',
      [{ ...throttle, service: 's3' }],
      'faults[0].service of s3:ListKeys: must be kms, sts, dynamodb or *',
    ],
    [
      'an unknown operation',
      [throttle, { ...throttle, operation: 'toString' }],
      'faults[1].operation of kms:toString: the local stack has no such operation',
    ],
    [
      'an operation of any service',
      [{ ...throttle, service: '*' }],
      'faults[0].operation of *:ListKeys: must be * where the service is *',
    ],
    [
      'an unknown fault',
      [{ ...throttle, fault: 'explode' }],
      'faults[0].fault: must be throttle, error, expired, timeout, slow or lost',
    ],
    ['an unknown member', [{ ...throttle, cuont: 1 }], 'faults[0]: Unrecognized key: "cuont"'],
    [
      '__proto__',
      `[{"service":"kms","operation":"*","fault":"error","__proto__":{}}]`,
      'faults[0]: Unrecognized key: "__proto__"',
    ],
    [
      'a delay where there is none',
      [{ ...throttle, delayMs: 5 }],
      'faults[0]: Unrecognized key: "delayMs"',
    ],
    ['a count of none', [{ ...throttle, count: 0 }], 'faults[0].count: Too small'],
    [
      'a delay too long',
      [{ ...throttle, fault: 'slow', delayMs: 600_001 }],
      'faults[0].delayMs: Too big',
    ],
    ['half a call', [{ ...throttle, after: 0.5 }], 'faults[0].after: Invalid input'],
    ['nothing to be hit', [{ fault: 'error' }], 'faults[0].service: Invalid input'],
    ['too many', Array(101).fill(throttle), 'faults: must be at most 100'],
  ])('%s is refused with a reason, and changes nothing', async (_, body, message) => {
    endpoint.faults.set([{ service: 'sts', operation: '*', fault: 'error' }]);
    const [status, answer] = await page('POST', body, json);
    expect([status, answer.message]).toEqual([400, expect.stringContaining(message)]);
    expect(endpoint.faults.list()).toMatchObject([{ service: 'sts' }]);
  });

  test.each([
    ['under a foreign name', { ...json, host: 'evil.example:80' }, 403],
    ['from a web page', { ...json, origin: 'https://evil.example' }, 403],
    ['from a web page without a name', { ...json, origin: 'null' }, 403],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['as text', { 'content-type': 'text/plain; application/json' }, 415],
    ['without a type', {}, 415],
  ])('nothing is changed %s', async (_, headers, status) => {
    endpoint.faults.set([{ service: 'sts', operation: '*', fault: 'error' }]);
    expect((await page('POST', [throttle], headers))[0]).toBe(status);
    if (status === 403) expect((await page('DELETE', '', headers))[0]).toBe(403);
    expect(endpoint.faults.list()).toMatchObject([{ service: 'sts' }]);
  });

  test('a preflight is not granted', async () => {
    const asked = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    expect((await page('OPTIONS', '', asked))[0]).toBe(403);
    expect((await page('OPTIONS'))[0]).toBe(405);
    const response = await fetch(`${endpoint.url}/_local/faults`, { method: 'OPTIONS' });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-'))).toEqual([]);
  });

  test('a body without end is refused, and no other path is taken for it', async () => {
    expect((await page('POST', ' '.repeat(70_000), json))[0]).toBe(413);
    const raw = { ...kmsRequest(endpoint.url), method: 'GET', path: '/_local/faults/' };
    const admin = endpoint.credentials.issue(administrator);
    expect((await send(endpoint.url, await signed(raw, admin))).status).toBe(400);
  });
});

describe('the start option', () => {
  const start = (operation: string) =>
    startStack({
      apiPort: 0,
      awsPort: 0,
      issuerPort: 0,
      faults: [readFaultOption(`kms:${operation}=throttle`)],
      synthesize: requestAssembly,
    });

  test('is in force from the start, until it is cleared', async () => {
    const stack = await start('ListKeys');
    try {
      const { aws: endpoint, region, operator: credentials } = stack;
      const kms = new KMS({ endpoint, region, credentials, maxAttempts: 1 });
      expect(await outcome(() => listKeys(kms))).toBe('ThrottlingException');
      stack.deployment.faults.clear();
      expect(await outcome(() => listKeys(kms))).toBe('done');
    } finally {
      await stack.close();
    }
  }, 60_000);

  test('of an operation that is not there stops the start', async () => {
    await expect(start('ListKey')).rejects.toThrow(
      'faults[0].operation of kms:ListKey: the local stack has no such operation',
    );
  }, 60_000);

  test.each([
    ['kms:Decrypt=throttle', { service: 'kms', operation: 'Decrypt', fault: 'throttle' }],
    ['kms:Decrypt=slow:500', { service: 'kms', operation: 'Decrypt', fault: 'slow', delayMs: 500 }],
    ['sts:*=timeout', { service: 'sts', operation: '*', fault: 'timeout', delayMs: 60_000 }],
    ['*:*=error', { service: '*', operation: '*', fault: 'error' }],
  ])('%s', (option, fault) => {
    expect(readFaultOption(option)).toEqual({ ...fault, after: 0 });
  });

  test.each([
    ['', "'' is not service:Operation=fault or =fault:milliseconds"],
    ['kms=throttle', "'kms=throttle' is not service:Operation=fault"],
    ['kms:Decrypt', "'kms:Decrypt' is not service:Operation=fault"],
    ['kms:Decrypt=slow:', "'kms:Decrypt=slow:' is not service:Operation=fault"],
    ['kms:Decrypt=slow:-1', "'kms:Decrypt=slow:-1' is not service:Operation=fault"],
    [
      'kms:Decrypt=melt',
      "'kms:Decrypt=melt'.fault: must be throttle, error, expired, timeout, slow or lost",
    ],
    ['kms:Decrypt=slow:999999', "'kms:Decrypt=slow:999999'.delayMs: Too big"],
    ['kms:Decrypt=lost:5', `'kms:Decrypt=lost:5': Unrecognized key: "delayMs"`],
  ])('%p is refused with a reason', (option, message) => {
    expect(() => readFaultOption(option)).toThrow(message);
  });
});
