/**
 * A row of the audit table. Invariant: its key follows from the event alone, so that an event that comes twice is one
 * row, and a tenant's rows are sorted by time. Whatever an event holds, it can be written and is read as it was: the
 * encryption context is kept as text, since its names are the caller's, and the document client does not convert an
 * object with a name such as `constructor`, and then writes none of the rows beside it.
 */
import {
  type AttemptEvent,
  type AuditEvent,
  auditEvent,
  type KeyEvent,
  type RequestEvent,
} from '../../contract/audit.ts';
import { type AuditKey, expiryAttribute } from '../../contract/table-schema.ts';

/** The encryption context is JSON here. */
type StoredKeyEvent = Omit<KeyEvent, 'encryptionContext'> & { readonly encryptionContext?: string };

/** The sort key is `<time>/<kind>/<event id>`: a time, and what tells events of one moment apart. */
export type AuditRow = AuditKey &
  (StoredKeyEvent | RequestEvent | AttemptEvent) & {
    readonly [expiryAttribute]: number;
  };

const daySeconds = 86_400;

/** @param partition a tenant's id, or that of the stack's own events */
export const auditRow = (
  partition: string,
  event: AuditEvent,
  retentionDays: number,
): AuditRow => ({
  tenantId: partition,
  eventKey: `${event.time}/${event.kind}/${event.eventId}`,
  ...(event.kind === 'kms' ? storedKeyEvent(event) : event),
  // Counted from the event's own time, so that a row that is written again does not live longer.
  [expiryAttribute]: Math.floor(Date.parse(event.time) / 1000) + retentionDays * daySeconds,
});

const storedKeyEvent = ({ encryptionContext, ...event }: KeyEvent): StoredKeyEvent =>
  encryptionContext === undefined
    ? event
    : { ...event, encryptionContext: JSON.stringify(encryptionContext) };

/**
 * @param row as it is in the table
 * @throws ZodError where the row is not as it must be
 */
export function eventOf(row: Readonly<Record<string, unknown>>): AuditEvent {
  const { tenantId: _, eventKey, [expiryAttribute]: expiry, ...event } = row;
  const { encryptionContext: context } = event;
  return auditEvent.parse(
    typeof context === 'string' ? { ...event, encryptionContext: JSON.parse(context) } : event,
  );
}
