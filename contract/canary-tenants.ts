/**
 * The canary's two tenants. Invariant: no customer is ever one of them, since a tenant id has no underscore, while the
 * name of a session and the value of a tag may have one. They have no row in the registry.
 */
export const tenantA = 'canary_a';
export const tenantB = 'canary_b';

export const canaryTenants = [tenantA, tenantB] as const;
export type CanaryTenant = (typeof canaryTenants)[number];

/** Neither a tenant's id nor one of these two: the canary must not become it, nor any customer. */
export const stranger = 'canary_c';
