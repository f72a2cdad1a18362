/** What the control plane takes and gives over HTTP. */
import * as z from 'zod/mini';
import { externalKeyArn, keyArnWithItsStore } from './external-account.ts';
import { keyStoreChange } from './key-store-change.ts';
import { keyStoreName } from './key-stores.ts';
import { keyUse } from './key-use.ts';
import { onDemandRotation } from './on-demand-rotation.ts';
import { wholeNumberText } from './query.ts';
import { tenantId } from './tenant-id.ts';
import { tenantStatus } from './tenant-status.ts';

const rotationPeriod = 'must be a whole number of days, 90-2560';
const limitText = 'must be a whole number, 1-100';

/**
 * No control, format (such as a change of direction) or unassigned characters, and no lone surrogates. A character is a
 * code point, as JSON Schema counts (JSON Schema Validation section 6.3), not one of JavaScript's units.
 */
const printable = /^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u;

/** KMS takes 90-2560 days (API reference, EnableKeyRotation). */
const rotationPeriodInDays = z
  .int(rotationPeriod)
  .check(z.gte(90, rotationPeriod), z.lte(2560, rotationPeriod));

const nameText = 'must be text of 1-256 printable characters';

const nameOr = (text: string) => z.string(text).check(z.regex(printable, text));
const name = z.optional(nameOr(nameText));

export const onboardRequest = z
  .strictObject({
    displayName: name,
    /** as contracts and registers have it; a certificate of erasure names both */
    legalName: name,
    rotationPeriodInDays: z.optional(rotationPeriodInDays),
    /** where the key is to be; absent: KMS of the product's own account */
    keyStore: z.optional(keyStoreName),
    /** of the key that is there already, in the tenant's own account */
    keyArn: z.optional(externalKeyArn),
  })
  .check(keyArnWithItsStore);
export type OnboardRequest = z.output<typeof onboardRequest>;

const changedName = z.optional(z.nullable(nameOr(`${nameText}, or null to take it away`)));

/** What is not in it stays, and null takes a name away (RFC 7396, JSON Merge Patch). */
export const tenantPatch = z
  .strictObject({ displayName: changedName, legalName: changedName })
  .check(
    z.refine((patch) => Object.keys(patch).length > 0, 'must have displayName, legalName or both'),
  );
export type TenantPatch = z.output<typeof tenantPatch>;

export const rotationRequest = z.strictObject({ rotationPeriodInDays });

/** KMS's ids of key materials are 64 hexadecimal digits (API reference, DescribeKey); Vault's are versions: v1. */
const keyMaterialText =
  'must be the id of a key material: 64 hexadecimal digits, or v and the number of a version';

export const rotateRequest = z.strictObject({
  /** the one to be superseded: where another is current already, nothing is done */
  keyMaterialId: z.optional(
    z
      .string(keyMaterialText)
      .check(z.regex(/^(?:[0-9a-f]{64}|v[1-9][0-9]{0,8})$/, keyMaterialText)),
  ),
});
export type RotateRequest = z.output<typeof rotateRequest>;

/** The body of the routes that take nothing but their path. */
export const emptyRequest = z.strictObject({});

/** KMS's (API reference, ScheduleKeyDeletion). */
const longestWindowDays = 30;

const windowTextOf = (shortestDays: number): string =>
  shortestDays === longestWindowDays
    ? `must be ${longestWindowDays} days, the shortest that this stack allows and the longest that KMS does`
    : `must be a whole number of days, ${shortestDays}-${longestWindowDays}; the shortest is this stack's`;

/** @param shortestDays by the stack's configuration */
export const offboardQuery = (shortestDays: number) => {
  const windowText = windowTextOf(shortestDays);
  const forceText = 'must be true or false';
  return z.strictObject({
    windowInDays: z.optional(wholeNumberText(shortestDays, longestWindowDays, windowText)),
    force: z._default(
      z.pipe(
        z.enum(['true', 'false'], forceText),
        z.transform((text) => text === 'true'),
      ),
      false,
    ),
  });
};

const page = {
  limit: z._default(wholeNumberText(1, 100, limitText), 50),
  cursor: z.optional(z.string('must be given once')),
};

export const rotationsQuery = z.strictObject(page);
export type RotationsQuery = z.output<typeof rotationsQuery>;

export const listQuery = z.strictObject({
  ...page,
  status: z.optional(tenantStatus),
});

/** The key as its store has it at this moment. */
export const keyDetails = z.strictObject({
  /** by KMS's names; `Missing` where the store has no such key, or the control plane may not see it */
  state: z.string(),
  rotationEnabled: z.boolean(),
  /** this and the date: only while rotation is on */
  rotationPeriodInDays: z.optional(z.int()),
  nextRotationDate: z.optional(z.string()),
  /** that encrypts what is encrypted now */
  currentKeyMaterialId: z.optional(z.string()),
  /** only while KMS is at work on an on-demand rotation */
  onDemandRotationStartedAt: z.optional(z.string()),
  /** of the 25 that KMS allows in the life of a key; absent where the store has no limit */
  onDemandRotationsLeft: z.optional(z.int()),
  /** absent where the store knows of no use */
  lastUsed: z.optional(keyUse),
  deletionDate: z.optional(z.string()),
});
export type KeyDetails = z.output<typeof keyDetails>;

export const tenant = z.strictObject({
  tenantId,
  displayName: z.optional(z.string()),
  legalName: z.optional(z.string()),
  status: tenantStatus,
  keyStore: keyStoreName,
  /** of a key in KMS; absent as long as there is none */
  keyArn: z.optional(z.string()),
  /** of a key in another store, as the store and messages name it */
  keyName: z.optional(z.string()),
  rotationPeriodInDays: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** whether the stack's configuration declares the tenant */
  declared: z.optional(z.boolean()),
  /** when the key is destroyed, or was */
  deletionDate: z.optional(z.string()),
  erasedAt: z.optional(z.string()),
  /** the last one that was asked for through the API */
  onDemandRotation: z.optional(onDemandRotation),
  /** while the key is moved from one store to another, until the key before is deleted */
  keyStoreChange: z.optional(keyStoreChange),
  key: z.optional(keyDetails),
});
export type Tenant = z.output<typeof tenant>;

/** The answer to DELETE. */
export const offboardedTenant = z.extend(tenant, { keyLastUsed: z.optional(keyUse) });

export const rotation = z.strictObject({
  keyMaterialId: z.optional(z.string()),
  /** by KMS's names: CURRENT, NON_CURRENT, PENDING_ROTATION, ... */
  state: z.optional(z.string()),
  /** AUTOMATIC or ON_DEMAND; this and the date are absent for the material that the key was created with */
  type: z.optional(z.string()),
  rotatedAt: z.optional(z.string()),
});
export type Rotation = z.output<typeof rotation>;

export const rotationList = z.strictObject({
  rotations: z.array(rotation),
  nextCursor: z.optional(z.string()),
});

/** The answer to an on-demand rotation. KMS finishes it some time later. */
export const rotationStarted = z.strictObject({
  tenantId,
  /** of a key in KMS */
  keyArn: z.optional(z.string()),
  /** of a key in another store */
  keyName: z.optional(z.string()),
  /** absent where the store has no limit */
  rotationsLeft: z.optional(z.int()),
  /** as the store has it now: another than the superseded one once the rotation is done */
  currentKeyMaterialId: z.string(),
  supersededKeyMaterialId: z.string(),
});

export const tenantList = z.strictObject({
  tenants: z.array(tenant),
  nextCursor: z.optional(z.string()),
});
