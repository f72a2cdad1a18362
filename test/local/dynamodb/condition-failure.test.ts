/** ReturnValuesOnConditionCheckFailure: a write that its condition refuses answers the item that was there. */
import {
  type ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { administrator, userWith } from '../../harness/account.ts';
import { send, signed } from '../aws/harness.ts';
import { openDynamoDb, type TestDynamoDb } from './harness.ts';

let stack: TestDynamoDb;
beforeAll(async () => {
  stack = await openDynamoDb();
});
afterAll(() => stack.close());

const TableName = 'tenants';
const there = {
  tenantId: { S: 'globex' },
  at: { N: '1' },
  actor: { S: 'globex' },
  note: { S: 'of globex' },
};

interface Condition {
  readonly ConditionExpression: string;
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
}
type Write = (
  tenantId: string,
  condition: Condition,
) => PutItemCommand | UpdateItemCommand | DeleteItemCommand;

const writes: [string, Write][] = [
  [
    'PutItem',
    (tenantId, condition) =>
      new PutItemCommand({ TableName, Item: { tenantId: { S: tenantId } }, ...condition }),
  ],
  [
    'UpdateItem',
    (tenantId, condition) =>
      new UpdateItemCommand({
        TableName,
        Key: { tenantId: { S: tenantId } },
        UpdateExpression: 'REMOVE note',
        ...condition,
      }),
  ],
  [
    'DeleteItem',
    (tenantId, condition) =>
      new DeleteItemCommand({ TableName, Key: { tenantId: { S: tenantId } }, ...condition }),
  ],
];

/** @returns the item in the refusal; fails where the write succeeds or fails otherwise */
const itemOf = async (command: ReturnType<Write>, by = stack.admin) => {
  const error = await by.send(command as PutItemCommand).then(
    () => new Error('it succeeded'),
    (thrown: Error) => thrown,
  );
  expect(error).toMatchObject({
    name: 'ConditionalCheckFailedException',
    message: 'The conditional request failed',
  });
  return (error as ConditionalCheckFailedException).Item;
};

const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';

describe.each(writes)('%s', (operation, write) => {
  const fails = { ConditionExpression: 'attribute_not_exists(tenantId)' };

  test('with ALL_OLD answers the whole item, and leaves it as it was', async () => {
    const failing = write('globex', { ...fails, ReturnValuesOnConditionCheckFailure });
    expect(await itemOf(failing)).toEqual(there);
    expect(await itemOf(failing)).toEqual(there);
  });

  test('without it, or with NONE, answers none', async () => {
    expect(await itemOf(write('globex', fails))).toBeUndefined();
    const none = { ...fails, ReturnValuesOnConditionCheckFailure: 'NONE' } as const;
    expect(await itemOf(write('globex', none))).toBeUndefined();
  });

  test('where there was no item answers none', async () => {
    const condition = {
      ConditionExpression: 'attribute_exists(tenantId)',
      ReturnValuesOnConditionCheckFailure,
    } as const;
    expect(await itemOf(write('nobody', condition))).toBeUndefined();
  });

  test('needs the permission of the write and no other', async () => {
    const writer = stack.clientOf(
      userWith('writer', { Effect: 'Allow', Action: `dynamodb:${operation}`, Resource: '*' }),
    );
    const failing = write('globex', { ...fails, ReturnValuesOnConditionCheckFailure });
    expect(await itemOf(failing, writer)).toEqual(there);
    const refused = await stack.acme.send(failing as PutItemCommand).catch((error: Error) => error);
    expect(refused).toMatchObject({ name: 'AccessDeniedException' });
    expect(refused).not.toHaveProperty('Item');
  });

  test('takes no other value', async () => {
    const headers = {
      host: new URL(stack.url).host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const key = { tenantId: { S: 'globex' } };
    const input = {
      TableName,
      ReturnValuesOnConditionCheckFailure: 'ALL_NEW',
      Key: key,
      Item: key,
    };
    const raw = { method: 'POST', path: '/', headers, body: JSON.stringify(input) };
    const by = stack.credentials.issue(administrator);
    const answer = await send(stack.url, await signed(raw, by, { service: 'dynamodb' }));
    expect(answer.text).toContain(
      "Value 'ALL_NEW' at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, NONE]",
    );
  });
});
