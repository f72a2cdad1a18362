import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routes } from '../../../contract/routes.ts';
import { apiPolicy } from '../../../lambdas/authorizer/api-policy.ts';
import type { Permissions } from '../../../lambdas/tokens/permissions.ts';
import { authorize } from '../../../local/iam/authorize.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';

const stage = 'arn:aws:execute-api:eu-central-1:111122223333:a1b2c3/v1';
const methodArn = `${stage}/POST/tenants/acme/encrypt`;
const tenant: Permissions = { scopes: new Set(['tenant-keys/crypto']), tenantId: 'acme' };
const watchfulTenant: Permissions = {
  scopes: new Set(['tenant-keys/crypto', 'tenant-keys/audit']),
  tenantId: 'acme',
};
const admin: Permissions = { scopes: new Set(['tenant-keys/admin']) };
const auditor: Permissions = { scopes: new Set(['tenant-keys/audit-all']) };
/** what an auditor may do, written out: none of it changes anything */
const auditors = [
  'GET /tenants',
  'GET /tenants/{tenantId}',
  'GET /tenants/{tenantId}/external-account',
  'GET /tenants/{tenantId}/key/rotations',
  'GET /tenants/{tenantId}/erasure-certificate',
  'GET /key-stores',
  'GET /certificate-key',
  'GET /tenants/{tenantId}/audit',
  'GET /audit',
];

/** Decided as API Gateway decides, by the local stack's evaluator. */
function allows(permissions: Permissions | undefined, request: string): boolean {
  const caller = {
    arn: 'somebody',
    principalArn: 'somebody',
    accountId: '111122223333',
    userId: 'somebody',
    tags: {},
    identityPolicies: [parsePolicy(apiPolicy(permissions, methodArn), 'token', 'identity')],
  };
  const access = { action: 'execute-api:Invoke', resource: `${stage}/${request}`, context: {} };
  return authorize(caller, access).allowed;
}

const dataPlane = [
  'POST encrypt',
  'POST decrypt',
  'POST reencrypt',
  'POST encrypt-batch',
  'POST decrypt-batch',
  'POST reencrypt-batch',
  'POST inspect',
  'POST data-keys',
  'POST data-keys/decrypt',
  'POST mac',
  'POST mac-batch',
  'PUT mac-keys',
  'POST mac-keys/rewrap',
].map((route) => route.split(' ') as [method: string, operation: string]);

test("a tenant's policy is each route of the data plane, with and without a slash at its end, and nothing else", () => {
  expect(apiPolicy(tenant, methodArn)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: dataPlane.flatMap(([method, operation]) =>
          ['', '/'].map((end) => `${stage}/${method}/tenants/acme/${operation}${end}`),
        ),
      },
    ],
  });
});

test('it is the same whichever path of the API was asked for first', () => {
  const other = apiPolicy(tenant, `${stage}/GET/tenants`);
  expect(other).toEqual(apiPolicy(tenant, methodArn));
});

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  (_, { method, path, plane }) => {
    const request = `${method}${path.replace('{tenantId}', 'acme')}`;

    test("is a tenant's only on the data plane, and only its own", () => {
      expect(allows(tenant, request)).toBe(plane === 'crypto');
      for (const other of ['acme2', 'acm', 'Acme', '*', 'acme/x', 'x/acme']) {
        expect(allows(tenant, request.replace('acme', other))).toBe(false);
      }
    });

    test("is a tenant's that may audit on the data plane and its audit, and only its own", () => {
      const isOwnAudit = plane === 'audit' && path.includes('{tenantId}');
      expect(allows(watchfulTenant, request)).toBe(plane === 'crypto' || isOwnAudit);
      for (const other of ['acme2', 'acm', 'Acme', '*', 'acme/x', 'x/acme']) {
        expect(allows(watchfulTenant, request.replace('acme', other))).toBe(false);
      }
    });

    test("is an auditor's only where nothing is changed or used, of whichever tenant", () => {
      for (const id of ['acme', 'globex', 'a/b']) {
        const allowed = auditors.includes(`${method} ${path}`);
        expect(allows(auditor, request.replace('acme', id))).toBe(allowed);
      }
    });

    test("is an administrator's only on the control plane and its audit", () => {
      for (const id of ['acme', 'globex', 'a/b']) {
        expect(allows(admin, request.replace('acme', id))).toBe(plane !== 'crypto');
      }
    });

    test('is not for a token without permissions', () => {
      expect(allows(undefined, request)).toBe(false);
    });
  },
);

test("an administrator is denied the data plane's routes by name, since * goes beyond slashes", () => {
  expect(apiPolicy(admin, methodArn).Statement[1]).toEqual({
    Effect: 'Deny',
    Action: 'execute-api:Invoke',
    Resource: [
      ...dataPlane.flatMap(([method, operation]) => {
        const route = `${stage}/${method}/tenants/*/${operation}`;
        // An Allow of PUT/tenants/* goes that far.
        return operation === 'mac-keys' ? [route, `${route}/`] : [route];
      }),
      `${stage}/*%*`,
    ],
  });
});

test('what is allowed by a pattern is not allowed by name as well, since the size is limited', () => {
  const [allow] = apiPolicy(admin, methodArn).Statement;
  expect(allow?.Resource).toContain(`${stage}/GET/tenants/*`);
  expect(allow?.Resource).not.toContain(`${stage}/GET/tenants/*/key/rotations`);
});

test("an auditor's policy allows GET only", () => {
  const [allow] = apiPolicy(auditor, methodArn).Statement;
  expect(allow?.Resource.length).toBeGreaterThan(0);
  for (const arn of allow?.Resource ?? []) expect(arn.startsWith(`${stage}/GET/`)).toBe(true);
});

test('a slash at the end of a path changes nothing for anybody, whatever AWS asks about', () => {
  for (const permissions of [tenant, watchfulTenant, admin, auditor, undefined]) {
    for (const { method, path } of routes) {
      const request = `${method}${path.replace('{tenantId}', 'acme')}`;
      expect(allows(permissions, `${request}/`)).toBe(allows(permissions, request));
    }
  }
});

test("a path that is escaped in the ARN is nobody's, be it a tenant or an administrator", () => {
  const escaped = fc
    .array(fc.tuple(fc.constantFrom(...'acme2/.*'), fc.boolean()), { minLength: 1 })
    .map((each) =>
      each
        .map(([one, isEscaped]) => (isEscaped ? `%${one.charCodeAt(0).toString(16)}` : one))
        .join(''),
    )
    .filter((id) => id.includes('%'));
  fc.assert(
    fc.property(escaped, fc.constantFrom(...routes), (id, { method, path }) => {
      const request = `${method}${path.replace('{tenantId}', id)}`;
      if (!request.includes('%')) return;
      for (const permissions of [tenant, watchfulTenant, admin, auditor]) {
        expect(allows(permissions, request)).toBe(false);
      }
    }),
  );
});

test('another stage and another API are out of reach', () => {
  const [statement] = apiPolicy(admin, methodArn).Statement;
  for (const arn of statement?.Resource ?? []) expect(arn.startsWith(`${stage}/`)).toBe(true);
});

test.each([
  'arn:aws:execute-api:eu-central-1:111122223333:a1b2c3',
  'arn:aws:lambda:eu-central-1:111122223333:function:x/v1/GET/tenants',
  '*',
  '',
])('a method ARN that is none gives no policy: "%s"', (arn) => {
  expect(() => apiPolicy(admin, arn)).toThrow('method ARN');
});

/**
 * Of what an authorizer gives, WebSocket APIs take 8 KB (API Gateway, quotas of WebSocket APIs). For REST APIs, which
 * this one is, AWS documents no limit. To be on the safe side the policy leaves 1 KB of that to the principal and the
 * context, with the longest region and partition and with a stage of half the length that API Gateway takes.
 */
const mostBytes = 8192 - 1024;

test.each([
  ['an administrator', admin],
  ['an auditor', auditor],
  ['a tenant', { ...watchfulTenant, tenantId: 'a'.repeat(63) }],
])('the policy of %s is below the limit of the API Gateway that has one', (_, permissions) => {
  const longest = `arn:aws-us-gov:execute-api:ap-southeast-2:111122223333:a1b2c3d4e5/${'s'.repeat(64)}`;
  const policy = apiPolicy(permissions, `${longest}/GET/tenants`);
  expect(JSON.stringify(policy).length).toBeLessThan(mostBytes);
});
