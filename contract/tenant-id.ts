/**
 * A tenant id is a DNS label in lower case, 2-63 characters, because it must be, unchanged, a role
 * session name, a tag value, a part of an alias name, a path segment and a literal in a policy:
 * no character of it means anything to any of those.
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

/** The spelling of the tag, of the session tag and of the encryption-context key. */
export const tenantIdTag = 'TenantId';

/** The tag that marks a KMS key as made by this product. */
export const productTag = { key: 'ManagedBy', value: 'tenant-keys' } as const;

/** @returns the alias name of the tenant's key, `alias/tenant-keys/<tenantId>` */
export const aliasOf = (id: string): string => `alias/tenant-keys/${id}`;
