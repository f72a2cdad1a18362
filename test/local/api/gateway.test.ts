/** The gateway's answers to what is no valid request: over a socket, since no HTTP client sends such. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serveApi } from '../../../local/api/gateway.ts';
import type { ApiDefinition } from '../../../local/api/template.ts';
import type { Runtime } from '../../../local/lambda/runtime.ts';
import type { Listening } from '../../../local/listen.ts';

const problem = (code: string) => ({
  status: code === 'large' ? 413 : 400,
  headers: { 'gatewayresponse.header.Content-Type': "'application/problem+json'" },
  template: `{"code":"${code}","requestId":"$context.requestId"}`,
});
const api = {
  apiId: 'api',
  stage: 'v1',
  methods: [],
  fixedAnswers: [],
  binaryMediaTypes: [],
  gatewayResponses: new Map([
    ['REQUEST_TOO_LARGE', problem('large')],
    ['DEFAULT_4XX', problem('bad')],
  ]),
} as unknown as ApiDefinition;

let gateway: Listening;
beforeAll(async () => {
  gateway = await serveApi({
    account: { partition: 'aws', region: 'r', accountId: '1', stackName: 's' },
    api,
    runtime: {} as Runtime,
    port: 0,
    onDecision: () => {},
  });
});
afterAll(() => gateway.close());

/** @returns everything that came back until the connection ended */
function exchange(...parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    for (const part of parts) socket.write(part);
  });
}

const start = 'POST /v1/x HTTP/1.1\r\nHost: localhost\r\n';
const header = (bytes: number) => `X: ${'x'.repeat(bytes)}\r\n`;

function expectAnswer(text: string, statusLine: string, code: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head.split('\r\n')[0]).toBe(statusLine);
  expect(head).toMatch(/^content-type: application\/problem\+json$/im);
  const { code: given, requestId } = JSON.parse(body);
  expect(given).toBe(code);
  expect(head).toContain(`x-amzn-RequestId: ${requestId}`);
}

const tooLarge = 'HTTP/1.1 413 Payload Too Large';

describe('headers of more than 10,240 bytes', () => {
  test.each([11_000, 20_000, 1_000_000])('%d: the answer for what is too large', async (bytes) => {
    expectAnswer(await exchange(start, header(bytes), '\r\n'), tooLarge, 'large');
  });

  test('many small ones', async () => {
    expectAnswer(await exchange(start, header(1000).repeat(11), '\r\n'), tooLarge, 'large');
  });

  test('before a body that the client goes on sending', async () => {
    const body = Buffer.alloc(5 * 1024 * 1024);
    const length = `Content-Length: ${body.length}\r\n\r\n`;
    expectAnswer(await exchange(start, header(20_000), length, body), tooLarge, 'large');
  });

  test('10,000 bytes are read, and here lead to no route', async () => {
    const text = await exchange(start, header(10_000), 'Connection: close\r\n\r\n');
    expect(text).toContain('"code":"bad"');
  });
});

test('what is no HTTP is the answer for a bad request', async () => {
  expectAnswer(await exchange('hello\r\n\r\n'), 'HTTP/1.1 400 Bad Request', 'bad');
});

describe('the request id', () => {
  const chosen = '6f0a1f0e-8a52-4f0e-9d0b-2f5a1a2b3c4d';
  const idFor = async (value: string) => {
    const text = await exchange(
      `GET /v1/none HTTP/1.1\r\nHost: localhost\r\nx-amzn-RequestId: ${value}\r\nConnection: close\r\n\r\n`,
    );
    return /x-amzn-RequestId: (\S+)/i.exec(text)?.[1];
  };

  test('is the one that a client chooses, if that is a UUID', async () => {
    expect(await idFor(chosen)).toBe(chosen);
  });

  test.each(['x', `${chosen}0`, chosen.slice(1), 'x'.repeat(36), `${chosen}, ${chosen}`])(
    'is a new one for %s',
    async (value) => {
      expect(await idFor(value)).toMatch(/^[0-9a-f-]{36}$/);
      expect(await idFor(value)).not.toBe(value);
    },
  );
});
