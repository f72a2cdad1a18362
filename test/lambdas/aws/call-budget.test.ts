/** Attempts against a server that refuses each with an error of KMS: when there is a next one, and what is counted. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { callBudget } from '../../../lambdas/aws/call-budget.ts';
import { clientConfiguration } from '../../../lambdas/aws/client-config.ts';
import { requestStats, withRequestStats } from '../../../lambdas/observability/request-stats.ts';

let server: Server;
let kms: KMSClient;
let error: string;
let received: number;
beforeAll(async () => {
  server = createServer((request, response) => {
    received += 1;
    request.resume();
    response.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: error }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  kms = new KMSClient({
    ...clientConfiguration,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'somebody', secretAccessKey: 'something' },
  });
  kms.middlewareStack.use(callBudget('kms'));
});
beforeEach(() => {
  error = 'ThrottlingException';
  received = 0;
});
afterAll(() => {
  kms.destroy();
  server.close();
});

const decrypt = () => kms.send(new DecryptCommand({ CiphertextBlob: Buffer.alloc(40) }));

/** @param leftMs what is left of the invocation, each time that it is read; the last from then on */
const within = (...leftMs: number[]) =>
  withRequestStats(
    { getRemainingTimeInMillis: () => (leftMs.length > 1 ? leftMs.shift() : leftMs[0]) as number },
    async () => {
      const name = await decrypt().then(
        () => 'none',
        (reason: Error) => reason.name,
      );
      return { name, received, ...requestStats()?.counts };
    },
  );

test('with time enough, as often as the SDK is told to', async () => {
  const all = { name: 'ThrottlingException', received: 3, KmsCalls: 3, Throttles: 3 };
  expect(await within(15_000)).toEqual(all);
});

test('none begins with less time than it may take, and some for the answer', async () => {
  expect(await within(3499)).toEqual({ name: 'OutOfTime', received: 0 });
  expect(await within(3500)).toMatchObject({ received: 3 });
});

test('none is waited for that would not begin', async () => {
  const once = { name: 'OutOfTime', received: 1, KmsCalls: 1, Throttles: 1 };
  expect(await within(3500, 3499)).toEqual(once);
});

test('a judgement stays one, however little time is left', async () => {
  error = 'InvalidCiphertextException';
  expect(await within(3500, 0)).toEqual({ name: error, received: 1, KmsCalls: 1 });
});

test('outside of a request nothing is counted, and no time is short', async () => {
  await expect(decrypt()).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect([received, requestStats()]).toEqual([3, undefined]);
});
