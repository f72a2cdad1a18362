import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  TransactGetItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createTable } from '../../../local/dynamodb/create-table.ts';
import { openDynalite } from '../../../local/dynamodb/dynalite.ts';
import { dynamodb } from '../../../local/dynamodb/service.ts';
import { account, administrator, userWith } from '../../harness/account.ts';
import { send, signed } from '../aws/harness.ts';
import { arnOf, openDynamoDb, type TestDynamoDb, tenants } from './harness.ts';

let stack: TestDynamoDb;
beforeAll(async () => {
  stack = await openDynamoDb();
});
afterAll(() => stack.close());

const raw = async (operation: string, input: string) => {
  const headers = {
    host: new URL(stack.url).host,
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
  };
  const request = { method: 'POST', path: '/', headers, body: input };
  const by = stack.credentials.issue(administrator);
  return send(stack.url, await signed(request, by, { service: 'dynamodb' }));
};

test.each([0, 1, 2, 3, 4, 5])(
  'what has begun is done before the tables are closed, also where nobody waits for it: %d turns later',
  async (turns) => {
    const dynalite = await openDynalite(account);
    await createTable(dynalite, tenants);
    const query = dynalite.check('Query', {
      TableName: tenants.TableName,
      KeyConditionExpression: 'tenantId = :t',
      ExpressionAttributeValues: { ':t': { S: 'acme' } },
    });
    const endings = Array.from({ length: 20 }, async () => {
      await dynalite.table(tenants.TableName);
      return dynalite.run('Query', query);
    });
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    const closed = dynalite.close();
    expect(await Promise.allSettled(endings)).toEqual(
      endings.map(() => ({ status: 'fulfilled', value: expect.objectContaining({ Count: 0 }) })),
    );
    await closed;
  },
);

describe('serialization', () => {
  test.each([
    ['{"TableName":1}', 'SerializationException'],
    ['{"TableName":"tenants","Key":[]}', 'SerializationException'],
    ['{"TableName":"tenants","Key":{"tenantId":"acme"}}', 'SerializationException'],
    ['{"TableName":"tenants","Key":{"tenantId":{"S":1}}}', 'SerializationException'],
    ['{"TableName":"tenants","Key":{"tenantId":{"S":"a","N":"1"}}}', 'ValidationException'],
    ['{"TableName":"tenants","Key":{"tenantId":{"X":"a"}}}', 'ValidationException'],
    ['{"TableName":"tenants","Key":{"__proto__":{"S":"a"}}}', 'ValidationException'],
    ['{"TableName":"tenants","Key":{"a":{"M":{"__proto__":{"S":"a"}}}}}', 'ValidationException'],
    ['{"TableName":"tenants","Key":{"tenantId":null}}', 'SerializationException'],
    ['{"TableName":"tenants","Key":{"tenantId":{"L":[null]}}}', 'SerializationException'],
    ['{"TableName":"tenants","Key":null}', 'ValidationException'],
    ['{"TableName":"tenants","Key":{}}', 'ValidationException'],
    ['{"TableName":"tenants"}', 'ValidationException'],
    ['{}', 'ValidationException'],
  ])('GetItem %s is a %s', async (input, code) => {
    const answer = await raw('GetItem', input);
    expect([answer.status, answer.code?.replace(/.*#/, '')]).toEqual([400, code]);
  });
});

describe('validation', () => {
  test.each([
    ['GetItem', '{"TableName":"tenants","Key":{"__proto__":{"S":"a"},"tenantId":{"S":"a"}}}'],
    [
      'BatchGetItem',
      '{"RequestItems":{"tenants":{"Keys":[{"tenantId":{"S":"a"}}]},"__proto__":{"Keys":[{"tenantId":{"S":"b"}}]}}}',
    ],
  ])('%s does not take a name that could become a prototype', async (operation, input) => {
    expect((await raw(operation, input)).text).toContain('does not take the name __proto__');
  });

  test.each([
    ['{"RequestItems":{}}'],
    ['{"RequestItems":{"tenants":[]}}'],
    ['{"RequestItems":{"tenants":[{}]}}'],
    [
      '{"RequestItems":{"tenants":[{"PutRequest":{"Item":{"tenantId":{"S":"a"}}},"DeleteRequest":{"Key":{"tenantId":{"S":"b"}}}}]}}',
    ],
    ['{"RequestItems":{"tenants":[{"PutRequest":{"Item":{"other":{"S":"a"}}}}]}}'],
  ])('BatchWriteItem %s is refused', async (input) => {
    const answer = await raw('BatchWriteItem', input);
    expect([answer.status, answer.code]).toEqual([
      400,
      expect.stringMatching(/ValidationException$/),
    ]);
  });
});

describe('behaviour', () => {
  test('errors of dynalite are passed on unchanged', async () => {
    const Item = { tenantId: 'acme' };
    const put = new PutCommand({
      TableName: 'tenants',
      Item,
      ConditionExpression: 'attribute_not_exists(tenantId)',
    });
    await expect(stack.admin.send(put)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
    });
    await expect(
      stack.admin.send(new GetCommand({ TableName: 'missing', Key: { a: 'b' } })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    });
  });

  test('a table is described with its ARN, and listed', async () => {
    const { Table } = await stack.admin.send(new DescribeTableCommand({ TableName: 'tenants' }));
    expect(Table).toMatchObject({ TableArn: arnOf('tenants'), TableStatus: 'ACTIVE' });
    const { TableNames } = await stack.admin.send(new ListTablesCommand({}));
    expect(TableNames).toEqual(['audit', 'tenants']);
  });

  test('each operation is authorized by its own name, on its table or index', async () => {
    const on = (Action: string, Resource: string) =>
      stack.clientOf(userWith('one', { Effect: 'Allow', Action, Resource }));
    const get = new GetCommand({ TableName: 'tenants', Key: { tenantId: 'acme' } });
    expect((await on('dynamodb:GetItem', arnOf('tenants')).send(get)).Item).toBeDefined();
    await expect(on('dynamodb:Query', arnOf('tenants')).send(get)).rejects.toMatchObject({
      message: expect.stringContaining(`dynamodb:GetItem on resource: ${arnOf('tenants')}`),
    });
    await expect(on('dynamodb:GetItem', arnOf('audit')).send(get)).rejects.toThrow(
      'not authorized',
    );
    const query = new QueryCommand({
      TableName: 'audit',
      IndexName: 'by-actor',
      KeyConditionExpression: 'actor = :a',
      ExpressionAttributeValues: { ':a': 'acme' },
    });
    await expect(on('dynamodb:Query', arnOf('audit')).send(query)).rejects.toThrow(
      'not authorized',
    );
    expect((await on('dynamodb:Query', `${arnOf('audit')}/index/*`).send(query)).Count).toBe(1);
    const scan = new ScanCommand({ TableName: 'audit', IndexName: 'by-actor' });
    await expect(on('dynamodb:Scan', arnOf('audit')).send(scan)).rejects.toThrow('not authorized');
  });

  test('dynamodb:Select is what was asked for, or what DynamoDB then takes', async () => {
    const counting = stack.clientOf(
      userWith('counting', {
        Effect: 'Allow',
        Action: 'dynamodb:Scan',
        Resource: '*',
        Condition: { StringEquals: { 'dynamodb:Select': ['COUNT', 'SPECIFIC_ATTRIBUTES'] } },
      }),
    );
    const TableName = 'tenants';
    expect((await counting.send(new ScanCommand({ TableName, Select: 'COUNT' }))).Count).toBe(2);
    const projected = new ScanCommand({ TableName, ProjectionExpression: 'tenantId' });
    expect((await counting.send(projected)).Items).toHaveLength(2);
    await expect(counting.send(new ScanCommand({ TableName }))).rejects.toThrow('not authorized');
  });

  test('a missing table is not found only by who may use it', async () => {
    const get = new GetCommand({ TableName: 'missing', Key: { tenantId: 'acme' } });
    await expect(stack.acme.send(get)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('no caller can make a table or begin a transaction', async () => {
    const commands = [
      new CreateTableCommand({
        ...tenants,
        AttributeDefinitions: [...tenants.AttributeDefinitions],
        KeySchema: [...tenants.KeySchema],
      }),
      new TransactGetItemsCommand({ TransactItems: [] }),
    ];
    for (const command of commands) {
      await expect(
        stack.admin.send(command as unknown as DescribeTableCommand),
      ).rejects.toMatchObject({ name: 'UnknownOperationException' });
    }
  });
});

describe('tables that are kept in a folder', () => {
  const folders: string[] = [];
  const newFolder = () => {
    folders.push(mkdtempSync(join(tmpdir(), 'tenant-keys-tables-')));
    return folders.at(-1) as string;
  };
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  const key = { tenantId: { S: 'acme' } };

  test('outlive a restart with their items, and cannot be opened twice', async () => {
    const path = newFolder();
    const first = await dynamodb({ ...account, path });
    await first.createTable(tenants);
    await expect(dynamodb({ ...account, path })).rejects.toThrow('does another stack run on them?');
    await first.close();

    const dynalite = await openDynalite({ ...account, path });
    await dynalite.run('PutItem', dynalite.check('PutItem', { TableName: 'tenants', Item: key }));
    await dynalite.close();

    const second = await dynamodb({ ...account, path });
    await second.createTable(tenants);
    await second.close();
    const again = await openDynalite({ ...account, path });
    const get = again.check('GetItem', { TableName: 'tenants', Key: key });
    expect(await again.run('GetItem', get)).toEqual({ Item: key });
    await again.close();
    expect(existsSync(path)).toBe(true);
  });

  test('with other keys than the template says stop the start', async () => {
    const path = newFolder();
    const first = await dynamodb({ ...account, path });
    await first.createTable(tenants);
    const other = {
      ...tenants,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    };
    await expect(first.createTable(other)).rejects.toThrow(
      'the data directory holds a table tenants with other keys or indexes',
    );
    await first.close();
  });

  test('whose creation was interrupted are made again', async () => {
    const path = newFolder();
    const dynalite = await openDynalite({ ...account, path });
    // dynalite says by a timer that a table is active; a crash comes first.
    const timer = jest.spyOn(globalThis, 'setTimeout').mockReturnValue({} as NodeJS.Timeout);
    await dynalite.run('CreateTable', dynalite.check('CreateTable', tenants));
    expect(timer).toHaveBeenCalled();
    timer.mockRestore();
    await dynalite.close();
    const kept = await openDynalite({ ...account, path });
    expect((await kept.table('tenants'))?.TableStatus).toBe('CREATING');
    await kept.close();

    const restarted = await dynamodb({ ...account, path });
    await restarted.createTable(tenants);
    await restarted.close();
    const after = await openDynalite({ ...account, path });
    expect((await after.table('tenants'))?.TableStatus).toBe('ACTIVE');
    await after.close();
  });

  test('must have strings as partition keys', async () => {
    const tables = await dynamodb(account);
    const numbers = {
      ...tenants,
      AttributeDefinitions: [{ AttributeName: 'tenantId', AttributeType: 'N' }],
    };
    await expect(tables.createTable(numbers)).rejects.toThrow('must be strings');
    await tables.close();
  });
});
