import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod/mini';
import { badRequest, unavailable } from '../../../contract/problem.ts';
import { apiHandler, type Serve } from '../../../lambdas/http/api-handler.ts';
import { json } from '../../../lambdas/http/response.ts';
import { requestStats } from '../../../lambdas/observability/request-stats.ts';
import { loggedLines } from '../../harness/logged-lines.ts';
import { answerOf, contextOf, eventOf, requestId } from './event.ts';

const canary = 'CANARY-5f1d0c';
let lines: string[];
beforeEach(() => {
  lines = loggedLines();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const serving = (encrypt: Serve, change = {}): Promise<APIGatewayProxyResult> =>
  handlerOf(encrypt)(eventOf(change), contextOf());

/** An environment of the function's. */
const handlerOf = (encrypt: Serve) => {
  const decrypt = async () => answerOf(200, { served: 'decrypt' });
  const unused = async () => answerOf(200, { served: 'another' });
  const operations = {
    encrypt,
    decrypt,
    reencrypt: unused,
    encryptBatch: unused,
    decryptBatch: unused,
    reencryptBatch: unused,
    inspect: unused,
    generateDataKey: unused,
    decryptDataKey: unused,
    mac: unused,
    macBatch: unused,
    setMacVersions: unused,
    rewrapMacKeys: unused,
  };
  return apiHandler<'crypto'>(operations);
};
const failing = (error: unknown) => serving(async () => Promise.reject(error));

describe('the route', () => {
  const echo: Serve = async ({ event }) => answerOf(200, { type: event.headers['content-type'] });

  test('chooses the operation, which sees header names in lower case', async () => {
    expect(JSON.parse((await serving(echo)).body)).toEqual({ type: 'application/json' });
    const other = await serving(echo, { resource: '/tenants/{tenantId}/decrypt' });
    expect(JSON.parse(other.body)).toEqual({ served: 'decrypt' });
  });

  test.each([
    ['of the other plane', { httpMethod: 'GET', resource: '/tenants' }],
    ['with another method', { httpMethod: 'GET' }],
    ['that is the path and not the resource', { resource: '/tenants/acme/encrypt' }],
    ['that nobody knows', { resource: '/' }],
  ])('%s is a 404', async (_, change) => {
    expect((await serving(echo, change)).statusCode).toBe(404);
  });
});

describe('an answer', () => {
  test('may be kept by no cache and guessed at by no browser', async () => {
    for (const answer of [
      await serving(async () => json<'encrypt'>(200, { ciphertext: '' })),
      await failing(new Error()),
    ]) {
      expect(answer.headers).toMatchObject({
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      });
    }
  });

  test('to a problem is problem+json with the six members', async () => {
    const answer = await failing(unavailable(7));
    expect(answer.statusCode).toBe(503);
    expect(answer.headers).toMatchObject({
      'Content-Type': 'application/problem+json',
      'Retry-After': '7',
    });
    expect(JSON.parse(answer.body)).toEqual({
      type: '/v1/problems#unavailable',
      title: 'Service Unavailable',
      status: 503,
      detail: 'The request could not be finished; try again later.',
      code: 'unavailable',
      requestId,
    });
  });
});

describe('an error of AWS becomes', () => {
  const named = (name: string, more: object = {}) =>
    Object.assign(new Error(canary), { name }, more);

  test.each([
    ['throttling', named('ThrottlingException'), 503, 'unavailable'],
    ['an exhausted table', named('ProvisionedThroughputExceededException'), 503, 'unavailable'],
    ['a failing KMS', named('KMSInternalException'), 503, 'unavailable'],
    ['a time-out', named('TimeoutError'), 503, 'unavailable'],
    ['no connection', named('Error', { code: 'ECONNREFUSED' }), 503, 'unavailable'],
    ['any 5xx', named('Strange', { $metadata: { httpStatusCode: 502 } }), 503, 'unavailable'],
    ['a disabled key', named('DisabledException'), 409, 'key-unusable'],
    ['a key pending deletion', named('KMSInvalidStateException'), 409, 'key-unusable'],
    ['a refusal by IAM', named('AccessDeniedException'), 500, 'internal-error'],
    ['anything else', named('SomethingElse'), 500, 'internal-error'],
  ])('%s', async (_, error, status, code) => {
    const answer = await failing(error);
    expect([answer.statusCode, JSON.parse(answer.body).code]).toEqual([status, code]);
  });
});

describe('whatever is thrown, its text is in no answer and no log line', () => {
  const schemaError = z.strictObject({ a: z.string() }).safeParse({ [canary]: canary }).error;

  test.each([
    ['an error', new Error(canary)],
    ['an error with a cause', new Error('x', { cause: { data: canary } })],
    ['a syntax error', new SyntaxError(`Unexpected token in "${canary}"`)],
    ['a schema error', schemaError],
    ['a text', canary],
    ['nothing', undefined],
  ])('%s', async (_, error) => {
    const answer = await failing(error);
    expect(answer.statusCode).toBe(500);
    expect(JSON.stringify(answer)).not.toContain(canary);
    expect(lines.join('')).not.toContain(canary);
    expect(lines).toHaveLength(1);
  });
});

describe('Server-Timing', () => {
  const timingOf = ({ headers }: APIGatewayProxyResult) => headers?.['Server-Timing'];

  test('is in an answer', async () => {
    const answer = await serving(async () => answerOf(200, {}));
    expect(timingOf(answer)).toMatch(/^total;dur=[\d.]+$/);
  });

  test('is in none that refuses, thrown or returned, nor where it is hidden', async () => {
    const hidden = async () => {
      requestStats()?.hideTiming();
      return answerOf(200, {});
    };
    const answers = [
      await failing(badRequest('x')),
      await failing(new Error('x')),
      await serving(async () => answerOf(400, {})),
      await serving(hidden),
    ];
    expect(answers.map(timingOf)).toEqual(answers.map(() => undefined));
  });
});

describe('each request leaves one line', () => {
  test('that says who, what, how it ended and how long it took', async () => {
    const served = async () => {
      requestStats()?.confirmPrincipal();
      return answerOf(200, { plaintext: canary });
    };
    await serving(served, { body: canary });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] as string)).toEqual({
      timestamp: expect.any(String),
      level: 'INFO',
      message: 'request',
      requestId,
      tenantId: 'acme',
      principal: 'somebody',
      sourceAddress: '192.0.2.7',
      operation: 'encrypt',
      outcome: 'succeeded',
      status: 200,
      kmsCalls: [],
      durationInMs: expect.any(Number),
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'TenantKeys',
            Dimensions: [['operation'], []],
            Metrics: [
              { Name: 'Requests', Unit: 'Count' },
              { Name: 'Refused', Unit: 'Count' },
              { Name: 'Failed', Unit: 'Count' },
              { Name: 'Duration', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      Requests: 1,
      Refused: 0,
      Failed: 0,
      Duration: expect.any(Number),
      coldStart: true,
    });
  });

  test('of which the first of an environment says that it was', async () => {
    const handler = handlerOf(async () => answerOf(200, {}));
    for (let request = 0; request < 3; request += 1) await handler(eventOf(), contextOf());
    expect(lines.map((line) => JSON.parse(line).coldStart)).toEqual([true, undefined, undefined]);
  });

  test.each<[string, string, string | null, string | undefined]>([
    ["of the path's tenant, whose token soever it is", 'acme', 'globex', 'globex'],
    ["of the token's, where the path names none", 'acme', 'NOT-ONE', 'acme'],
    ['of none, where nobody names one', '*', null, undefined],
  ])('%s', async (_, own, ofPath, expected) => {
    const { requestContext } = eventOf();
    await serving(async () => answerOf(200, {}), {
      pathParameters: ofPath === null ? null : { tenantId: ofPath },
      requestContext: { ...requestContext, authorizer: { tenantId: own, principalId: 'x' } },
    });
    expect(JSON.parse(lines[0] as string).tenantId).toBe(expected);
  });

  test('with the issuer and the claims of a caller who was confirmed, and of nobody else', async () => {
    const { requestContext } = eventOf();
    const authorizer = { tenantId: 'acme', principalId: 'x', issuer: 'https://id.example' };
    const headers = { 'Tenant-Keys-Actor': 'jane', 'Tenant-Keys-Label': 'ticket 7' };
    const change = { headers, requestContext: { ...requestContext, authorizer } };
    const confirmed = async () => {
      requestStats()?.confirmPrincipal();
      return answerOf(200, {});
    };
    await serving(confirmed, change);
    await serving(async () => answerOf(200, {}), change);
    const [known, unknown] = lines.map((line) => JSON.parse(line));
    expect(known).toMatchObject({ issuer: 'https://id.example', actor: 'jane', label: 'ticket 7' });
    for (const name of ['issuer', 'actor', 'label'])
      expect(Object.keys(unknown)).not.toContain(name);
  });

  test('with what it changed of its tenant: what was first, and what is last', async () => {
    const changing = async () => {
      const stats = requestStats();
      const same = { displayName: 'Acme', rotationPeriodInDays: 365 };
      stats?.changeTenant({ ...same, status: 'ACTIVE' }, { ...same, status: 'OFFBOARDING' });
      const end = { ...same, status: 'OFFBOARDING', deletionDate: '2026-12-24' } as const;
      stats?.changeTenant({ ...same, status: 'OFFBOARDING' }, end);
      return answerOf(200, {});
    };
    await serving(changing);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      before: { status: 'ACTIVE' },
      after: { status: 'OFFBOARDING', deletionDate: '2026-12-24' },
    });
  });

  test('without a change that changed nothing in the end', async () => {
    const changing = async () => {
      requestStats()?.changeTenant({ status: 'ACTIVE' }, { status: 'SUSPENDED' });
      requestStats()?.changeTenant({ status: 'SUSPENDED' }, { status: 'ACTIVE' });
      return answerOf(200, {});
    };
    await serving(changing);
    expect(Object.keys(JSON.parse(lines[0] as string))).not.toContain('after');
  });

  test('whose metrics have no operation where the route is none of ours', async () => {
    await serving(async () => answerOf(200, {}), { resource: '/' });
    const { _aws, operation, Refused } = JSON.parse(lines[0] as string);
    expect([operation, Refused]).toEqual([undefined, 1]);
    expect(_aws.CloudWatchMetrics[0].Dimensions).toEqual([[]]);
  });

  test('with the code of a refusal, and for a failure the name of the error', async () => {
    await failing(badRequest('x'));
    await failing(new TypeError('x'));
    const [refused, failed] = lines.map((line) => JSON.parse(line));
    expect(refused).toMatchObject({ level: 'INFO', outcome: 'refused', code: 'bad-request' });
    expect(refused.error).toBeUndefined();
    expect(failed).toMatchObject({ level: 'ERROR', outcome: 'failed', error: 'TypeError' });
  });

  test('without what only looks like a tenant id', async () => {
    await serving(async () => answerOf(200, {}), { pathParameters: { tenantId: `x/${canary}` } });
    expect(lines.join('')).not.toContain(canary);
  });
});
