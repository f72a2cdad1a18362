/** An event and its row: what the key of the row says, and that the event is read as it was. */
import { describe, expect, test } from '@jest/globals';
import type { KeyEvent, RequestEvent } from '../../../contract/audit.ts';
import { auditRow, eventOf } from '../../../lambdas/audit/audit-row.ts';

const happened = {
  eventId: 'event-1',
  time: '2026-11-24T17:00:00.000Z',
  outcome: 'succeeded',
  principal: 'backend',
  sourceAddress: '192.0.2.1',
  requestId: 'request-1',
} as const;
const keyEvent: KeyEvent = {
  ...happened,
  kind: 'kms',
  operation: 'Decrypt',
  keyArn: 'arn:aws:kms:us-east-1:111122223333:key/acme',
};
const requestEvent: RequestEvent = {
  ...happened,
  kind: 'request',
  operation: 'decrypt',
  status: 200,
  kmsCalls: [{ requestId: 'kms-1' }],
};

describe('a row', () => {
  test('has the event in its key, after the time by which rows are sorted', () => {
    expect(auditRow('acme', keyEvent, 30)).toMatchObject({
      tenantId: 'acme',
      eventKey: '2026-11-24T17:00:00.000Z/kms/event-1',
    });
  });

  test('expires so many days after the event, whenever it is written', () => {
    const { expiresAt } = auditRow('acme', requestEvent, 30);
    expect(expiresAt).toBe(Date.parse('2026-12-24T17:00:00Z') / 1000);
  });

  test.each<[Record<string, string>]>([
    [{ TenantId: 'acme', constructor: 'x', toString: 'y' }],
    [{}],
  ])('has the encryption context %j as text', (encryptionContext) => {
    const row = auditRow('acme', { ...keyEvent, encryptionContext }, 30);
    expect(row).toMatchObject({ encryptionContext: JSON.stringify(encryptionContext) });
    expect(eventOf(row)).toEqual({ ...keyEvent, encryptionContext });
  });
});

test.each([keyEvent, requestEvent])('an event of $kind is read as it was', (event) => {
  expect(eventOf(auditRow('acme', event, 30))).toEqual(event);
});

test.each([
  ['without an outcome', { outcome: undefined }],
  ['of an unknown kind', { kind: 'other' }],
  ['with an attribute that this version does not know', { content: 'secret' }],
])('a row %s is an error, not an event', (_, change) => {
  expect(() => eventOf({ ...auditRow('acme', keyEvent, 30), ...change })).toThrow();
});
