/** Tenants whose keys CloudFormation makes. */
import { z } from 'zod';
import { tenantId } from '../../contract/tenant-id.ts';
import { onboardRequest } from '../../contract/tenants.ts';
import { noneTwice, valueOrJson } from './list.ts';

/**
 * Three resources a tenant beside the stack's own; a template holds 500 and 1 MB (CloudFormation, quotas). Some are left,
 * so that a stack with so many tenants takes the next version as well.
 */
export const mostTenants = 40;

const text =
  `must be a list of at most ${mostTenants} tenants, ` +
  '{"tenantId", "displayName"?, "legalName"?, "rotationPeriodInDays"?} each, or JSON text of one';

const { displayName, legalName, rotationPeriodInDays } = onboardRequest.shape;

/** Its key is in KMS: CloudFormation makes it. */
const declaredTenant = z.strictObject({ tenantId, displayName, legalName, rotationPeriodInDays });

export type DeclaredTenant = Readonly<z.output<typeof declaredTenant>>;

export const declaredTenants = valueOrJson(
  z
    .array(declaredTenant, text)
    .max(mostTenants, text)
    .superRefine(noneTwice('tenantId', (id) => `${id} stands in the list twice`))
    .readonly(),
);
