import { describe, expect, test } from '@jest/globals';
import { findFixedAnswer, findRoute } from '../../../local/api/router.ts';
import type { ApiDefinition, MethodDefinition } from '../../../local/api/template.ts';

const method = (httpMethod: string, resourcePath: string): MethodDefinition => ({
  httpMethod,
  resourcePath,
  resourceId: resourcePath,
  authorizer: { id: 'a', functionArn: 'f', ttlSeconds: 0 },
  functionArn: 'f',
  requestParameters: {},
  timeoutMs: 1,
});
const fixed = (httpMethod: string, resourcePath: string) => ({
  httpMethod,
  resourcePath,
  status: 405,
  headers: {},
  template: '',
});
const api: ApiDefinition = {
  apiId: 'api',
  stage: 'v1',
  binaryMediaTypes: [],
  methods: [
    method('PUT', '/tenants'),
    method('PUT', '/tenants/{tenantId}'),
    method('PUT', '/tenants/special'),
    method('POST', '/tenants/{tenantId}/encrypt'),
  ],
  fixedAnswers: [
    fixed('ANY', '/tenants'),
    fixed('ANY', '/tenants/{tenantId}'),
    fixed('GET', '/problems'),
  ],
  gatewayResponses: new Map(),
};
const found = (httpMethod: string, path: string) => {
  const route = findRoute(api, httpMethod, path);
  return route && [route.method.resourcePath, route.pathParameters];
};

describe('routes', () => {
  test.each([
    ['a variable', 'PUT', '/v1/tenants/acme', ['/tenants/{tenantId}', { tenantId: 'acme' }]],
    ['percent-encoding', 'PUT', '/v1/tenants/a%2fb', ['/tenants/{tenantId}', { tenantId: 'a/b' }]],
    ['a literal before a variable', 'PUT', '/v1/tenants/special', ['/tenants/special', {}]],
    ['a slash at the end', 'PUT', '/v1/tenants/', ['/tenants', {}]],
    ['another stage', 'PUT', '/v2/tenants/acme', undefined],
    ['no stage', 'PUT', '/tenants/acme', undefined],
    ['another method', 'GET', '/v1/tenants/acme', undefined],
    ['dots are not followed', 'POST', '/v1/tenants/acme/../globex/encrypt', undefined],
    ['an empty part', 'POST', '/v1/tenants//encrypt', undefined],
    ['broken encoding', 'PUT', '/v1/tenants/%zz', undefined],
    ['a longer path', 'POST', '/v1/tenants/acme/encrypt/more', undefined],
  ])('%s', (_, httpMethod, path, expected) => {
    expect(found(httpMethod, path)).toEqual(expected);
  });
});

describe('a fixed answer', () => {
  test.each([
    ['to a method that the path has not', 'PATCH', '/v1/tenants/acme', '/tenants/{tenantId}'],
    ['to a method by its name', 'GET', '/v1/problems', '/problems'],
    ['not to another method than that', 'POST', '/v1/problems', undefined],
    ['not to a path that nobody knows', 'PATCH', '/v1/nothing', undefined],
    ['not on another stage', 'PATCH', '/v2/tenants/acme', undefined],
    ['not to a method that ANY does not stand for', 'TRACE', '/v1/tenants/acme', undefined],
  ])('%s', (_, httpMethod, path, expected) => {
    expect(findFixedAnswer(api, httpMethod, path)?.resourcePath).toBe(expected);
  });
});
