/** What the audit has of a request to Vault: known names, a tenant's id, and nothing else of a path. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { operationOf } from '../../../../lambdas/key-stores/vault/vault-call.ts';

const mounts = { transitMount: 'kv/transit-of-ours', authMount: 'jwt/tenants' };
const seen = (method: string, path: string, body?: object) => {
  const { operation, tenantId } = operationOf({ method, path, ...(body && { body }) }, mounts);
  return [operation, tenantId];
};

test.each([
  ['POST', 'kv/transit-of-ours/datakey/plaintext/acme', 'transit/datakey/plaintext'],
  ['POST', 'kv/transit-of-ours/datakey/wrapped/acme', 'transit/datakey/wrapped'],
  ['POST', 'kv/transit-of-ours/encrypt/acme', 'transit/encrypt'],
  ['POST', 'kv/transit-of-ours/decrypt/acme', 'transit/decrypt'],
  ['GET', 'kv/transit-of-ours/keys/acme', 'transit/keys'],
  ['POST', 'kv/transit-of-ours/keys/acme/rotate', 'transit/keys/rotate'],
  ['POST', 'kv/transit-of-ours/keys/acme/config', 'transit/keys/config'],
  ['DELETE', 'kv/transit-of-ours/keys/acme', 'transit/keys'],
  ['DELETE', 'auth/jwt/tenants/role/tenant-acme', 'auth/role'],
  ['POST', 'sys/policies/acl/jwt/tenants-tenant-acme', 'sys/policies/acl'],
  ['GET', 'sys/policy/jwt/tenants-tenant-acme', 'sys/policy'],
])('%s %s is about the tenant', (method, path, name) => {
  expect(seen(method, path)).toEqual([`${method} ${name}`, 'acme']);
});

test('a sign-in is the tenant’s whose role it is; the product’s own is nobody’s', () => {
  const path = 'auth/jwt/tenants/login';
  expect(seen('POST', path, { role: 'tenant-acme', jwt: 'x' })).toEqual([
    'POST auth/login',
    'acme',
  ]);
  expect(seen('POST', path, { role: 'reconciler', jwt: 'x' })).toEqual([
    'POST auth/login',
    undefined,
  ]);
});

test.each([
  ['LIST', 'kv/transit-of-ours/keys', 'LIST transit/keys'],
  ['GET', 'sys/policies/acl/jwt/tenants-tenant', 'GET sys/policies/acl'],
  ['GET', 'another-mount/decrypt/acme', 'GET other'],
  ['POST', 'kv/transit-of-ours/export/encryption-key/acme', 'POST other'],
])('%s %s is about no tenant', (method, path, operation) => {
  expect(seen(method, path)).toEqual([operation, undefined]);
});

test('whatever a path has, an operation is one of the known names', () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('..', 'hvb.AAAA', 'Acme', 'keys', '%2F', '\n'),
  );
  const prefix = fc.constantFrom(
    'kv/transit-of-ours/decrypt/',
    'kv/transit-of-ours/',
    'auth/jwt/tenants/role/tenant-',
    'sys/policies/acl/jwt/tenants-tenant-',
    '',
  );
  fc.assert(
    fc.property(prefix, fc.array(part), (prefix, parts) => {
      const [operation, tenant] = seen('POST', `${prefix}${parts.join('/')}`);
      expect(operation).toMatch(/^POST (?:other|[a-z]+(?:\/[a-z]+){1,2})$/);
      expect(tenant ?? 'acme').toMatch(/^[a-z0-9][a-z0-9-]*[a-z0-9]$/);
    }),
  );
});
