/**
 * The two tenants that the canary owns. Invariant: no customer is ever one of them, since no tenant id has an
 * underscore, which the name of a session and the value of a tag may have. They have no row in the registry.
 */
export const tenantA = 'canary_a';
export const tenantB = 'canary_b';

export const canaryTenants = [tenantA, tenantB] as const;
export type CanaryTenant = (typeof canaryTenants)[number];

/** Nobody's id, and not one of the two: the canary must not become it, as it must not become a customer. */
export const stranger = 'canary_c';
