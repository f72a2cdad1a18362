import { describe, expect, test } from '@jest/globals';
import { allowOrigin, statusOf } from '../../../lib/api/cors.ts';
import { mockMethod, readFixedAnswer } from '../../../local/api/fixed-answer.ts';
import { answerFixed } from '../../../local/api/mock-integration.ts';

const json = 'application/json';
const allow = 'method.response.header.Allow';
const asText = { ContentHandling: 'CONVERT_TO_TEXT' };
const response = {
  StatusCode: '405',
  ...asText,
  ResponseParameters: { [allow]: "'GET, PUT'" },
  ResponseTemplates: { [json]: '{"requestId":"$context.requestId"}' },
};
const integration = {
  Type: 'MOCK',
  ...asText,
  PassthroughBehavior: 'NEVER',
  RequestTemplates: { [json]: '{"statusCode":405}' },
  IntegrationResponses: [response],
};
const method = {
  RestApiId: 'api',
  ResourceId: 'r',
  HttpMethod: 'ANY',
  AuthorizationType: 'NONE',
  Integration: integration,
  MethodResponses: [{ StatusCode: '405', ResponseParameters: { [allow]: true } }],
};
const read = (change: object = {}) =>
  readFixedAnswer(mockMethod.parse({ ...method, ...change }), '/tenants');
const withResponse = (change: object) =>
  read({ Integration: { ...integration, IntegrationResponses: [{ ...response, ...change }] } });

const withType = (type?: string) => ({
  httpMethod: 'POST',
  requestId: 'r-1',
  headers: new Map(type === undefined ? [] : [['content-Type', [type]]]),
});

test('is the same to everybody, but for the request id', () => {
  for (const type of [undefined, json, 'Application/JSON; charset=utf-8']) {
    expect(answerFixed(read(), withType(type))).toEqual({
      status: 405,
      headers: { Allow: 'GET, PUT' },
      body: '{"requestId":"r-1"}',
    });
  }
});

test.each(['text/plain', 'application/octet-stream', ''])(
  'is a 415 to a body of type %p',
  (type) => {
    expect(() => answerFixed(read(), withType(type))).toThrow('UNSUPPORTED_MEDIA_TYPE');
  },
);

describe('a template of CORS', () => {
  const origin = 'method.response.header.Access-Control-Allow-Origin';
  const origins = ['https://app.example.com'];
  const answers = ['405', '204'].map((StatusCode) => ({
    StatusCode,
    ...asText,
    ResponseParameters: { [allow]: "'GET, PUT'" },
    ResponseTemplates: { [json]: allowOrigin(origins) },
  }));
  const RequestTemplates = { [json]: statusOf(origins, 405, 204) };
  const declared = (parameters: object) =>
    ['405', '204'].map((StatusCode) => ({ StatusCode, ResponseParameters: parameters }));
  const readWith = (change: object = {}, parameters: object = { [allow]: true, [origin]: true }) =>
    read({
      Integration: { ...integration, RequestTemplates, IntegrationResponses: answers, ...change },
      MethodResponses: declared(parameters),
    });

  const asking = (httpMethod: string, ...lines: readonly (readonly [string, string[]])[]) => {
    const { status, headers } = answerFixed(readWith(), {
      httpMethod,
      requestId: 'r-1',
      headers: new Map(lines),
    });
    return [status, headers['Access-Control-Allow-Origin']];
  };

  test.each<[string, string, [string, string[]][], [number, string | undefined]]>([
    ['a preflight', 'OPTIONS', [['Origin', origins]], [204, origins[0]]],
    ['in lower case', 'OPTIONS', [['origin', origins]], [204, origins[0]]],
    ['another method', 'PUT', [['Origin', origins]], [405, origins[0]]],
    ['another origin', 'OPTIONS', [['Origin', ['https://evil.com']]], [405, undefined]],
    ['no origin', 'OPTIONS', [], [405, undefined]],
    // Neither is what the template asks for.
    ['upper case', 'OPTIONS', [['ORIGIN', origins]], [405, undefined]],
    ['another header', 'OPTIONS', [['Referer', origins]], [405, undefined]],
  ])('%s', (_, method, lines, answer) => {
    expect(asking(method, ...lines)).toEqual(answer);
  });

  test.each<[string, () => unknown]>([
    ['with a header that is not declared', () => readWith({}, { [allow]: true })],
    [
      'that chooses an answer that is not there',
      () => readWith({ IntegrationResponses: answers.slice(0, 1) }),
    ],
    [
      'that never chooses an answer',
      () => readWith({ RequestTemplates: integration.RequestTemplates }),
    ],
    [
      'that chooses by other origins than it names',
      () => readWith({ RequestTemplates: { [json]: statusOf(['https://evil.com'], 405, 204) } }),
    ],
  ])('%s stops the start', (_, act) => {
    expect(act).toThrow();
  });
});

describe('what this gateway would not answer as AWS does stops the start', () => {
  test.each<[string, () => unknown]>([
    ['a directive', () => withResponse({ ResponseTemplates: { [json]: '#if(true)x#end' } })],
    [
      'another variable',
      () => withResponse({ ResponseTemplates: { [json]: '$context.identity.sourceIp' } }),
    ],
    ['what the client sent', () => withResponse({ ResponseTemplates: { [json]: '$input.body' } })],
    [
      'a header of the request',
      () => withResponse({ ResponseParameters: { [allow]: 'method.request.header.x' } }),
    ],
    [
      'a header that is not declared',
      () => withResponse({ ResponseParameters: { [`${allow}ed`]: "'x'" } }),
    ],
    [
      'a text that a client may get decoded as base64',
      () => withResponse({ ContentHandling: undefined }),
    ],
    ['two statuses', () => withResponse({ StatusCode: '404' })],
    ['credentials', () => read({ Integration: { ...integration, Credentials: 'arn' } })],
    ['an authorizer', () => read({ AuthorizationType: 'CUSTOM', AuthorizerId: 'a' })],
    [
      'a body that is passed on',
      () => read({ Integration: { ...integration, PassthroughBehavior: 'WHEN_NO_MATCH' } }),
    ],
  ])('%s', (_, act) => {
    expect(act).toThrow();
  });
});
