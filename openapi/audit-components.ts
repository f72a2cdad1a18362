/** The named schemas of the audit. */
import * as audit from '../contract/audit.ts';
import { type Component, text, time } from './component.ts';

const happened = {
  tenantId: text('Whose event it is. Absent where it is about no tenant.'),
  eventId: text('Unique, and chosen by no client.'),
  time: time('When; of KMS to the second, as CloudTrail has it.'),
  operation: text("Of `kms` the store's name for it, else the operation of this document."),
  outcome: text(
    '`refused`: by a policy, or since what was asked for was wrong. `failed`: throttled, or AWS or the store was down.',
  ),
  errorCode: text(
    "CloudTrail's code, the HTTP status of another store or what was wrong with it, or the code of the problem.",
  ),
  principal: text(
    "Of `kms` an ARN or a service; else the token's subject or client, `unknown` where no token counted.",
  ),
  sourceAddress: text('Where the call came from; `unknown` where nobody said.'),
  requestId: text(
    "Of `kms` the store's, `unknown` where it gave none, else the one of the answer's `x-amzn-RequestId`.",
  ),
};
const asked = {
  ...happened,
  issuer: text('The issuer of the token, where the principal is known.'),
};

export const auditComponents: Readonly<Record<string, Component>> = {
  AuditEvents: {
    schema: audit.auditEvents,
    description: 'A page of events, in the order that was asked for.',
    members: {
      events: text(
        'Calls of key stores, requests and attempts side by side. May be empty before the end.',
      ),
      nextCursor: text('Where the list goes on. Absent at its end, and only there.'),
    },
  },
  AuditEvent: {
    schema: audit.auditEvent,
    description: 'A call of a key store, a request, or an attempt.',
  },
  KeyEvent: {
    schema: audit.keyEvent,
    description:
      "A call of a key store for the tenant's key: of KMS as CloudTrail recorded it, of another store as our own function logged it.",
    members: {
      kind: text('A call of a key store.'),
      ...happened,
      session: text('Role session name; of the tenant role it is the tenant id.'),
      keyArn: text('ARN of the key, where it is in KMS.'),
      keyStore: text('Which store, where it is not KMS of the account of the API.'),
      source: text(
        "`product-log`: by the word of the product's own function, which made the call. Absent: by CloudTrail's.",
      ),
      correlationId: text(
        'What the call told another store of itself, which may have it in its own log, without an answer too.',
      ),
      encryptionContext: text('In the clear, where CloudTrail has it.'),
      keyMaterialId: text('Id of the key material, where CloudTrail has it.'),
      routine: text('The product looked at the key, and changed nothing.'),
    },
  },
  RequestEvent: {
    schema: audit.requestEvent,
    description: 'A request that reached a function.',
    members: {
      kind: text('A request.'),
      ...asked,
      actor: text('`Tenant-Keys-Actor` of the request: claimed by the caller, and not checked.'),
      label: text('`Tenant-Keys-Label` of the request: claimed by the caller, and not checked.'),
      status: text('Of the HTTP answer.'),
      items: text('How many a batch had.'),
      failedItems: text('Those of them that were answered with an error.'),
      kmsCalls: text('The calls of KMS, or of another key store, on which the request rests.'),
      before: text('Of the members of the tenant that the request changed, what they were.'),
      after: text('What they are now.'),
    },
  },
  AttemptEvent: {
    schema: audit.attemptEvent,
    description: 'A request that was refused before a function saw it.',
    members: {
      kind: text('An attempt.'),
      ...asked,
      status: text('Of the HTTP answer.'),
      times: text(
        'How many attempts from that address the event stands for, where no token counted.',
      ),
    },
  },
  KmsCall: {
    schema: audit.kmsCall,
    description: 'A call of a key store, which has a `kms` event of the same tenant.',
    members: {
      requestId: text("That event's `requestId`."),
      dataKeyId: text(
        'Of the data key that the call gave: the same wherever that data key was used.',
      ),
    },
  },
};
