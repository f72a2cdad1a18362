/** Who may ask which plane, as the authorizer says in the event: each route, asked of the handler of its plane. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { isControlPlane, type Plane, routes } from '../../../contract/routes.ts';
import { type ApiHandler, apiHandler, type Serve } from '../../../lambdas/http/api-handler.ts';
import { answerOf, contextOf, eventOf } from './event.ts';

beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const served: Serve = async () => answerOf(200, {});

/** @returns a handler of the plane whose operations do all that they are asked */
function handlerOf(plane: Plane): ApiHandler {
  const own = routes.filter((route) => route.plane === plane);
  return apiHandler<Plane>(
    Object.fromEntries(own.map(({ operation }) => [operation, served])) as never,
  );
}

/** @param authorizer what the event has from the authorizer */
async function statusFor(route: (typeof routes)[number], authorizer: unknown): Promise<number> {
  const event = eventOf({
    httpMethod: route.method,
    resource: route.path,
    requestContext: { requestId: 'x', authorizer } as APIGatewayProxyEvent['requestContext'],
  });
  return (await handlerOf(route.plane)(event, contextOf())).statusCode;
}

const principalId = 'somebody';
const named = routes.map((route) => [`${route.method} ${route.path}`, route] as const);

describe.each(named.filter(([, { plane }]) => isControlPlane(plane)))('%s', (_, route) => {
  test.each([
    ['the tenant of the path', { principalId, tenantId: 'acme' }],
    ['another tenant', { principalId, tenantId: 'globex' }],
    ['a tenant without a name', { principalId, tenantId: '' }],
    ['a tenant that is null', { principalId, tenantId: null }],
    ['a tenant that is undefined', { principalId, tenantId: undefined }],
  ])('refuses an event whose authorizer names %s', async (__, authorizer) => {
    expect(await statusFor(route, authorizer)).toBe(403);
  });

  test('serves one whose authorizer names a principal and no tenant', async () => {
    expect(await statusFor(route, { principalId })).toBe(200);
  });
});

describe.each(named.filter(([, { plane }]) => plane !== 'crypto'))('%s', (_, route) => {
  test.each([
    ['no authorizer', undefined],
    ['an authorizer that is null', null],
    ['an authorizer that says nothing', {}],
    ['an authorizer that is a text', 'somebody'],
    ['a principal without a name', { principalId: '' }],
    ['a principal that is no text', { principalId: ['somebody'] }],
  ])('refuses an event with %s', async (__, authorizer) => {
    expect(await statusFor(route, authorizer)).toBe(403);
  });
});

test('the audit serves a tenant and who names none, and itself compares the tenant with the path', async () => {
  for (const [, route] of named.filter(([, { plane }]) => plane === 'audit')) {
    expect(await statusFor(route, { principalId })).toBe(200);
    expect(await statusFor(route, { principalId, tenantId: 'acme' })).toBe(200);
  }
});
