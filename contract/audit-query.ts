/** What the audit's routes take in a query. */
import * as z from 'zod/mini';
import { auditKinds, auditOutcome } from './audit.ts';
import { wholeNumberText } from './query.ts';
import { time } from './time.ts';

const limitText = 'must be a whole number, 1-1000';

const oneOf = <const V extends readonly string[]>(values: V) =>
  z.enum(values, `must be one of: ${values.join(', ')}`);

/** @param most characters; the longest ARN of a role has 607 (IAM and AWS STS quotas) */
const exactly = (most: number) => {
  const text = `must be a text of 1-${most} characters`;
  return z.string(text).check(
    z.minLength(1, text),
    z.maxLength(most, text),
    z.refine((value) => value.isWellFormed(), text),
  );
};

/** Each is the member of an event that must be exactly so. */
const filters = {
  kind: z.optional(oneOf(auditKinds)),
  outcome: z.optional(oneOf(auditOutcome.options)),
  operation: z.optional(exactly(64)),
  principal: z.optional(exactly(640)),
  actor: z.optional(exactly(256)),
};

export const auditQuery = z
  .strictObject({
    /** the first moment of the range */
    from: z.optional(time),
    /** the first moment after the range */
    to: z.optional(time),
    /** The oldest first is what clients rely on that know no other order. */
    order: z._default(oneOf(['oldest', 'newest']), 'oldest'),
    ...filters,
    /** whether the product's own routine reads are wanted too */
    routine: z._default(
      z.pipe(
        oneOf(['true', 'false']),
        z.transform((text) => text === 'true'),
      ),
      false,
    ),
    /** of the lines of an export; without it they are events as the contract has them */
    format: z.optional(oneOf(['ocsf'])),
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

/** The filters that a query may have, by the names of the members of an event. */
export const auditFilters = Object.keys(filters) as readonly (keyof typeof filters)[];
