/** Events as CloudTrail documents them, and the rows that are made of them. */
import { describe, expect, test } from '@jest/globals';
import { keyEvent } from '../../../contract/audit.ts';
import { parseLine } from '../../../lambdas/indexer/log-batch.ts';
import {
  createdWithTag,
  keyEventOf,
  keysOf,
  type TrailEvent,
  trailEvent,
} from '../../../lambdas/indexer/trail-event.ts';

const acmeKey = 'arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const otherKey = 'arn:aws:kms:us-west-2:111122223333:key/mrk-0987dcba09fe87dc65baab0987654321';

/** Of the tenant role, in the form of "Examples of AWS KMS log entries". */
const decrypt = {
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROAIGDTESTANDEXAMPLE:acme',
    arn: 'arn:aws:sts::111122223333:assumed-role/TenantRole/acme',
    accountId: '111122223333',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAIGDTESTANDEXAMPLE',
        arn: 'arn:aws:iam::111122223333:role/TenantRole',
        accountId: '111122223333',
        userName: 'TenantRole',
      },
      attributes: { creationDate: '2026-07-27T22:00:00Z', mfaAuthenticated: 'false' },
    },
  },
  eventTime: '2026-07-27T22:58:24Z',
  eventSource: 'kms.amazonaws.com',
  eventName: 'Decrypt',
  awsRegion: 'us-west-2',
  sourceIPAddress: '192.0.2.0',
  userAgent: 'aws-sdk-js/3',
  requestParameters: {
    encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    keyId: acmeKey,
    encryptionContext: { TenantId: 'acme', document: 'invoice-7' },
  },
  responseElements: null,
  additionalEventData: { keyMaterialId: '123abcde' },
  requestID: '12345126-30d5-4b28-98b9-9153da559963',
  eventID: 'abcde202-ba1a-467c-b4ba-f729d45ae521',
  readOnly: true,
  resources: [{ accountId: '111122223333', type: 'AWS::KMS::Key', ARN: acmeKey }],
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
};

const read = (change: object = {}): TrailEvent =>
  parseLine(trailEvent, JSON.stringify({ ...decrypt, ...change })) as TrailEvent;

test('a use by the tenant role is shown with role, session, context and key material', () => {
  const event = keyEventOf(read(), acmeKey);
  expect(event).toEqual({
    kind: 'kms',
    eventId: 'abcde202-ba1a-467c-b4ba-f729d45ae521',
    time: '2026-07-27T22:58:24.000Z',
    operation: 'Decrypt',
    outcome: 'succeeded',
    principal: 'arn:aws:iam::111122223333:role/TenantRole',
    session: 'acme',
    sourceAddress: '192.0.2.0',
    requestId: '12345126-30d5-4b28-98b9-9153da559963',
    keyArn: acmeKey,
    encryptionContext: { TenantId: 'acme', document: 'invoice-7' },
    keyMaterialId: '123abcde',
  });
  expect(keyEvent.parse(event)).toEqual(event);
});

describe('who', () => {
  test.each([
    [
      'a user',
      { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/Alice', userName: 'Alice' },
      'arn:aws:iam::111122223333:user/Alice',
    ],
    [
      'the root user',
      { type: 'Root', arn: 'arn:aws:iam::111122223333:root' },
      'arn:aws:iam::111122223333:root',
    ],
    [
      'a service',
      { type: 'AWSService', invokedBy: 'dynamodb.amazonaws.com' },
      'dynamodb.amazonaws.com',
    ],
    [
      'another account',
      { type: 'AWSAccount', principalId: 'AIDAQRSTUVWXYZEXAMPLE', accountId: '444455556666' },
      'AIDAQRSTUVWXYZEXAMPLE',
    ],
    ['an unnamed caller', { type: 'Unknown' }, 'unknown'],
  ])('%s', (_, userIdentity, principal) => {
    const event = keyEventOf(read({ userIdentity }), acmeKey);
    expect(event).toMatchObject({ principal });
    expect(event).not.toHaveProperty('session');
  });
});

describe('how it ended', () => {
  test.each([
    [undefined, 'succeeded'],
    ['AccessDenied', 'refused'],
    ['InvalidCiphertextException', 'refused'],
    ['IncorrectKeyException', 'refused'],
    ['DisabledException', 'refused'],
    ['KMSInvalidStateException', 'refused'],
    ['ThrottlingException', 'failed'],
    ['KMSInternalException', 'failed'],
    ['DependencyTimeoutException', 'failed'],
  ])('%s: %s', (errorCode, outcome) => {
    expect(keyEventOf(read({ errorCode }), acmeKey)).toMatchObject({ outcome });
  });
});

describe('which key', () => {
  const message = `User: arn:aws:iam::111122223333:user/Alice is not authorized to perform: kms:Decrypt on resource: ${acmeKey} because no resource-based policy allows the kms:Decrypt action`;

  test.each([
    ['of the resources', {}, [acmeKey]],
    ['but not the alias beside it', alias('alias/tenant-keys/acme', acmeKey), [acmeKey]],
    ['both of two', alias(otherKey, acmeKey), [otherKey, acmeKey]],
    ['of the parameters, where the event has no resources', { resources: undefined }, [acmeKey]],
    [
      "of KMS's message, where a refusal names it nowhere else",
      {
        resources: null,
        requestParameters: null,
        errorCode: 'AccessDenied',
        errorMessage: message,
      },
      [acmeKey],
    ],
    [
      'none, where the message is about something else',
      { resources: [], requestParameters: null, errorMessage: 'Rate exceeded' },
      [],
    ],
    [
      'none of an id that is no ARN',
      { resources: [], requestParameters: { keyId: 'alias/tenant-keys/acme' } },
      [],
    ],
  ])('%s', (_, change, keys) => {
    expect(keysOf(read(change))).toEqual(keys);
  });

  test('a message names no key where the event does, whatever it quotes', () => {
    const errorMessage = `no such thing as ${otherKey}`;
    expect(keysOf(read({ errorMessage, errorCode: 'NotFoundException' }))).toEqual([acmeKey]);
  });

  function alias(...arns: string[]) {
    return { resources: arns.map((ARN) => ({ ARN })), requestParameters: null };
  }
});

test('a re-encryption is shown with the context that it was opened under', () => {
  const event = read({
    eventName: 'ReEncrypt',
    requestParameters: {
      sourceEncryptionContext: { TenantId: 'acme' },
      destinationEncryptionContext: { TenantId: 'acme', v: '2' },
    },
    additionalEventData: { sourceKeyMaterialId: 'old', destinationKeyMaterialId: 'new' },
  });
  expect(keyEventOf(event, acmeKey)).toMatchObject({
    encryptionContext: { TenantId: 'acme' },
    keyMaterialId: 'old',
  });
});

describe('the tag with which a key was made', () => {
  const created = {
    eventName: 'CreateKey',
    requestParameters: { tags: [{ tagKey: 'TenantId', tagValue: 'acme' }] },
  };
  test('is read of CreateKey', () => {
    expect(createdWithTag(read(created), 'TenantId')).toBe('acme');
    expect(createdWithTag(read(created), 'ManagedBy')).toBeUndefined();
  });
  test.each([
    ['of a key that was not made', { ...created, errorCode: 'AccessDenied' }],
    ['of a key that is tagged later', { ...created, eventName: 'TagResource' }],
  ])('is not read %s', (_, change) => {
    expect(createdWithTag(read(change), 'TenantId')).toBeUndefined();
  });
});

describe('a line that is no event of KMS is not read', () => {
  test.each([
    ['of another service', JSON.stringify({ ...decrypt, eventSource: 's3.amazonaws.com' })],
    ['without a time', JSON.stringify({ ...decrypt, eventTime: undefined })],
    ['with a time that is none', JSON.stringify({ ...decrypt, eventTime: 'yesterday' })],
    ['without an id', JSON.stringify({ ...decrypt, eventID: undefined })],
    ['of text', 'Decrypt'],
    ['of a part of one', JSON.stringify(decrypt).slice(0, -1)],
    ['null', 'null'],
    ['a list', '[]'],
  ])('%s', (_, line) => {
    expect(parseLine(trailEvent, line)).toBeUndefined();
  });
});
