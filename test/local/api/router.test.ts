import { describe, expect, test } from '@jest/globals';
import { findRoute } from '../../../local/api/router.ts';
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
