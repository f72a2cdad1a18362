/** The response of a custom resource, sent to a local server in the place of S3. */
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type CfnResult,
  type CustomResourceEvent,
  sendCfnResponse,
} from '../../../lambdas/declared-tenants/cfn-response.ts';
import { type Listening, listen } from '../../../local/listen.ts';

interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
}
const received: Received[] = [];
/** What the server answers to the next requests; 200 to all later ones. */
let statuses: (number | 'hang up')[];
let server: Listening;
const secret = 'X-Amz-Signature=c0ffee';

beforeAll(async () => {
  const http = createServer(async (request, response) => {
    received.push({ request, body: await text(request) });
    const status = statuses.shift() ?? 200;
    if (status === 'hang up') response.destroy();
    else response.writeHead(status).end('<xml>');
  });
  server = await listen(http, 0);
});
afterAll(() => server.close());
beforeEach(() => {
  received.length = 0;
  statuses = [];
});

const event = (change: Partial<CustomResourceEvent> = {}): CustomResourceEvent => ({
  RequestType: 'Create',
  ResponseURL: `${server.url}/bucket/key?${secret}`,
  StackId: 'arn:stack',
  RequestId: 'request-1',
  LogicalResourceId: 'Row',
  ResourceProperties: {},
  ...change,
});
const success: CfnResult = { status: 'SUCCESS', physicalResourceId: 'acme' };
const bodyOf = () => JSON.parse(received.at(-1)?.body ?? '');

describe('the response', () => {
  test('is put as it was signed: no content type, its length, its query', async () => {
    await sendCfnResponse(event(), success);
    const [{ request, body }] = received as [Received];
    const { method, url, headers } = request;
    expect([method, url]).toEqual(['PUT', `/bucket/key?${secret}`]);
    expect(headers['content-type']).toBe('');
    expect(headers['content-length']).toBe(String(body.length));
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect(bodyOf()).toEqual({
      Status: 'SUCCESS',
      Reason: '',
      PhysicalResourceId: 'acme',
      StackId: 'arn:stack',
      RequestId: 'request-1',
      LogicalResourceId: 'Row',
    });
  });

  test('of a failure keeps the physical id, so that CloudFormation deletes nothing', async () => {
    const failed: CfnResult = { status: 'FAILED', reason: 'why' };
    await sendCfnResponse(event({ RequestType: 'Update', PhysicalResourceId: 'acme' }), failed);
    expect(bodyOf()).toMatchObject({ Status: 'FAILED', Reason: 'why', PhysicalResourceId: 'acme' });
    await sendCfnResponse(event(), failed);
    expect(bodyOf()).toMatchObject({ PhysicalResourceId: 'Row' });
  });

  test('stays under 4,096 bytes, whatever the reason', async () => {
    await sendCfnResponse(event(), { status: 'FAILED', reason: '\u0000'.repeat(5000) });
    expect(Buffer.byteLength(received[0]?.body ?? '')).toBeLessThan(4096);
    expect(bodyOf().Reason).not.toBe('');
  });

  test('is tried again after an error and a lost connection', async () => {
    statuses = [503, 'hang up', 200];
    await sendCfnResponse(event(), success);
    expect(received).toHaveLength(3);
  });
});

describe('an error does not show the URL', () => {
  const errorOf = async (given: CustomResourceEvent): Promise<string> => {
    const error = await sendCfnResponse(given, success).then(
      () => new Error('no error'),
      (thrown: Error) => thrown,
    );
    return JSON.stringify([error.message, error.stack, error.cause, { ...error }]);
  };

  test('of a server that refuses, three times', async () => {
    statuses = [403, 403, 403, 403];
    const shown = await errorOf(event());
    expect(shown).toContain('answered 403');
    expect(shown).not.toContain('c0ffee');
    expect(received).toHaveLength(3);
  });

  test.each([
    ['nobody listens at', `http://127.0.0.1:1/?${secret}`, 'ECONNREFUSED'],
    ['is none', `https//x?${secret}`, 'is none'],
    ['is plain HTTP to another machine', `http://example.com/?${secret}`, 'not https'],
    ['has characters that HTTP does not take', `http://127.0.0.1:1/\u0000?${secret}`, ''],
  ])('that %s', async (_, ResponseURL, reason) => {
    const shown = await errorOf(event({ ResponseURL }));
    expect(shown).toContain(reason);
    expect(shown).not.toContain('no error');
    expect(shown).not.toContain('c0ffee');
  });
});
