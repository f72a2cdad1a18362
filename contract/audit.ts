/** What the audit's routes give over HTTP; the indexer writes its rows by the same schemas. */
import * as z from 'zod/mini';
import { otherKeyStoreName } from './key-stores.ts';
import { tenantId } from './tenant-id.ts';
import { tenant } from './tenants.ts';

/**
 * `refused`: by a policy, or because the request was wrong. `failed`: for a reason outside of the request, such as
 * throttling.
 */
export const auditOutcome = z.enum(['succeeded', 'refused', 'failed']);
export type AuditOutcome = z.output<typeof auditOutcome>;

const happened = {
  /** absent where the event is about no tenant */
  tenantId: z.optional(tenantId),
  eventId: z.string(),
  /** RFC 3339, UTC, with milliseconds */
  time: z.string(),
  operation: z.string(),
  outcome: auditOutcome,
  errorCode: z.optional(z.string()),
  principal: z.string(),
  sourceAddress: z.string(),
  requestId: z.string(),
};

/**
 * A call of a key store for the tenant's key. Of KMS as CloudTrail recorded it, whose times are whole seconds; of another
 * store as the product's own function logged it that made the call.
 */
export const keyEvent = z.strictObject({
  kind: z.literal('kms'),
  ...happened,
  /** the role session name, which is the tenant id in a session of the tenant role */
  session: z.optional(z.string()),
  /** of a key in KMS */
  keyArn: z.optional(z.string()),
  /** absent: KMS */
  keyStore: z.optional(otherKeyStoreName),
  /** whose word it is that the call was made; absent: CloudTrail's */
  source: z.optional(z.literal('product-log')),
  /** what the call told the store of itself, whose own log may have it; there where no answer came, too */
  correlationId: z.optional(z.string()),
  encryptionContext: z.optional(z.record(z.string(), z.string())),
  keyMaterialId: z.optional(z.string()),
  /** the product looked at the key, as it does by itself or for an administrator, and changed nothing */
  routine: z.optional(z.literal(true)),
});
export type KeyEvent = z.output<typeof keyEvent>;

/** A call of KMS, or of another key store, that a request rests on. Its `requestId` is that of the call's own event. */
export const kmsCall = z.strictObject({
  requestId: z.string(),
  /** of the data key that the call gave; the same in every request that used that data key */
  dataKeyId: z.optional(z.string()),
});

/** Who asked over HTTP. */
const asked = {
  ...happened,
  /** of the token, where the principal is known */
  issuer: z.optional(z.string()),
};

/** What a request changed of its tenant, as the API shows it: only the members that differ. */
export const tenantMembers = z.partial(
  z.omit(tenant, { tenantId: true, createdAt: true, updatedAt: true, key: true }),
);
export type TenantMembers = z.output<typeof tenantMembers>;

/** A request that reached a function of any plane, as that function logged it. */
export const requestEvent = z.strictObject({
  kind: z.literal('request'),
  ...asked,
  /** like the label claimed by the caller, and not checked */
  actor: z.optional(z.string()),
  label: z.optional(z.string()),
  /** of the HTTP answer */
  status: z.int(),
  /** of a batch */
  items: z.optional(z.int()),
  /** those of them that were answered with an error */
  failedItems: z.optional(z.int()),
  kmsCalls: z.array(kmsCall),
  before: z.optional(tenantMembers),
  after: z.optional(tenantMembers),
});
export type RequestEvent = z.output<typeof requestEvent>;

/** A request that API Gateway refused, so that no function saw it, by its access log. */
export const attemptEvent = z.strictObject({
  kind: z.literal('attempt'),
  ...asked,
  status: z.int(),
  /** how many the event stands for, where no token was verified; absent: one */
  times: z.optional(z.int()),
});
export type AttemptEvent = z.output<typeof attemptEvent>;

export const auditEvent = z.discriminatedUnion('kind', [keyEvent, requestEvent, attemptEvent]);
export const auditKinds = [
  'kms',
  'request',
  'attempt',
] as const satisfies readonly AuditEvent['kind'][];
export type AuditEvent = z.output<typeof auditEvent>;

export const auditEvents = z.strictObject({
  events: z.array(auditEvent),
  nextCursor: z.optional(z.string()),
});
export type AuditEvents = z.output<typeof auditEvents>;
