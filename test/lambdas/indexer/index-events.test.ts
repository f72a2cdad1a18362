/** From lines to rows, on the tables of the local stack. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routes } from '../../../contract/routes.ts';
import { stackPartition } from '../../../contract/table-schema.ts';
import { indexBatch } from '../../../lambdas/indexer/index-events.ts';
import { batchOf, delivery } from './delivery.ts';
import {
  certificates,
  controlPlane,
  empty,
  environment,
  event,
  harness,
  index,
  keyOf,
  owners,
  reconciler,
  request,
  rows,
  tenantsOf,
  useHarness,
} from './harness.ts';

useHarness();

describe('events of the trail', () => {
  test("are rows of the key's tenant, which go away in time, and lines for alarms", async () => {
    const one = event(['acme'], { errorCode: 'AccessDenied' });
    const summary = await index('trail', [one]);
    expect(summary).toEqual({
      IndexedLines: 1,
      IndexedRows: 1,
      UnreadableLines: 0,
      TableCalls: 1,
    });
    expect(await rows()).toEqual([
      {
        tenantId: 'acme',
        eventKey: `2026-11-24T17:00:00.000Z/kms/${one.eventID}`,
        eventShard: expect.stringMatching(/^all\/[0-7]$/),
        eventOrder: `2026-11-24T17:00:00.000Z/kms/${one.eventID}/acme`,
        expiresAt: Date.parse('2026-12-24T17:00:00Z') / 1000,
        kind: 'kms',
        eventId: one.eventID,
        time: '2026-11-24T17:00:00.000Z',
        operation: 'Decrypt',
        outcome: 'refused',
        errorCode: 'AccessDenied',
        principal: 'arn:aws:iam::111122223333:user/Alice',
        sourceAddress: '192.0.2.1',
        requestId: one.requestID,
        keyArn: keyOf('acme'),
        encryptionContext: '{"TenantId":"acme"}',
      },
    ]);
    expect(harness.logged).toEqual([
      {
        timestamp: expect.any(String),
        level: 'INFO',
        message: 'key event',
        tenantId: 'acme',
        time: '2026-11-24T17:00:00.000Z',
        operation: 'Decrypt',
        outcome: 'refused',
        errorCode: 'AccessDenied',
        principal: 'arn:aws:iam::111122223333:user/Alice',
        keyArn: keyOf('acme'),
        eventId: one.eventID,
      },
    ]);
  });

  test("of keys that are no tenant's are no rows, whatever they say of tenants", async () => {
    const tags = [
      { tagKey: 'TenantId', tagValue: 'acme' },
      { tagKey: 'ManagedBy', tagValue: 'tenant-keys' },
    ];
    const summary = await index('trail', [
      event(['stranger']),
      event([]),
      // A key that somebody else makes in a tenant's name.
      event(['forged'], { eventName: 'CreateKey', requestParameters: { tags } }),
      event(['forged']),
    ]);
    expect(summary).toMatchObject({ IndexedLines: 4, IndexedRows: 0 });
    expect(await rows()).toEqual([]);
    expect(harness.logged).toEqual([]);
  });

  test('of a key that the control plane has just made are the new tenant’s', async () => {
    const made = event(['new'], {
      eventName: 'CreateKey',
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111122223333:assumed-role/ControlPlane/tenants',
        sessionContext: { sessionIssuer: { arn: controlPlane } },
      },
      requestParameters: {
        tags: [
          { tagKey: 'TenantId', tagValue: 'umbrella' },
          { tagKey: 'ManagedBy', tagValue: 'tenant-keys' },
        ],
      },
    });
    await index('trail', [made, event(['new'], { eventName: 'CreateAlias' })]);
    expect(await tenantsOf()).toEqual(['umbrella', 'umbrella']);
  });

  test('of two tenants’ keys are a row for each, and one where both keys are one tenant’s', async () => {
    await index('trail', [event(['acme', 'globex'], { eventName: 'ReEncrypt' })]);
    expect(await tenantsOf()).toEqual(['acme', 'globex']);
    await index('trail', [event(['globex', 'globex'], { eventName: 'ReEncrypt' })]);
    expect(await tenantsOf()).toEqual(['acme', 'globex', 'globex']);
  });

  test('of a key whose name is too long to be looked up stop no other', async () => {
    const long = { resources: [{ ARN: keyOf('k'.repeat(2048)) }] };
    const summary = await index('trail', [event([], long), event(['acme'])]);
    expect(summary).toMatchObject({ IndexedLines: 2, IndexedRows: 1, UnreadableLines: 0 });
    // DynamoDB would refuse the query, and the whole delivery with it.
    expect(harness.calls.filter(({ operation }) => operation === 'Query')).toHaveLength(1);
  });

  test('that no reader can read are counted, and stop no other', async () => {
    const batch = delivery('trail', ['{', '"x"', JSON.stringify(event(['acme']))]);
    const known = { client: harness.client, owners: owners(), environment };
    expect(await indexBatch(batchOf(batch), known)).toMatchObject({
      IndexedLines: 3,
      IndexedRows: 1,
      UnreadableLines: 2,
    });
  });
});

describe("the product's own looks at a key", () => {
  const by = (role: string, eventName: string, change: object = {}) =>
    event(['acme'], {
      eventName,
      userIdentity: {
        type: 'AssumedRole',
        arn: `${role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/x`,
        sessionContext: { sessionIssuer: { arn: role } },
      },
      ...change,
    });
  const routineOf = async (line: object) => {
    await index('trail', [line]);
    const [row] = await rows();
    return row?.routine;
  };

  test.each([
    ['the control plane', controlPlane, 'DescribeKey'],
    ['the reconciler', reconciler, 'GetKeyPolicy'],
    ['the reconciler', reconciler, 'ListResourceTags'],
    ['the certificates function', certificates, 'DescribeKey'],
  ])('are routine: %s, %s %s', async (_, role, operation) => {
    expect(await routineOf(by(role, operation))).toBe(true);
  });

  test('are routine where KMS refuses them too', async () => {
    expect(await routineOf(by(reconciler, 'DescribeKey', { errorCode: 'NotFoundException' }))).toBe(
      true,
    );
  });

  test.each([
    ['a change', controlPlane, 'DisableKey'],
    ['a use', controlPlane, 'Decrypt'],
    ['a data key', reconciler, 'GenerateDataKey'],
    ["a tenant's session", environment.TENANT_ROLE_ARN, 'DescribeKey'],
    ['somebody else', 'arn:aws:iam::111122223333:role/Admin', 'GetKeyPolicy'],
    ['a name that only begins alike', controlPlane, 'Getaway'],
  ])('are not what is %s', async (_, role, operation) => {
    expect(await routineOf(by(role, operation))).toBeUndefined();
  });

  test('are lines for alarms as ever', async () => {
    await index('trail', [by(reconciler, 'GetKeyPolicy', { errorCode: 'AccessDenied' })]);
    expect(harness.logged).toMatchObject([{ operation: 'GetKeyPolicy', outcome: 'refused' }]);
  });
});

test('what is delivered again changes nothing', async () => {
  const events = [event(['acme']), event(['globex']), event(['acme'])];
  const requests = [request(), request({ tenantId: 'globex' })];
  await index('trail', events);
  await index('crypto-log', requests);
  const before = await rows();
  await index('trail', [...events, ...events]);
  await index('crypto-log', requests);
  expect(await rows()).toEqual(before);
  expect(before).toHaveLength(5);
});

describe('lines of requests', () => {
  test('are rows of the tenant whose token it was', async () => {
    await index('crypto-log', [
      request({ Items: 3, FailedItems: 1, code: 'x', content: 'secret' }),
    ]);
    const [row] = await rows();
    expect(row).toMatchObject({
      tenantId: 'acme',
      kind: 'request',
      time: '2026-11-24T17:00:00.123Z',
      operation: 'decrypt',
      principal: 'backend',
      status: 200,
      errorCode: 'x',
      items: 3,
      failedItems: 1,
      kmsCalls: [{ requestId: 'request-1', dataKeyId: 'd' }],
    });
    expect(row).not.toHaveProperty('content');
  });

  test.each([
    ['tenants-log', 'suspend'],
    ['certificates-log', 'erasureCertificate'],
    ['audit-log', 'listEvents'],
  ])('of %s are rows of the tenant that the request was about: %s', async (group, operation) => {
    await index(group, [request({ operation, tenantId: 'globex', principal: 'jane' })]);
    expect(await rows()).toMatchObject([{ tenantId: 'globex', operation, principal: 'jane' }]);
  });

  test.each([
    ['tenants-log', 'list'],
    ['tenants-log', 'onboard'],
    ['certificates-log', 'certificateKey'],
  ])("of %s about no tenant are the stack's own: %s", async (group, operation) => {
    await index(group, [request({ operation, tenantId: undefined })]);
    expect(await rows()).toMatchObject([{ tenantId: stackPartition, operation }]);
  });

  test('of the control plane say what was changed; no other plane changes a tenant', async () => {
    const change = { before: { status: 'ACTIVE' }, after: { status: 'SUSPENDED' } };
    await index('tenants-log', [request({ operation: 'suspend', ...change })]);
    expect(await rows()).toMatchObject([change]);
    for (const [group, operation] of [
      ['crypto-log', 'decrypt'],
      ['certificates-log', 'erasureCertificate'],
      ['audit-log', 'listEvents'],
    ] as const) {
      await index(group, [request({ operation, tenantId: 'globex', ...change })]);
    }
    const others = (await rows()).filter(({ tenantId }) => tenantId === 'globex');
    expect(others).toHaveLength(3);
    for (const row of others) expect(Object.keys(row)).not.toContain('after');
  });

  const planesAndOperations = fc.record({
    group: fc.constantFrom('tenants-log', 'crypto-log', 'certificates-log', 'audit-log'),
    operation: fc.oneof(fc.constantFrom(...routes.map((one) => one.operation)), fc.string()),
    tenantId: fc.option(fc.constantFrom('acme', stackPartition, '*', 'baseline/acme'), {
      nil: undefined,
    }),
  });
  test('count for their own plane alone, whatever they say: no other function makes a decryption', () =>
    fc.assert(
      fc
        .asyncProperty(planesAndOperations, async ({ group, operation, tenantId }) => {
          const summary = await index(group, [request({ operation, tenantId })]);
          const plane = group.replace('-log', '');
          const isOwn = routes.some((one) => one.plane === plane && one.operation === operation);
          const hasTenant = tenantId === 'acme' || (tenantId === undefined && plane !== 'crypto');
          expect(summary.IndexedRows).toBe(isOwn && hasTenant ? 1 : 0);
          expect(summary.IndexedRows + summary.UnreadableLines).toBe(1);
        })
        .beforeEach(empty),
      { numRuns: 150 },
    ));

  test('make no events of KMS, nor events of the trail requests', async () => {
    expect(await index('crypto-log', [event(['acme'])])).toMatchObject({ UnreadableLines: 1 });
    expect(await index('trail', [request()])).toMatchObject({ UnreadableLines: 1 });
    expect(await rows()).toEqual([]);
  });

  test.each(['*', 'baseline/acme', 'ACME', '', undefined])(
    'of a tenant that cannot be (%s) are not read',
    async (tenantId) => {
      expect(await index('crypto-log', [request({ tenantId })])).toMatchObject({ IndexedRows: 0 });
      expect(await rows()).toEqual([]);
    },
  );
});

test('a log group that is none of ours fails', async () => {
  await expect(index('other', [event(['acme'])])).rejects.toThrow('none that is indexed');
});
