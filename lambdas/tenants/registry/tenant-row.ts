/** A row of the tenant table, and the tenant that the API shows of it. */

import * as z from 'zod/mini';
import type { KeyStoreChange } from '../../../contract/key-store-change.ts';
import { defaultKeyStore, keyStoreName } from '../../../contract/key-stores.ts';
import { keyUse } from '../../../contract/key-use.ts';
import { onDemandRotation } from '../../../contract/on-demand-rotation.ts';
import { tenantId } from '../../../contract/tenant-id.ts';
import { tenantStatus } from '../../../contract/tenant-status.ts';
import type { Tenant } from '../../../contract/tenants.ts';
import { intent, statusRules } from './status.ts';

/** Which invocation is at work on a tenant, and until when no other may be. */
const lease = z.strictObject({
  /** the writer that holds it */
  holder: z.string(),
  /** epoch milliseconds */
  expiresAt: z.int(),
});

/** What is written down when a deletion is asked for, since KMS tells nothing of a key that is deleted. */
const offboarding = z.strictObject({
  windowInDays: z.int(),
  /** the principal of the token: its subject or client */
  requestedBy: z.string(),
  requestedAt: z.string(),
  keyMaterialIds: z.array(z.string()),
  keyLastUsed: z.optional(keyUse),
  /** like `kmsRequestId`, known once KMS has scheduled the deletion */
  deletionDate: z.optional(z.string()),
  /** of ScheduleKeyDeletion; CloudTrail has it as `requestID` */
  kmsRequestId: z.optional(z.string()),
});

/** As the onboarding, or the declaration, had it: what the same again is compared with. */
const onboardedWith = z.strictObject({
  displayName: z.optional(z.string()),
  legalName: z.optional(z.string()),
  /** days */
  rotationPeriodInDays: z.int(),
  /** whether the caller left the period to the configuration */
  rotationPeriodByDefault: z.boolean(),
  keyStore: z.optional(keyStoreName),
  /** of a key that the tenant has in its own account */
  keyArn: z.optional(z.string()),
});

/**
 * As KMS spells it. CloudTrail names the key by its ARN, by which the indexer finds the tenant: a key that the row
 * names by its id or its alias could be used as well, and would be nobody's to the audit.
 */
export const keyArn = z
  .string()
  .check(
    z.regex(/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[a-z0-9-]+$/, 'must be the ARN of a key'),
  );

/** What names a key, and what the product knows of it. */
const keyMembers = {
  /** of a key in KMS of this account */
  keyArn: z.optional(keyArn),
  /** of a key in another store, as the store and messages name it: of one in the tenant's own account, its ARN */
  keyName: z.optional(z.string().check(z.minLength(1))),
  /** of the identity as whom the tenant signs in to such a store, where the store gives each tenant one */
  keyClientId: z.optional(z.string().check(z.minLength(1))),
  /** RFC 3339, like all times here */
  keyCreatedAt: z.optional(z.string()),
};

/** The key that is being made in another store, while the tenant's key is moved there. Nothing uses it yet. */
const nextKey = z.strictObject({
  keyStore: keyStoreName,
  ...keyMembers,
  keyRequestedAt: z.optional(z.string()),
  requestedAt: z.string(),
});

/** Counted by the reconciler, which alone may look at the mac keys of every tenant. */
const macKeyCount = z.strictObject({
  /** for how many purposes they are not under the tenant's key */
  left: z.int(),
  countedAt: z.string(),
});

/** The key before the last change of store. It has a life of its own: as a tenant's, its end is explicit. */
const previousKey = z.strictObject({
  keyStore: keyStoreName,
  ...keyMembers,
  rotation: z.optional(onDemandRotation),
  /** from when on it encrypts nothing: later than any function has a row that was read before the change */
  since: z.string(),
  macKeys: z.optional(macKeyCount),
  /** absent: that of the tenant */
  status: z.optional(z.literal('OFFBOARDING')),
  intent: z.optional(z.enum(['offboard', 'restore'])),
  offboarding: z.optional(offboarding),
  /** whether its deletion was asked for with the tenant's, so that it is restored with the tenant */
  withTenant: z.optional(z.literal(true)),
});

/** A key that is deleted, for the certificate of erasure. */
const formerKey = z.strictObject({
  ...previousKey.shape,
  offboarding,
  erasedAt: z.string(),
});

/** Strict: an attribute that this version does not know was written by a newer one. */
export const tenantRow = z
  .strictObject({
    tenantId,
    status: tenantStatus,
    displayName: z.optional(z.string()),
    legalName: z.optional(z.string()),
    /** days */
    rotationPeriodInDays: z.int(),
    /** whether nobody chose the period, but the configuration */
    rotationPeriodByDefault: z.boolean(),
    /** rows of earlier versions have none until they are changed */
    onboardedWith: z.optional(onboardedWith),
    /** absent: KMS of the product's own account */
    keyStore: z.optional(keyStoreName),
    /**
     * Of the last key in KMS of this account, also while the tenant's key is in another store: by this attribute the events
     * of CloudTrail find their tenant. A key in the tenant's own account has its events there.
     */
    ...keyMembers,
    /** set before the key store is asked for a key: one that was never written down is searched for */
    keyRequestedAt: z.optional(z.string()),
    lease: z.optional(lease),
    /** a transition that has begun and whose end is not written down: it is to be resumed */
    intent: z.optional(intent),
    /** whether the stack's configuration declares the tenant, so that CloudFormation made its key */
    declared: z.optional(z.boolean()),
    offboarding: z.optional(offboarding),
    /** written down before the key store is asked; the data plane soon gives up data keys under the superseded material */
    rotation: z.optional(onDemandRotation),
    nextKey: z.optional(nextKey),
    previousKey: z.optional(previousKey),
    formerKeys: z.optional(z.array(formerKey)),
    erasedAt: z.optional(z.string()),
    createdAt: z.string(),
    updatedAt: z.string(),
    version: z.int(),
    writer: z.string(),
  })
  .check(
    z.refine(
      (row) => hasKey(row) || statusRules[row.status].keyArn === 'optional',
      'a tenant has a key once it is no longer PROVISIONING',
    ),
  );

export type TenantRow = z.output<typeof tenantRow>;
export type NextKey = z.output<typeof nextKey>;
export type PreviousKey = z.output<typeof previousKey>;
export type FormerKey = z.output<typeof formerKey>;
export type Lease = z.output<typeof lease>;
export type Offboarding = z.output<typeof offboarding>;
export type OnboardedWith = z.output<typeof onboardedWith>;

/** Whoever changes one of these members writes this beside it. A row that has none is as it was onboarded. */
export const onboardedWithOf = (row: TenantRow): OnboardedWith =>
  row.onboardedWith ?? {
    ...(row.displayName !== undefined && { displayName: row.displayName }),
    ...(row.legalName !== undefined && { legalName: row.legalName }),
    rotationPeriodInDays: row.rotationPeriodInDays,
    rotationPeriodByDefault: row.rotationPeriodByDefault,
  };

export const keyStoreOf = ({ keyStore = defaultKeyStore }: Pick<TenantRow, 'keyStore'>) => keyStore;

export const hasKey = ({ keyArn, keyName }: Pick<TenantRow, 'keyArn' | 'keyName'>): boolean =>
  (keyArn ?? keyName) !== undefined;

/** @throws Error for a tenant that has no key yet, or none in KMS */
export function keyArnOf({ keyArn }: Pick<TenantRow, 'keyArn'>): string {
  if (keyArn === undefined) throw new Error('a tenant without a key');
  return keyArn;
}

/** @returns a key as answers name it: by its ARN, where it is in KMS of whichever account */
export function keyMembersOfRow({
  keyStore,
  keyArn,
  keyName,
}: Pick<TenantRow, 'keyStore' | 'keyArn' | 'keyName'>) {
  // Where the key has a name, the ARN is that of a key before.
  if (keyName === undefined) return { keyArn };
  return keyStore === 'aws-kms-external' ? { keyArn: keyName } : { keyName };
}

function keyStoreChangeOf(row: TenantRow): KeyStoreChange | undefined {
  const { nextKey, previousKey } = row;
  if (nextKey !== undefined) {
    const { keyStore: to, requestedAt } = nextKey;
    return { from: keyStoreOf(row), to, stage: 'key-requested', requestedAt };
  }
  if (previousKey === undefined) return undefined;
  const previous = keyMembersOfRow(previousKey);
  return {
    from: previousKey.keyStore,
    to: keyStoreOf(row),
    stage: previousKey.status === undefined ? 'both-readable' : 'previous-ending',
    since: previousKey.since,
    previousKeyArn: previous.keyArn,
    previousKeyName: previous.keyName,
    macKeysLeft: previousKey.macKeys?.left,
    macKeysCountedAt: previousKey.macKeys?.countedAt,
    deletionDate: previousKey.offboarding?.deletionDate,
  };
}

/** @returns the tenant as the API shows it: nothing of leases, versions and writers */
export const tenantOf = (row: TenantRow): Tenant => ({
  tenantId: row.tenantId,
  displayName: row.displayName,
  legalName: row.legalName,
  status: row.status,
  keyStore: keyStoreOf(row),
  ...keyMembersOfRow(row),
  rotationPeriodInDays: row.rotationPeriodInDays,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  declared: row.declared,
  deletionDate: row.offboarding?.deletionDate,
  erasedAt: row.erasedAt,
  onDemandRotation: row.rotation,
  keyStoreChange: keyStoreChangeOf(row),
});
