/** What the audit route takes and gives over HTTP; the indexer writes its rows by the same schemas. */
import * as z from 'zod/mini';
import { wholeNumberText } from './query.ts';

const timeText = 'must be a time as RFC 3339 has it, such as 2026-01-31T23:59:59Z';
const limitText = 'must be a whole number, 1-1000';

/** Becomes UTC with milliseconds, whatever the time zone in which it was written. */
const time = z.pipe(
  z.iso.datetime({ offset: true, error: timeText }),
  z.transform((text) => new Date(text).toISOString()),
);

export const auditQuery = z
  .strictObject({
    /** the first moment of the range */
    from: z.optional(time),
    /** the first moment after the range */
    to: z.optional(time),
    limit: z._default(wholeNumberText(1, 1000, limitText), 100),
    cursor: z.optional(z.string('must be given once')),
  })
  .check(
    z.refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
      path: ['from'],
      error: 'must not be after to',
    }),
  );
export type AuditQuery = z.output<typeof auditQuery>;

/**
 * `refused`: by a policy, or because the request was wrong. `failed`: for a reason outside of the request, such as
 * throttling.
 */
export const auditOutcome = z.enum(['succeeded', 'refused', 'failed']);
export type AuditOutcome = z.output<typeof auditOutcome>;

const happened = {
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

/** A call of KMS for the tenant's key, as CloudTrail recorded it; CloudTrail's times are whole seconds. */
export const keyEvent = z.strictObject({
  kind: z.literal('kms'),
  ...happened,
  /** the role session name, which is the tenant id in a session of the tenant role */
  session: z.optional(z.string()),
  keyArn: z.string(),
  encryptionContext: z.optional(z.record(z.string(), z.string())),
  keyMaterialId: z.optional(z.string()),
});
export type KeyEvent = z.output<typeof keyEvent>;

/** A call of KMS that a request rests on. Its `requestId` is that of the call's own event. */
export const kmsCall = z.strictObject({
  requestId: z.string(),
  /** of the data key that the call gave; the same in every request that used that data key */
  dataKeyId: z.optional(z.string()),
});

/** A request to the data plane, as the data plane logged it. */
export const requestEvent = z.strictObject({
  kind: z.literal('request'),
  ...happened,
  /** of the HTTP answer */
  status: z.int(),
  /** of a batch */
  items: z.optional(z.int()),
  /** those of them that were answered with an error */
  failedItems: z.optional(z.int()),
  kmsCalls: z.array(kmsCall),
});
export type RequestEvent = z.output<typeof requestEvent>;

export const auditEvent = z.discriminatedUnion('kind', [keyEvent, requestEvent]);
export type AuditEvent = z.output<typeof auditEvent>;

export const auditEvents = z.strictObject({
  events: z.array(auditEvent),
  nextCursor: z.optional(z.string()),
});
export type AuditEvents = z.output<typeof auditEvents>;
