/**
 * A row of the audit table. Invariant: its key follows from the event alone, so that an event that comes twice is one
 * row, and a tenant's rows are sorted by time. Whatever an event holds, it can be written and is read as it was: the
 * encryption context is kept as text, since its names are the caller's, and the document client does not convert an
 * object with a name such as `constructor`, and then writes none of the rows beside it.
 */
import { createHash } from 'node:crypto';
import {
  type AttemptEvent,
  type AuditEvent,
  auditEvent,
  type KeyEvent,
  type RequestEvent,
} from '../../contract/audit.ts';
import {
  type AuditKey,
  allEventsKey,
  allEventsShards,
  expiryAttribute,
  stackPartition,
} from '../../contract/table-schema.ts';

/** The encryption context is JSON here. */
type StoredKeyEvent = Omit<KeyEvent, 'encryptionContext'> & { readonly encryptionContext?: string };

/** The sort key is `<time>/<kind>/<event id>`: a time, and what tells events of one moment apart. */
export type AuditRow = AuditKey &
  (StoredKeyEvent | RequestEvent | AttemptEvent) & {
    readonly [allEventsKey.partition]: string;
    readonly [allEventsKey.sort]: string;
    readonly [expiryAttribute]: number;
  };

const daySeconds = 86_400;

/** @param partition a tenant's id, or that of the stack's own events */
export function auditRow(partition: string, event: AuditEvent, retentionDays: number): AuditRow {
  const eventKey = `${event.time}/${event.kind}/${event.eventId}`;
  return {
    ...(event.kind === 'kms' ? storedKeyEvent(event) : event),
    tenantId: partition,
    eventKey,
    [allEventsKey.partition]: shardOf(event.eventId),
    [allEventsKey.sort]: `${eventKey}/${partition}`,
    // Counted from the event's own time, so that a row that is written again does not live longer.
    [expiryAttribute]: Math.floor(Date.parse(event.time) / 1000) + retentionDays * daySeconds,
  };
}

/** At random, and the same whenever the event is written. */
function shardOf(eventId: string): string {
  const [byte = 0] = createHash('sha256').update(eventId).digest();
  return allEventsShards[byte % allEventsShards.length] as string;
}

const storedKeyEvent = ({ encryptionContext, ...event }: KeyEvent): StoredKeyEvent =>
  encryptionContext === undefined
    ? event
    : { ...event, encryptionContext: JSON.stringify(encryptionContext) };

/**
 * @param row as it is in the table
 * @throws ZodError where the row is not as it must be
 */
export function eventOf(row: Readonly<Record<string, unknown>>): AuditEvent {
  const { encryptionContext: context } = row;
  const event: Record<string, unknown> = { ...row };
  for (const name of ofTheRow) delete event[name];
  if (row.tenantId === stackPartition) delete event.tenantId;
  return auditEvent.parse(
    typeof context === 'string' ? { ...event, encryptionContext: JSON.parse(context) } : event,
  );
}

/** What is no event's. */
const ofTheRow = ['eventKey', allEventsKey.partition, allEventsKey.sort, expiryAttribute] as const;
