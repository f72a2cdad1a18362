/** A row of the tenant table, and the tenant that the API shows of it. */
import * as z from 'zod/mini';
import { tenantStatus } from './status.ts';
import { tenantId } from './tenant-id.ts';

/** Who is at work on a tenant, and until when nobody else may be. */
const lease = z.strictObject({
  /** the writer that holds it */
  holder: z.string(),
  /** epoch milliseconds */
  expiresAt: z.int(),
});

/** Strict: an attribute that this version does not know was written by one that knows better. */
export const tenantRow = z
  .strictObject({
    tenantId,
    status: tenantStatus,
    displayName: z.optional(z.string()),
    /** days */
    rotationPeriodInDays: z.int(),
    /** whether the caller left the period to the configuration */
    rotationPeriodByDefault: z.boolean(),
    keyArn: z.optional(z.string()),
    /** RFC 3339, like all times here */
    keyCreatedAt: z.optional(z.string()),
    /** set before KMS is asked for a key, so that a key whose ARN was never written down is searched for */
    keyRequestedAt: z.optional(z.string()),
    lease: z.optional(lease),
    createdAt: z.string(),
    updatedAt: z.string(),
    version: z.int(),
    writer: z.string(),
  })
  .check(
    z.refine(
      ({ status, keyArn }) => status === 'PROVISIONING' || keyArn !== undefined,
      'a tenant has a key once it is no longer PROVISIONING',
    ),
  );

export type TenantRow = z.output<typeof tenantRow>;
export type Lease = z.output<typeof lease>;
