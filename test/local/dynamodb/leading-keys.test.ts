import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { leadingKeyOfQuery, leadingKeysOf } from '../../../local/dynamodb/leading-keys.ts';
import { openDynamoDb, type TestDynamoDb } from './harness.ts';

let stack: TestDynamoDb;
beforeAll(async () => {
  stack = await openDynamoDb();
});
afterAll(() => stack.close());

const TableName = 'tenants';

/** @returns the error's name, or `allowed` */
const outcome = (asked: Promise<unknown>) =>
  asked.then(
    () => 'allowed',
    ({ name }: Error) => name,
  );

describe('a tenant session reaches the items of its own partition key', () => {
  const key = (tenantId: string) => ({ TableName, Key: { tenantId } });
  const single: Record<string, (tenantId: string) => Promise<unknown>> = {
    GetItem: (id) => stack.acme.send(new GetCommand(key(id))),
    PutItem: (id) => stack.acme.send(new PutCommand({ TableName, Item: { tenantId: id } })),
    UpdateItem: (id) =>
      stack.acme.send(
        new UpdateCommand({
          ...key(id),
          UpdateExpression: 'SET note = :n',
          ExpressionAttributeValues: { ':n': 'x' },
        }),
      ),
    DeleteItem: (id) => stack.acme.send(new DeleteCommand(key(id))),
    BatchGetItem: (id) =>
      stack.acme.send(
        new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [{ tenantId: id }] } } }),
      ),
    BatchWriteItem: (id) =>
      stack.acme.send(
        new BatchWriteCommand({
          RequestItems: { [TableName]: [{ PutRequest: { Item: { tenantId: id } } }] },
        }),
      ),
  };
  test.each(Object.keys(single))('%s: its own, no other', async (operation) => {
    const ask = single[operation] as (tenantId: string) => Promise<unknown>;
    expect(await outcome(ask('acme'))).toBe('allowed');
    for (const other of ['globex', 'acme2', 'ACME', '*', 'acme ', '${aws:PrincipalTag/TenantId}']) {
      expect([other, await outcome(ask(other))]).toEqual([other, 'AccessDeniedException']);
    }
  });

  test("a batch with one of its own and one of another's is refused as a whole", async () => {
    const keys = [{ tenantId: 'acme' }, { tenantId: 'globex' }];
    const get = new BatchGetCommand({ RequestItems: { [TableName]: { Keys: keys } } });
    expect(await outcome(stack.acme.send(get))).toBe('AccessDeniedException');
    const write = new BatchWriteCommand({
      RequestItems: {
        [TableName]: [
          { PutRequest: { Item: { tenantId: 'acme', note: 'overwritten' } } },
          { DeleteRequest: { Key: { tenantId: 'globex' } } },
        ],
      },
    });
    expect(await outcome(stack.acme.send(write))).toBe('AccessDeniedException');
    const { Item } = await stack.admin.send(
      new GetCommand({ TableName, Key: { tenantId: 'globex' } }),
    );
    expect(Item).toMatchObject({ note: 'of globex' });
  });

  test('a batch over a table that it may not use is refused as a whole', async () => {
    const RequestItems = {
      tenants: { Keys: [{ tenantId: 'acme' }] },
      elsewhere: { Keys: [{ tenantId: 'acme' }] },
    };
    const denied = stack.acme.send(new BatchGetCommand({ RequestItems }));
    expect(await outcome(denied)).toBe('AccessDeniedException');
  });

  test('a scan has no leading key, so the guard refuses it', async () => {
    expect(await outcome(stack.acme.send(new ScanCommand({ TableName })))).toBe(
      'AccessDeniedException',
    );
    expect((await stack.admin.send(new ScanCommand({ TableName }))).Count).toBeGreaterThan(0);
  });
});

describe('the partition key of a query is what its expression says, resolved', () => {
  const query = (input: Partial<QueryCommandInput>, by = stack.acme) =>
    by.send(new QueryCommand({ TableName: 'audit', ...input }));
  const placeholders = (value: string): Partial<QueryCommandInput> => ({
    KeyConditionExpression: '#k = :v',
    ExpressionAttributeNames: { '#k': 'tenantId' },
    ExpressionAttributeValues: { ':v': value },
  });

  test('with placeholders', async () => {
    expect((await query(placeholders('acme'))).Items).toHaveLength(1);
    expect(await outcome(query(placeholders('globex')))).toBe('AccessDeniedException');
  });

  test.each([
    ':v = tenantId',
    '(tenantId = :v)',
    'tenantId = :v AND #at > :one',
    '#at > :one AND tenantId = :v',
    '(#at BETWEEN :one AND :one) AND (tenantId = :v)',
  ])('in another order: %s', async (KeyConditionExpression) => {
    const input = (value: string) => ({
      KeyConditionExpression,
      ...(KeyConditionExpression.includes('#at')
        ? { ExpressionAttributeNames: { '#at': 'at' } }
        : {}),
      ExpressionAttributeValues: {
        ':v': value,
        ...(KeyConditionExpression.includes(':one') ? { ':one': 1 } : {}),
      },
    });
    expect(await outcome(query(input('acme')))).toBe('allowed');
    expect(await outcome(query(input('globex')))).toBe('AccessDeniedException');
  });

  test('on an index it is the key of the index', async () => {
    const by = (actor: string) => ({
      IndexName: 'by-actor',
      KeyConditionExpression: 'actor = :v',
      ExpressionAttributeValues: { ':v': actor },
    });
    expect((await query(by('acme'))).Items).toHaveLength(1);
    expect(await outcome(query(by('globex')))).toBe('AccessDeniedException');
  });

  test.each<[string, Partial<QueryCommandInput>]>([
    [
      'two conditions of one key',
      {
        KeyConditionExpression: 'tenantId = :a AND tenantId = :b',
        ExpressionAttributeValues: { ':a': 'acme', ':b': 'globex' },
      },
    ],
    [
      'a range of the partition key',
      {
        KeyConditionExpression: 'begins_with(tenantId, :a)',
        ExpressionAttributeValues: { ':a': 'acme' },
      },
    ],
    [
      'a choice',
      {
        KeyConditionExpression: 'tenantId = :a OR tenantId = :b',
        ExpressionAttributeValues: { ':a': 'acme', ':b': 'globex' },
      },
    ],
    [
      'no partition key',
      {
        KeyConditionExpression: '#at = :one',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':one': 1 },
      },
    ],
    [
      'a partition key of another type',
      {
        KeyConditionExpression: 'tenantId = :a',
        ExpressionAttributeValues: { ':a': 1 },
      },
    ],
    [
      'the older KeyConditions',
      {
        KeyConditions: {
          tenantId: { ComparisonOperator: 'EQ', AttributeValueList: ['acme'] },
        },
      },
    ],
    [
      'an index that is not there',
      {
        IndexName: 'missing',
        KeyConditionExpression: 'tenantId = :a',
        ExpressionAttributeValues: { ':a': 'acme' },
      },
    ],
  ])('what it does not understand it refuses: %s', async (_name, input) => {
    expect(await outcome(query(input))).toBe('ValidationException');
    expect(await outcome(query(input, stack.admin))).toBe('ValidationException');
  });
});

describe('whatever dynalite would let through', () => {
  const table = {
    TableStatus: 'ACTIVE',
    KeySchema: [
      { AttributeName: 'at', KeyType: 'RANGE' },
      { AttributeName: 'tenantId', KeyType: 'HASH' },
    ],
    AttributeDefinitions: [],
  };
  const acme = { S: 'acme' };
  const globex = { S: 'globex' };

  test('a partition key is one string and nothing beside it', () => {
    expect(leadingKeysOf(table, [{ tenantId: acme, at: { N: '1' } }])).toEqual(['acme']);
    expect(leadingKeysOf(table, [{ tenantId: acme }, { tenantId: globex }])).toEqual([
      'acme',
      'globex',
    ]);
    for (const value of [
      undefined,
      null,
      'acme',
      {},
      { N: '1' },
      { S: 1 },
      { S: 'acme', N: '1' },
    ]) {
      expect(() => leadingKeysOf(table, [{ tenantId: acme }, { tenantId: value }])).toThrow(
        'does not match the schema',
      );
    }
    // An inherited member is not what was sent.
    expect(() => leadingKeysOf(table, [Object.create({ tenantId: acme })])).toThrow();
  });

  test('a query has one condition of equality on it, with one value', () => {
    const ask = (ComparisonOperator: string, ...AttributeValueList: object[]) =>
      leadingKeyOfQuery(table, {
        KeyConditions: { tenantId: { ComparisonOperator, AttributeValueList } },
      });
    expect(ask('EQ', acme)).toEqual(['acme']);
    expect(() => ask('BEGINS_WITH', acme)).toThrow('missed key schema element: tenantId');
    expect(() => ask('BETWEEN', acme, globex)).toThrow('missed key schema element');
    expect(() => ask('EQ', acme, globex)).toThrow('missed key schema element');
    expect(() => ask('EQ')).toThrow('missed key schema element');
  });
});
