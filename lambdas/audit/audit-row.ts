/**
 * A row of the audit table. Invariant: its key follows from the event alone, so that an event that comes
 * twice is one row; and the rows of a tenant are sorted by time.
 */
import type { AuditEvent } from '../../contract/audit.ts';

/** Epoch seconds after which DynamoDB deletes the row. */
export const expiryAttribute = 'expiresAt';

/** The sort key is a time and what tells events of one moment apart, `<time>/<kind>/<event id>`. */
export type AuditRow = AuditEvent & {
  readonly tenantId: string;
  readonly eventKey: string;
  readonly [expiryAttribute]: number;
};

const secondsOfDay = 86_400;

export const auditRow = (tenantId: string, event: AuditEvent, retentionDays: number): AuditRow => ({
  tenantId,
  eventKey: `${event.time}/${event.kind}/${event.eventId}`,
  ...event,
  // From the event's own time: a row that is written anew lives no longer.
  expiresAt: Math.floor(Date.parse(event.time) / 1000) + retentionDays * secondsOfDay,
});
