/** Events as OCSF has them, each held against the published schema; and nothing of an event is lost. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditEvent } from '../../../contract/audit.ts';
import { ocsfEvent } from '../../../lambdas/audit/ocsf.ts';
import { eventsAt } from './events.ts';
import { isOcsf } from './ocsf-schema.ts';

const events = eventsAt('2026-11-24T17:00:00.058Z');
const keyEvent = { ...events.keyEvent, tenantId: 'acme' };
const requestEvent = { ...events.requestEvent, tenantId: 'acme' };

describe('an event', () => {
  test('of KMS is an API activity of the tenant and its key', () => {
    const encryptionContext = { TenantId: 'acme', document: '7' };
    const refused = { ...keyEvent, outcome: 'refused', errorCode: 'AccessDenied' } as const;
    expect(ocsfEvent({ ...refused, session: 'globex', encryptionContext })).toEqual({
      category_uid: 6,
      class_uid: 6003,
      activity_id: 99,
      activity_name: 'Decrypt',
      type_uid: 600399,
      time: Date.UTC(2026, 10, 24, 17, 0, 0, 58),
      status_id: 2,
      status_code: 'AccessDenied',
      status_detail: 'refused',
      severity_id: 3,
      metadata: {
        version: '1.8.0',
        uid: 'event-1',
        product: { name: 'tenant-keys', vendor_name: 'tenant-keys' },
        log_name: 'kms',
        original_time: '2026-11-24T17:00:00.058Z',
        tenant_uid: 'acme',
      },
      actor: { user: { uid: 'backend' }, session: { uid: 'globex' } },
      src_endpoint: { ip: '192.0.2.1' },
      api: {
        operation: 'Decrypt',
        request: { uid: 'request-1' },
        service: { name: 'kms.amazonaws.com' },
        response: { error: 'AccessDenied' },
      },
      resources: [
        { uid: 'acme', type: 'tenant' },
        { uid: keyEvent.keyArn, type: 'AWS::KMS::Key', data: { encryptionContext } },
      ],
      unmapped: {},
    });
  });

  test('of a request says by whom and for whom, and what a caller claims is not the user', () => {
    const claimed = { actor: 'ann', label: 'ticket 7', issuer: 'https://issuer.example' };
    expect(ocsfEvent({ ...requestEvent, ...claimed })).toMatchObject({
      actor: { user: { uid: 'backend' }, session: { issuer: 'https://issuer.example' } },
      http_response: { code: 200 },
      unmapped: { actor: 'ann', label: 'ticket 7', kmsCalls: [{ requestId: 'kms-1' }] },
    });
  });

  test('of another store than KMS names the store, and says whose word it is', () => {
    const { keyArn: _, ...call } = keyEvent;
    const ofVault = {
      ...call,
      operation: 'POST transit/decrypt',
      keyStore: 'vault',
      source: 'product-log',
      correlationId: 'c',
      sourceAddress: 'unknown',
    } as const;
    expect(ocsfEvent(ofVault)).toMatchObject({
      activity_name: 'POST transit/decrypt',
      api: { operation: 'POST transit/decrypt', service: { name: 'vault' } },
      resources: [{ uid: 'acme', type: 'tenant' }],
      unmapped: { source: 'product-log', correlationId: 'c' },
    });
  });

  test.each([
    ['GET transit/keys', 'Read'],
    ['LIST transit/keys', 'Read'],
    ['DELETE transit/keys', 'Delete'],
    ['POST transit/keys/rotate', 'Update'],
    ['POST sys/policies/acl', 'Update'],
    ['POST transit/datakey/plaintext', 'POST transit/datakey/plaintext'],
    ['POST auth/login', 'POST auth/login'],
  ])('of Vault %s is the activity %s', (operation, activity) => {
    const event = { ...keyEvent, keyStore: 'vault', operation } as const;
    expect(ocsfEvent(event)).toMatchObject({ activity_name: activity });
  });

  test('of the stack has no tenant', () => {
    const { tenantId: _, ...ofStack } = { ...requestEvent, operation: 'list' };
    const ocsf = ocsfEvent(ofStack);
    expect(JSON.stringify(ocsf)).not.toContain('tenant_uid');
    expect(ocsf).toMatchObject({ resources: [] });
  });

  test.each([
    ['192.0.2.1', { ip: '192.0.2.1' }],
    ['2001:db8::1', { ip: '2001:db8::1' }],
    ['AWS Internal', { svc_name: 'AWS Internal' }],
    ['cloudtrail.amazonaws.com', { svc_name: 'cloudtrail.amazonaws.com' }],
    ['1.2.3', { svc_name: '1.2.3' }],
  ])('from %s', (sourceAddress, endpoint) => {
    expect(ocsfEvent({ ...keyEvent, sourceAddress })).toMatchObject({
      src_endpoint: endpoint,
    });
  });

  test.each([
    ['kms', 'CreateKey', 'Create'],
    ['kms', 'DescribeKey', 'Read'],
    ['kms', 'ListKeyRotations', 'Read'],
    ['kms', 'EnableKeyRotation', 'Update'],
    ['kms', 'ScheduleKeyDeletion', 'Delete'],
    ['kms', 'GenerateDataKeyWithoutPlaintext', 'GenerateDataKeyWithoutPlaintext'],
    ['request', 'onboard', 'Create'],
    ['request', 'suspend', 'Update'],
    ['request', 'offboard', 'Delete'],
    ['request', 'listEvents', 'Read'],
    ['request', 'encryptBatch', 'encryptBatch'],
    ['attempt', 'no operation of ours', 'no operation of ours'],
  ] as const)('of %s %s is the activity %s', (kind, operation, activity) => {
    const event = { ...(kind === 'kms' ? keyEvent : requestEvent), kind, operation } as AuditEvent;
    expect(ocsfEvent(event)).toMatchObject({ activity_name: activity });
  });
});

const text = fc.string({ unit: 'grapheme' });
const some = {
  eventId: text,
  time: fc
    .date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  operation: fc.oneof(text, fc.constantFrom('Encrypt', 'GetKeyPolicy', 'rotate', 'constructor')),
  outcome: fc.constantFrom('succeeded', 'refused', 'failed'),
  principal: text,
  sourceAddress: fc.oneof(text, fc.ipV4(), fc.ipV6(), fc.constant('AWS Internal')),
  requestId: text,
};
const ofEveryKind: fc.Arbitrary<AuditEvent> = fc.oneof(
  fc.record(
    {
      ...some,
      kind: fc.constant('kms'),
      keyArn: text,
      tenantId: text,
      errorCode: text,
      session: text,
      encryptionContext: fc.dictionary(text, text),
      keyMaterialId: text,
      keyStore: fc.constant('vault'),
      source: fc.constant('product-log'),
      correlationId: text,
      routine: fc.constant(true),
    },
    { requiredKeys: [...Object.keys(some), 'kind'] as never },
  ),
  fc.record(
    {
      ...some,
      kind: fc.constant('request'),
      status: fc.integer({ min: 200, max: 599 }),
      kmsCalls: fc.array(fc.record({ requestId: text, dataKeyId: text })),
      tenantId: text,
      errorCode: text,
      issuer: text,
      actor: text,
      label: text,
      items: fc.nat(),
      before: fc.constant({ status: 'ACTIVE' }),
      after: fc.constant({ status: 'SUSPENDED' }),
    },
    { requiredKeys: [...Object.keys(some), 'kind', 'status', 'kmsCalls'] as never },
  ),
  fc.record(
    { ...some, kind: fc.constant('attempt'), status: fc.constant(403), times: fc.nat() },
    { requiredKeys: [...Object.keys(some), 'kind', 'status'] as never },
  ),
) as never;

test('whatever the event, it is as the published schema has the class', () => {
  fc.assert(
    fc.property(ofEveryKind, (event) => {
      const ocsf = JSON.parse(JSON.stringify(ocsfEvent(event)));
      isOcsf(ocsf);
      expect(isOcsf.errors ?? []).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('whatever the event, each of its values is in it', () => {
  const valuesIn = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null
      ? [JSON.stringify(value), ...Object.values(value).flatMap(valuesIn)]
      : [value];
  fc.assert(
    fc.property(ofEveryKind, (event) => {
      const values = new Set(valuesIn(ocsfEvent(event)));
      for (const value of Object.values(event)) {
        expect(values).toContain(typeof value === 'object' ? JSON.stringify(value) : value);
      }
    }),
    { numRuns: 500 },
  );
});

test('a record that is not as the class has it is seen', () => {
  const ocsf = ocsfEvent(keyEvent) as Record<string, unknown>;
  const wrong = [
    { ...ocsf, actor: {} },
    { ...ocsf, time: '2026-11-24T17:00:00Z' },
    { ...ocsf, type_uid: 600305 },
    { ...ocsf, src_endpoint: { ip: 'AWS Internal' } },
    { ...ocsf, tenantId: 'acme' },
    { ...ocsf, metadata: { version: '1.8.0' } },
  ];
  expect(wrong.map((one) => isOcsf(one))).toEqual(wrong.map(() => false));
});
