/** What the control plane takes and gives over HTTP, once: handlers, OpenAPI and clients use these. */
import * as z from 'zod/mini';
import type { TenantRow } from './row.ts';
import { tenantStatus } from './status.ts';
import { tenantId } from './tenant-id.ts';

const rotationPeriod = 'must be a whole number of days, 90-2560';
const limitText = 'must be a whole number, 1-100';

/** Printable: no control, format (such as a change of direction) or unassigned characters, no lone surrogates. */
const printable = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;

export const onboardRequest = z.strictObject({
  displayName: z.optional(
    z
      .string('must be text of 1-256 printable characters')
      .check(
        z.minLength(1, 'must be text of 1-256 printable characters'),
        z.maxLength(256, 'must be text of 1-256 printable characters'),
        z.regex(printable, 'must be text of 1-256 printable characters'),
      ),
  ),
  /** KMS takes 90-2560 days (API reference, EnableKeyRotation) */
  rotationPeriodInDays: z.optional(
    z.int(rotationPeriod).check(z.gte(90, rotationPeriod), z.lte(2560, rotationPeriod)),
  ),
});
export type OnboardRequest = z.output<typeof onboardRequest>;

export const listQuery = z.strictObject({
  limit: z._default(
    z.pipe(
      z.string(limitText).check(z.regex(/^[1-9][0-9]{0,2}$/, limitText)),
      z.pipe(z.transform(Number), z.number().check(z.lte(100, limitText))),
    ),
    50,
  ),
  cursor: z.optional(z.string('must be given once')),
  status: z.optional(tenantStatus),
});
export type ListQuery = z.output<typeof listQuery>;

/** The key as KMS has it at this moment. */
export const liveKey = z.strictObject({
  /** KMS's key state; `Missing` where KMS has no such key, or none that the control plane may see */
  state: z.string(),
  rotationEnabled: z.boolean(),
  /** days; only while rotation is on, like the date */
  rotationPeriodInDays: z.optional(z.int()),
  nextRotationDate: z.optional(z.string()),
});
export type LiveKey = z.output<typeof liveKey>;

export const tenant = z.strictObject({
  tenantId,
  displayName: z.optional(z.string()),
  status: tenantStatus,
  keyArn: z.optional(z.string()),
  rotationPeriodInDays: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  key: z.optional(liveKey),
});
export type Tenant = z.output<typeof tenant>;

export const tenantList = z.strictObject({
  tenants: z.array(tenant),
  nextCursor: z.optional(z.string()),
});
export type TenantList = z.output<typeof tenantList>;

/** @returns the tenant as the API shows it: nothing of leases, versions and writers */
export const tenantOf = (row: TenantRow): Tenant => ({
  tenantId: row.tenantId,
  displayName: row.displayName,
  status: row.status,
  keyArn: row.keyArn,
  rotationPeriodInDays: row.rotationPeriodInDays,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
});
