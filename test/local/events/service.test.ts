import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type BusEvent, events } from '../../../local/events/service.ts';
import type { Caller } from '../../../local/iam/caller.ts';
import { accountId, administrator, region, userWith } from '../../harness/account.ts';
import { clientOptions, openEndpoint } from '../aws/harness.ts';

const bus = `arn:aws:events:${region}:${accountId}:event-bus/default`;
const taken: BusEvent[] = [];
let endpoint: Awaited<ReturnType<typeof openEndpoint>>;
beforeAll(async () => {
  const onEvent = (event: BusEvent) => void taken.push(event);
  endpoint = await openEndpoint(() => [events({ partition: 'aws', region, accountId, onEvent })]);
});
afterAll(() => endpoint.close());
beforeEach(() => {
  taken.length = 0;
});

const put = (caller: Caller, ...Entries: PutEventsRequestEntry[]) =>
  new EventBridgeClient(clientOptions(endpoint.url, endpoint.credentials.issue(caller))).send(
    new PutEventsCommand({ Entries }),
  );
const entry = (change: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  Source: 'tenant-keys',
  DetailType: 'Reconciler finding',
  Detail: '{"kind":"orphan"}',
  ...change,
});

describe('serialization', () => {
  test('onEvent gets an event as a target would', async () => {
    const answer = await put(
      administrator,
      entry({ Resources: ['arn:x'], Time: new Date('2026-01-02T03:04:05Z') }),
    );
    expect(answer).toMatchObject({
      FailedEntryCount: 0,
      Entries: [{ EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
    });
    expect(taken).toEqual([
      {
        id: answer.Entries?.[0]?.EventId,
        source: 'tenant-keys',
        'detail-type': 'Reconciler finding',
        time: '2026-01-02T03:04:05.000Z',
        account: accountId,
        region,
        resources: ['arn:x'],
        detail: { kind: 'orphan' },
      },
    ]);
  });
});

describe('validation', () => {
  const wrong: [string, PutEventsRequestEntry, string][] = [
    ['no source', { Source: undefined }, 'InvalidArgument'],
    ['an empty type', { DetailType: '' }, 'InvalidArgument'],
    ['no detail', { Detail: undefined }, 'InvalidArgument'],
    ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
    ['a detail that is no object', { Detail: '[1]' }, 'MalformedDetail'],
    ["a source of AWS's", { Source: 'aws.kms' }, 'NotAuthorizedForSourceException'],
  ];
  test.each(wrong)(
    '%s fails in its place, and the entry beside it is taken',
    async (_, change, code) => {
      const answer = await put(administrator, entry(change), entry());
      expect(answer.FailedEntryCount).toBe(1);
      expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([code, undefined]);
      expect(taken).toHaveLength(1);
    },
  );

  test('no entry, or more than ten, is an error', async () => {
    await expect(put(administrator)).rejects.toMatchObject({ name: 'ValidationException' });
    const eleven = Array.from({ length: 11 }, () => entry());
    await expect(put(administrator, ...eleven)).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(taken).toEqual([]);
  });

  test('an unknown bus is an error', async () => {
    const other = put(administrator, entry({ EventBusName: 'other' }));
    await expect(other).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('behaviour', () => {
  const producer = userWith('producer', {
    Effect: 'Allow',
    Action: 'events:PutEvents',
    Resource: bus,
    Condition: { StringEquals: { 'events:source': 'tenant-keys' } },
  });

  test('IAM allows a source by name', async () => {
    await put(producer, entry(), entry({ EventBusName: bus }));
    expect(taken).toHaveLength(2);
  });

  test.each([
    ['another source', { Source: 'tenant-keys-too' }],
    ['no source', { Source: undefined }],
    ['another bus', { EventBusName: 'other' }],
  ])('%s is refused, with all that came with it', async (_, change) => {
    await expect(put(producer, entry(), entry(change))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: events:PutEvents'),
    });
    expect(taken).toEqual([]);
  });
});
