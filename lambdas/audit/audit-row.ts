/**
 * A row of the audit table. Invariant: its key follows from the event alone, so that an event that comes
 * twice is one row; and the rows of a tenant are sorted by time.
 Whatever an event holds, it can be written and is read again
 * as it was: the encryption context is kept as text, since its names are the caller's, and one such as `constructor`
 * makes of an object what DynamoDB's converter refuses, and all rows beside it with it.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type AuditEvent, auditEvent } from '../../contract/audit.ts';
import { expiryAttribute } from '../../contract/table-schema.ts';

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

export type Item = Record<string, AttributeValue>;

export function itemOf(row: AuditRow): Item {
  if (row.kind !== 'kms' || row.encryptionContext === undefined) return marshall(row);
  return marshall({ ...row, encryptionContext: JSON.stringify(row.encryptionContext) });
}

/** @throws ZodError where the row is not as it must be */
export function eventOf(item: Item): AuditEvent {
  const { tenantId: _, eventKey, [expiryAttribute]: expiry, ...event } = unmarshall(item);
  const { encryptionContext: context } = event;
  return auditEvent.parse(
    typeof context === 'string' ? { ...event, encryptionContext: JSON.parse(context) } : event,
  );
}
