/**
 * A stack's name, and the names that are made of it. Invariant: two stacks of different names in one account and region
 * share none of them, and no policy or pattern for the names of one matches a name of the other. So a name has letters
 * and digits only: what is put after it begins with another character, and no name followed by that one begins another.
 */
import * as z from 'zod/mini';

/** Of a stack whose configuration says nothing else. */
export const defaultName = 'TenantKeys';

/** CloudFormation's rule for names of stacks, without hyphens; the length leaves room in the names of its resources. */
export const stackNamePattern = /^[A-Za-z][A-Za-z0-9]{1,31}$/;

export const stackName = z.string().check(z.regex(stackNamePattern));

/** In lower case, by which the stack of the default name has always been known; a name has no hyphen. */
const idOf = (name: string): string =>
  name === defaultName ? 'tenant-keys' : `tenant-keys-${name}`;

export interface ProductTag {
  readonly key: typeof productTagKey;
  readonly value: string;
}

export interface StackNames {
  /** of alarms, trail and dashboard, with a hyphen and more; alone of the stack, and CloudWatch's namespace of its metrics */
  readonly name: string;
  /** of the API, and the source of the stack's events on the event bus */
  readonly id: string;
  /** The tag that marks a KMS key as made by this stack, and a role as one of the stack's. */
  readonly productTag: ProductTag;
  /** The same of the keys of this stack's canary, which are no tenant's. A name has no slash: it is no stack's tag. */
  readonly canaryTag: ProductTag;
  /** @returns the alias name of the tenant's key, `alias/tenant-keys/<tenantId>` by default */
  aliasOf(tenantId: string): string;
  /** @returns the alias name of a key of the stack's own: not where it could be taken for a tenant's */
  ownAliasOf(
    key: 'product' | 'certificates' | 'certificates-post-quantum' | `issuer-${number}`,
  ): string;
}

export const productTagKey = 'ManagedBy';

/** @param name that {@link stackName} takes */
export function stackNames(name: string): StackNames {
  const id = idOf(name);
  return {
    name,
    id,
    productTag: { key: productTagKey, value: id },
    canaryTag: { key: productTagKey, value: `${id}/canary` },
    aliasOf: (tenantId) => `alias/${id}/${tenantId}`,
    ownAliasOf: (key) => `alias/${id}-${key}`,
  };
}
