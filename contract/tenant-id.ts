/**
 * A tenant id is a DNS label in lower case, 2-63 characters. Invariant: unchanged, it is a valid role session name, tag
 * value, part of an alias name, path segment and literal in a policy; none of its characters has a meaning in any of
 * those.
 */
import * as z from 'zod/mini';

export const tenantId = z
  .string()
  .check(
    z.regex(
      /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/,
      'a tenant id is 2-63 characters: lower-case letters, digits and hyphens, no hyphen at either end',
    ),
  );

/** The name of the tag, of the session tag and of the encryption-context key. */
export const tenantIdTag = 'TenantId';

/** @returns the description of the tenant's key, by which among others the product knows a key that it made */
export const keyDescription = (id: string): string => `tenant-keys: tenant ${id}`;
