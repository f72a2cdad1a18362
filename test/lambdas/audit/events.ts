/** Events as the tests of the audit take them: one of KMS, one of a request. */
import type { KeyEvent, RequestEvent } from '../../../contract/audit.ts';

/** @param time RFC 3339, UTC, with milliseconds */
export function eventsAt(time: string) {
  const happened = {
    eventId: 'event-1',
    time,
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
  return { happened, keyEvent, requestEvent };
}
