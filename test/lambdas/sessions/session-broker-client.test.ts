/** Whatever Lambda and the broker answer: a session of the tenant that was asked for, or the right problem. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { issuerFaultNames, issuerFaults } from '../../../contract/issuer-faults.ts';
import { asProblem } from '../../../lambdas/http/error-handler.ts';
import type { SessionBroker } from '../../../lambdas/sessions/session-broker-client.ts';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

let server: Server;
let broker: SessionBroker;
let answer: Answer;
let asked: unknown[];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push(JSON.parse(Buffer.concat(chunks).toString()));
    const { status = 200, headers = {}, body } = answer;
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  const { sessionBroker } = await import('../../../lambdas/sessions/session-broker-client.ts');
  broker = sessionBroker('session-broker');
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const secret = 'SECRET-ACCESS-KEY';
const credentials = {
  accessKeyId: 'a',
  secretAccessKey: secret,
  sessionToken: 't',
  expiration: '2030-01-01T00:00:00.000Z',
};
const opened = {
  outcome: 'opened',
  tenantId: 'acme',
  credentials,
  issuer: 'https://id.example.com',
  jwks: { keys: [] },
};
const request = { plane: 'crypto', token: 'a.b.c', tenantId: 'acme' } as const;

async function failure(given: Answer): Promise<unknown> {
  answer = given;
  return broker.open(request).then(
    (session) => ({ session }),
    (error: unknown) => error,
  );
}

test('the session of the tenant that was asked for', async () => {
  answer = { body: opened };
  expect(await broker.open(request)).toEqual(opened);
  expect(asked).toEqual([request]);
});

const functionError = (body: unknown): Answer => ({
  headers: { 'X-Amz-Function-Error': 'Unhandled' },
  body,
});
const serviceError = (status: number, name: string): Answer => ({
  status,
  headers: { 'X-Amzn-ErrorType': name },
  body: { Type: 'User', Message: 'x' },
});

describe.each<[number, string | undefined, [string, Answer][]]>([
  [401, undefined, [['a token that does not count', { body: { outcome: 'unauthorized' } }]]],
  [403, undefined, [['a token that is for something else', { body: { outcome: 'forbidden' } }]]],
  [
    503,
    '1',
    [
      ['no answer of STS', { body: { outcome: 'unavailable' } }],
      ['a time that is up', functionError({ errorType: 'Sandbox.Timedout', errorMessage: 'x' })],
      ['a time that is up, as Lambda once said it', functionError({ errorMessage: 'timed out' })],
      ['a process that ended', functionError({ errorType: 'Runtime.ExitError' })],
      ['a throttled invocation', serviceError(429, 'TooManyRequestsException')],
      ['a failure of Lambda', serviceError(500, 'ServiceException')],
    ],
  ],
  [
    500,
    undefined,
    [
      ['what the broker threw', functionError({ errorType: 'AccessDenied', errorMessage: secret })],
      ['a session that came with a failure', functionError({ ...opened, errorType: 'Error' })],
      ["another tenant's session", { body: { ...opened, tenantId: 'globex' } }],
      ['a session of nobody', { body: { ...opened, tenantId: undefined } }],
      ['a session without credentials', { body: { ...opened, credentials: undefined } }],
      [
        'half of the credentials',
        { body: { ...opened, credentials: { secretAccessKey: secret } } },
      ],
      [
        'a time that is none',
        { body: { ...opened, credentials: { ...credentials, expiration: 1 } } },
      ],
      ['a fault that nobody knows', { body: { outcome: 'unavailable', fault: secret } }],
      ['a fault of a refusal', { body: { outcome: 'forbidden', fault: 'nonsense' } }],
      ['an outcome that nobody knows', { body: { ...opened, outcome: 'granted' } }],
      ['an outcome in a list', { body: { ...opened, outcome: ['opened'] } }],
      ['a member too many', { body: { ...opened, [secret]: secret } }],
      ['nothing', { body: '' }],
      ['null', { body: null }],
      ['half a session', { body: JSON.stringify(opened).slice(0, 90) }],
      ['no JSON', { body: secret }],
      ['a right that is lost', serviceError(403, 'AccessDeniedException')],
      ['no such function', serviceError(404, 'ResourceNotFoundException')],
      ['a function whose key is disabled', serviceError(502, 'KMSDisabledException')],
      [
        'a function whose key is about to be deleted',
        serviceError(502, 'KMSInvalidStateException'),
      ],
    ],
  ],
])('%d, to be repeated after %s:', (status, retryAfter, cases) => {
  test.each(cases)('%s', async (_, given) => {
    const error = await failure(given);
    const problem = asProblem(error);
    expect(problem).toMatchObject({ status });
    expect(problem.headers['Retry-After']).toBe(retryAfter);
    expect(
      JSON.stringify([problem.toBody({ requestId: 'x', stage: 'v1' }), (error as Error).name]),
    ).not.toContain(secret);
    expect(error).not.toHaveProperty('session');
  });
});

test.each(issuerFaultNames)(
  'an issuer that is %s is a 503 of its own, by our sentence and nothing else',
  async (fault) => {
    const problem = asProblem(await failure({ body: { outcome: 'unavailable', fault } }));
    expect(problem).toMatchObject({
      status: 503,
      code: 'unavailable',
      message: `The token could not be checked. Its issuer gives no keys. ${issuerFaults[fault]} Send the same request again later.`,
      headers: { 'Retry-After': '5' },
    });
    expect(problem.message).not.toMatch(/:\/\//);
  },
);

test('each fault of an issuer has a sentence of its own, and none has a URL', () => {
  const sentences = Object.values(issuerFaults);
  expect(new Set(sentences).size).toBe(issuerFaultNames.length);
  for (const sentence of sentences) expect(sentence).not.toMatch(/:\/\//);
});
