/**
 * A row as the table has it. Invariant: whatever an event holds, it can be written and is read again as it was. The
 * encryption context is kept as text: its names are the caller's, and one such as `constructor` makes of an object
 * what DynamoDB's converter refuses, and all rows beside it with it.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type AuditEvent, auditEvent } from '../../contract/audit.ts';
import { type AuditRow, expiryAttribute } from './audit-row.ts';

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
