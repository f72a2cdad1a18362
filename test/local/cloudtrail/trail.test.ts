/** KMS over HTTP, and what its trail says of it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { nextRequestId } from '../../../local/aws/wire/request-id.ts';
import type { TrailEvent } from '../../../local/cloudtrail/event.ts';
import { openTrail } from '../../../local/cloudtrail/trail.ts';
import { kmsCloudTrailFields } from '../../../local/kms/service.ts';
import { kmsRequest, send, signed } from '../aws/harness.ts';
import { testKms } from '../kms/harness.ts';
import { account } from '../small-template.ts';
import { openTrailed, outcomeOf, type Trailed } from './harness.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const hex64 = /^[0-9a-f]{64}$/;
const context = { TenantId: 'acme' };

let stack: Trailed;
let KeyId = '';
beforeAll(async () => {
  stack = await openTrailed();
  KeyId = await stack.key();
});
afterEach(() => stack.deployment.faults.clear());
afterAll(() => stack.deployment.close());

const keyResource = (keyId = KeyId) => ({
  accountId: account.accountId,
  type: 'AWS::KMS::Key',
  ARN: stack.arn(keyId),
});

test('each operation of KMS lists what CloudTrail records of it', () => {
  expect(Object.keys(kmsCloudTrailFields).sort()).toEqual(
    Object.keys(testKms().service.operations).sort(),
  );
});

describe('cryptography', () => {
  test('is a read event with key, context and key material', async () => {
    const before = Date.now();
    const { $metadata } = await stack.kms.encrypt({
      KeyId,
      Plaintext: Buffer.from('x'),
      EncryptionContext: context,
    });
    const event = stack.last();
    const operator = `arn:aws:iam::${account.accountId}:user/operator`;
    expect(event).toEqual({
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDALOCALOPERATOR000',
        arn: operator,
        accountId: account.accountId,
        userName: 'operator',
      },
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      eventSource: 'kms.amazonaws.com',
      eventName: 'Encrypt',
      awsRegion: 'us-east-1',
      sourceIPAddress: expect.stringContaining('127.0.0.1'),
      userAgent: expect.stringContaining('aws-sdk-js'),
      requestParameters: {
        keyId: KeyId,
        encryptionContext: context,
        encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      },
      responseElements: null,
      additionalEventData: { keyMaterialId: expect.stringMatching(hex64) },
      requestID: $metadata.requestId,
      eventID: expect.stringMatching(uuid),
      readOnly: true,
      resources: [keyResource()],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account.accountId,
      eventCategory: 'Management',
    });
    expect(Math.abs(Date.parse(event.eventTime) - before)).toBeLessThan(5000);
  });

  test('names the material that decrypted or encrypted, as the answer does', async () => {
    const generated = await stack.kms.generateDataKey({ KeyId, KeySpec: 'AES_256' });
    expect(stack.last()).toMatchObject({
      requestParameters: { keyId: KeyId, keySpec: 'AES_256' },
      additionalEventData: { keyMaterialId: generated.KeyMaterialId },
    });
    const other = await stack.key();
    await stack.kms.rotateKeyOnDemand({ KeyId: other });
    const { CiphertextBlob, ...moved } = await stack.kms.reEncrypt({
      CiphertextBlob: generated.CiphertextBlob,
      DestinationKeyId: other,
    });
    expect(stack.last()).toMatchObject({
      eventName: 'ReEncrypt',
      additionalEventData: {
        sourceKeyMaterialId: generated.KeyMaterialId,
        destinationKeyMaterialId: moved.DestinationKeyMaterialId,
      },
      resources: [keyResource(), keyResource(other)],
    });
    // The request names no key: the event's resource does.
    await stack.kms.decrypt({ CiphertextBlob });
    expect(stack.last()).toMatchObject({
      requestParameters: { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
      additionalEventData: { keyMaterialId: moved.DestinationKeyMaterialId },
      resources: [keyResource(other)],
    });
  });

  test('of no key records that random bytes were asked for', async () => {
    await stack.kms.generateRandom({ NumberOfBytes: 16 });
    expect(stack.last()).toMatchObject({
      eventName: 'GenerateRandom',
      readOnly: true,
      requestParameters: null,
      responseElements: null,
      resources: [],
    });
  });

  test('of a signing key records algorithm and kind of message', async () => {
    const { signingKey, kms } = stack;
    const SigningAlgorithm = 'ECDSA_SHA_256';
    await kms.sign({ KeyId: signingKey, Message: Buffer.from('x'), SigningAlgorithm });
    expect(stack.last()).toMatchObject({
      eventName: 'Sign',
      readOnly: true,
      requestParameters: {
        keyId: signingKey,
        messageType: 'RAW',
        signingAlgorithm: SigningAlgorithm,
      },
      responseElements: null,
    });
  });
});

describe('administration', () => {
  test('records what was asked for and which key it changed', async () => {
    const created = await stack.kms.createKey({ Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    const keyId = created.KeyMetadata?.KeyId ?? '';
    expect(stack.last()).toMatchObject({
      readOnly: false,
      requestParameters: { tags: [{ tagKey: 'a', tagValue: 'b' }] },
      responseElements: {
        keyMetadata: {
          AWSAccountId: account.accountId,
          arn: stack.arn(keyId),
          creationDate: expect.stringMatching(/^[A-Z][a-z]{2} \d+, \d{4}, \d+:\d\d:\d\d [AP]M$/),
        },
      },
      resources: [keyResource(keyId)],
    });
    await stack.kms.createAlias({ AliasName: 'alias/trail', TargetKeyId: keyId });
    const alias = `arn:aws:kms:us-east-1:${account.accountId}:alias/trail`;
    expect(stack.last()).toMatchObject({
      requestParameters: { aliasName: 'alias/trail', targetKeyId: keyId },
      responseElements: { keyId: stack.arn(keyId) },
      resources: [{ ...keyResource(), ARN: alias }, keyResource(keyId)],
    });
    await stack.kms.disableKey({ KeyId: keyId });
    expect(stack.last()).toMatchObject({ responseElements: { keyId: stack.arn(keyId) } });
    await stack.kms.scheduleKeyDeletion({ KeyId: keyId, PendingWindowInDays: 7 });
    expect(stack.last()).toMatchObject({
      requestParameters: { keyId, pendingWindowInDays: 7 },
      responseElements: { keyId: stack.arn(keyId), keyState: 'PendingDeletion' },
    });
  });

  test('of a description records it, in the clear', async () => {
    const keyId = await stack.key();
    await stack.kms.updateKeyDescription({ KeyId: keyId, Description: 'after' });
    expect(stack.last()).toMatchObject({
      eventName: 'UpdateKeyDescription',
      readOnly: false,
      requestParameters: { keyId, description: 'after' },
      responseElements: null,
      resources: [keyResource(keyId)],
    });
  });

  test('that only reads is recorded without its answer, and without a resource where it has none', async () => {
    await stack.kms.getKeyPolicy({ KeyId });
    expect(stack.last()).toMatchObject({
      readOnly: true,
      requestParameters: { keyId: KeyId },
      responseElements: null,
    });
    await stack.kms.listKeys({});
    expect(stack.last()).toMatchObject({
      requestParameters: null,
      responseElements: null,
      resources: [],
    });
  });
});

describe('a call that failed', () => {
  test('without a message has an error code, and no message', async () => {
    const CiphertextBlob = Buffer.from('garbage');
    expect(await outcomeOf(stack.kms.decrypt({ KeyId, CiphertextBlob }))).toBe(
      'InvalidCiphertextException',
    );
    const event = stack.last();
    expect(event).toMatchObject({
      eventName: 'Decrypt',
      errorCode: 'InvalidCiphertextException',
      requestParameters: { keyId: KeyId },
      resources: [keyResource()],
    });
    expect(event).not.toHaveProperty('errorMessage');
  });

  test('by the policies is AccessDenied, of the session that tried, on the key that it tried', async () => {
    const stranger = stack.as('Stranger', 'acme');
    await outcomeOf(
      stranger.encrypt({ KeyId, Plaintext: Buffer.from('x'), EncryptionContext: context }),
    );
    const { arn, name, roleId } = stack.roleNamed('Stranger');
    const session = `arn:aws:sts::${account.accountId}:assumed-role/${name}/acme`;
    const event = stack.last();
    expect(event).toMatchObject({
      errorCode: 'AccessDenied',
      errorMessage: expect.stringContaining(`${session} is not authorized to perform: kms:Encrypt`),
      userIdentity: {
        type: 'AssumedRole',
        principalId: `${roleId}:acme`,
        arn: session,
        sessionContext: {
          sessionIssuer: { type: 'Role', principalId: roleId, arn, userName: name },
        },
      },
      requestParameters: null,
      responseElements: null,
      resources: [keyResource()],
    });
    expect(event).not.toHaveProperty('additionalEventData');
  });

  test('after the policies passed it is recorded with its parameters', async () => {
    const disabled = await stack.key();
    await stack.kms.disableKey({ KeyId: disabled });
    const call = { KeyId: disabled, KeySpec: 'AES_256', EncryptionContext: context } as const;
    await outcomeOf(stack.as('User', 'acme').generateDataKey(call));
    expect(stack.last()).toMatchObject({
      errorCode: 'DisabledException',
      errorMessage: `${stack.arn(disabled)} is disabled.`,
      requestParameters: { keyId: disabled, keySpec: 'AES_256', encryptionContext: context },
      resources: [keyResource(disabled)],
    });
  });

  test.each([
    ['throttle', 'ThrottlingException'],
    ['error', 'KMSInternalException'],
  ] as const)('by a fault of KMS, %s, is recorded without parameters', async (fault, errorCode) => {
    stack.deployment.faults.set([{ service: 'kms', operation: '*', fault }]);
    await outcomeOf(stack.kms.describeKey({ KeyId }));
    expect(stack.last()).toMatchObject({ errorCode, requestParameters: null, resources: [] });
  });

  test('after it was carried out, since its answer was lost, is recorded as carried out', async () => {
    stack.deployment.faults.set([{ service: 'kms', operation: '*', fault: 'lost' }]);
    await outcomeOf(stack.kms.enableKey({ KeyId }));
    expect(stack.last()).toMatchObject({ eventName: 'EnableKey', resources: [keyResource()] });
    expect(stack.last()).not.toHaveProperty('errorCode');
  });

  test('before KMS had it gives no event: signature, unknown operation, expired session, lost on the way', async () => {
    const { url, operator, faults } = stack.deployment;
    const count = stack.events.length;
    const attempt = async (operation: string, credentials = operator) =>
      (
        await send(
          url,
          await signed(kmsRequest(url, '{}', operation), credentials, { region: account.region }),
        )
      ).code;
    expect((await send(url, kmsRequest(url, '{}', 'ListKeys'))).status).toBe(400);
    const wrong = { ...operator, secretAccessKey: 'wrong' };
    expect(await attempt('ListKeys', wrong)).toBe('InvalidSignatureException');
    expect(await attempt('ListSecrets')).toBe('UnknownOperationException');
    expect(await attempt('constructor')).toBe('UnknownOperationException');
    faults.set([{ service: 'kms', operation: '*', fault: 'expired' }]);
    expect(await attempt('ListKeys')).toBe('ExpiredTokenException');
    faults.set([{ service: 'kms', operation: '*', fault: 'timeout', delayMs: 1 }]);
    await outcomeOf(attempt('ListKeys'));
    faults.clear();
    expect(stack.events).toHaveLength(count);
    expect(await attempt('ListKeys')).toBeUndefined();
    expect(stack.events).toHaveLength(count + 1);
  });
});

test('every call has one event, with an id of its own, in the order in which the calls ended', async () => {
  const count = stack.calls.length;
  const stranger = stack.as('Stranger', 'globex');
  const attempts = Array.from({ length: 40 }, (_, index) =>
    outcomeOf((index % 2 ? stack.kms : stranger).describeKey({ KeyId })),
  );
  await Promise.all(attempts);
  const calls = stack.calls.slice(count);
  const events = stack.events.slice(-40);
  expect(events.map(({ requestID }) => requestID)).toEqual(calls.map(({ requestId }) => requestId));
  expect(events.filter(({ errorCode }) => errorCode === 'AccessDenied')).toHaveLength(20);
  const ids = stack.events.map(({ eventID }) => eventID);
  expect(new Set(ids).size).toBe(ids.length);
  expect(stack.deployment.trail.events).toEqual(stack.events);
});

test('GetKeyLastUsage names the event of the last use', async () => {
  await stack.kms.generateDataKey({ KeyId, KeySpec: 'AES_256' });
  const { eventID } = stack.last();
  await stack.kms.describeKey({ KeyId });
  const { KeyLastUsage } = await stack.kms.getKeyLastUsage({ KeyId });
  expect(KeyLastUsage?.CloudTrailEventId).toBe(eventID);
});

describe('the trail alone', () => {
  const call = {
    time: new Date(0),
    service: 'kms',
    operation: 'Decrypt',
    outcome: 'success',
    caller: {
      arn: '',
      principalArn: '',
      accountId: '',
      userId: '',
      tags: {},
      identityPolicies: [],
      service: 'cloudtrail.amazonaws.com',
    },
    sourceIp: '127.0.0.1',
    userAgent: 'agent',
    resources: [],
  } as const;
  const open = (limit?: number, heard: TrailEvent[] = []) => ({
    ...openTrail({
      ...account,
      fields: kmsCloudTrailFields,
      recordsInvokes: () => false,
      onEvent: (event) => void heard.push(event),
      ...(limit && { limit }),
    }),
    heard,
  });

  test('keeps the last events and reports all', () => {
    const { record, events, heard } = open(3);
    for (const requestId of ['a', 'b', 'c', 'd', 'e']) record({ ...call, requestId });
    expect(events.map(({ requestID }) => requestID)).toEqual(['c', 'd', 'e']);
    expect(heard).toHaveLength(5);
  });

  test('says of a service that it called, and gives its event the id that both accounts share', () => {
    const { record, events } = open();
    record({ ...call, requestId: nextRequestId() });
    expect(events[0]).toMatchObject({
      userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
      sourceIPAddress: 'cloudtrail.amazonaws.com',
      userAgent: 'cloudtrail.amazonaws.com',
      sharedEventID: expect.stringMatching(uuid),
    });
  });

  test('has no event for another service', () => {
    const { record, events } = open();
    record({ ...call, requestId: 'a', service: 'sts' });
    expect(events).toEqual([]);
  });
});
