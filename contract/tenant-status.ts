/** The states of a tenant's life. */
import * as z from 'zod/mini';

/** PROVISIONING -> ACTIVE <-> SUSPENDED -> OFFBOARDING -> ERASED; lambdas/tenants/registry/status.ts has the rules. */
export const tenantStatus = z.enum(
  ['PROVISIONING', 'ACTIVE', 'SUSPENDED', 'OFFBOARDING', 'ERASED'],
  'must be PROVISIONING, ACTIVE, SUSPENDED, OFFBOARDING or ERASED',
);
export type TenantStatus = z.output<typeof tenantStatus>;
