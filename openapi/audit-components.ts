/** The named schemas of the audit. */
import * as audit from '../contract/audit.ts';
import { type Component, text, time } from './component.ts';

const happened = {
  eventId: text('Unique, and chosen by no client.'),
  time: time('When; of `kms` to the second, as CloudTrail has it.'),
  operation: text("Of `kms` KMS's name, of `request` the operation of this document."),
  outcome: text(
    '`refused`: by a policy, or since what was asked for was wrong. `failed`: throttled, or AWS was down.',
  ),
  errorCode: text("CloudTrail's code, or that of the problem."),
  principal: text(
    "Of `kms` an ARN or a service; of `request` the token's subject or client, `unknown` where no token counted.",
  ),
  sourceAddress: text('Where the call came from.'),
  requestId: text("Of `kms` KMS's, of `request` the one of the answer's `x-amzn-RequestId`."),
};

export const auditComponents: Readonly<Record<string, Component>> = {
  AuditEvents: {
    schema: audit.auditEvents,
    description: "A page of a tenant's events, oldest first.",
    members: {
      events: text('Calls of KMS and requests side by side.'),
      nextCursor: text('Where the list goes on. Absent at its end.'),
    },
  },
  AuditEvent: { schema: audit.auditEvent, description: 'A call of KMS, or a request.' },
  KeyEvent: {
    schema: audit.keyEvent,
    description: "A call of KMS for the tenant's key, as CloudTrail recorded it.",
    members: {
      kind: text('A call of KMS.'),
      ...happened,
      session: text('Role session name; of the tenant role it is the tenant id.'),
      keyArn: text('ARN of the key.'),
      encryptionContext: text('In the clear, where CloudTrail has it.'),
      keyMaterialId: text('Id of the key material, where CloudTrail has it.'),
    },
  },
  RequestEvent: {
    schema: audit.requestEvent,
    description: 'A request to the data plane.',
    members: {
      kind: text('A request.'),
      ...happened,
      status: text('Of the HTTP answer.'),
      items: text('How many a batch had.'),
      failedItems: text('Those of them that were answered with an error.'),
      kmsCalls: text('The calls of KMS on which the request rests.'),
    },
  },
  KmsCall: {
    schema: audit.kmsCall,
    description: 'A call of KMS, which has a `kms` event of the same tenant.',
    members: {
      requestId: text("That event's `requestId`."),
      dataKeyId: text(
        'Of the data key that the call gave: the same wherever that data key was used.',
      ),
    },
  },
};
