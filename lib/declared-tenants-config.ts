/** The context key `tenants`: a list, or with `-c` the JSON text of one. */
import { z } from 'zod';
import { tenantId } from '../contract/tenant-id.ts';
import { onboardRequest } from '../contract/tenants.ts';

/** Three resources a tenant; a template holds 500 (CloudFormation, quotas). */
const most = 100;

const text =
  `must be a list of at most ${most} tenants, ` +
  '{"tenantId", "displayName"?, "rotationPeriodInDays"?} each, or JSON text of one';

const tenant = z.strictObject({ tenantId, ...onboardRequest.shape });

export type DeclaredTenant = Readonly<z.output<typeof tenant>>;

export const declaredTenants = z.preprocess(
  parsed,
  z.array(tenant, text).max(most, text).superRefine(unique).readonly(),
);

/** What is not JSON stays text, which is no list. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function unique(tenants: readonly DeclaredTenant[], context: z.core.$RefinementCtx): void {
  for (const [index, { tenantId: id }] of tenants.entries()) {
    if (tenants.findIndex((other) => other.tenantId === id) === index) continue;
    context.addIssue({
      code: 'custom',
      path: [index, 'tenantId'],
      message: `${id} stands in the list twice`,
    });
  }
}
