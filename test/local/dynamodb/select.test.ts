/** The rules of `Select`. The messages are DynamoDB's, as moto's suite verified them on AWS. */
import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { userWith } from '../../harness/account.ts';
import { openDynamoDb, type TestDynamoDb } from './harness.ts';

let stack: TestDynamoDb;
beforeAll(async () => {
  stack = await openDynamoDb();
});
afterAll(() => stack.close());

type Input = Readonly<Record<string, unknown>>;

const read = (operation: string, input: Input, by = stack.admin) => {
  const key = { KeyConditionExpression: '#k = :k', ExpressionAttributeValues: { ':k': 'acme' } };
  const names = { ExpressionAttributeNames: { '#k': input.IndexName ? 'actor' : 'tenantId' } };
  const command =
    operation === 'Query'
      ? new QueryCommand({ TableName: 'audit', ...key, ...names, ...input })
      : (new ScanCommand({ TableName: 'audit', ...input }) as unknown as QueryCommand);
  return by.send(command);
};

/** @returns the message; fails where it is no ValidationException */
const refusal = async (operation: string, input: Input, by = stack.admin) => {
  const error = await read(operation, input, by).then(
    () => new Error('it succeeded'),
    (thrown: Error) => thrown,
  );
  expect(error.name).toBe('ValidationException');
  return error.message;
};

const IndexName = 'by-actor';

describe.each([
  ['Query', '1 validation error detected: '],
  ['Scan', ''],
])('Select of %s: validation', (operation, prefix) => {
  test.each([
    ['ALL_ATTRIBUTES', 'ALL_ATTRIBUTES'],
    ['ALL_PROJECTED_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'],
    ['COUNT', 'only the Count'],
  ])('%s takes no projection', async (Select, what) => {
    expect(await refusal(operation, { IndexName, Select, ProjectionExpression: 'note' })).toBe(
      `${prefix}Cannot specify the ProjectionExpression when choosing to get ${what}`,
    );
  });

  test('SPECIFIC_ATTRIBUTES needs a projection', async () => {
    expect(await refusal(operation, { Select: 'SPECIFIC_ATTRIBUTES' })).toBe(
      `${prefix}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`,
    );
  });

  test('ALL_PROJECTED_ATTRIBUTES needs an index', async () => {
    expect(await refusal(operation, { Select: 'ALL_PROJECTED_ATTRIBUTES' })).toBe(
      `${prefix}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName`,
    );
  });

  test('a value in small letters', async () => {
    expect(await refusal(operation, { Select: 'count' })).toContain(
      'Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]',
    );
  });

  test('is checked before the policies are asked', async () => {
    const nobody = stack.clientOf(userWith('nobody'));
    expect(await refusal(operation, { Select: 'SPECIFIC_ATTRIBUTES' }, nobody)).toContain('Must');
  });
});

test('the legacy AttributesToGet of a Scan is a projection as well', async () => {
  const AttributesToGet = ['note'];
  expect(await refusal('Scan', { Select: 'COUNT', AttributesToGet })).toBe(
    'Cannot specify the AttributesToGet when choosing to get only the Count',
  );
});

describe.each(['Query', 'Scan'])('Select of %s: behaviour', (operation) => {
  const count = operation === 'Query' ? 1 : 2;

  test('COUNT gives no items, SPECIFIC_ATTRIBUTES those that were named, the others all', async () => {
    expect(await read(operation, { Select: 'COUNT' })).not.toHaveProperty('Items');
    expect((await read(operation, { Select: 'COUNT' })).Count).toBe(count);
    const specific = { Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: 'note' };
    const { Items } = await read(operation, specific);
    expect(Items?.map((item) => Object.keys(item))).toEqual(Array(count).fill(['note']));
    for (const all of [
      { Select: 'ALL_ATTRIBUTES' },
      { Select: 'ALL_PROJECTED_ATTRIBUTES', IndexName },
      {},
    ]) {
      const [item = {}] = (await read(operation, all)).Items ?? [];
      expect(Object.keys(item).sort()).toEqual(['actor', 'at', 'note', 'tenantId']);
    }
  });

  test('dynamodb:Select lets a policy give counts, and no items', async () => {
    const counting = stack.clientOf(
      userWith('counting', {
        Effect: 'Allow',
        Action: `dynamodb:${operation}`,
        Resource: '*',
        Condition: { StringEquals: { 'dynamodb:Select': 'COUNT' } },
      }),
    );
    expect((await read(operation, { Select: 'COUNT' }, counting)).Count).toBe(count);
    const items: Input[] = [{}, { Select: 'ALL_ATTRIBUTES' }, { ProjectionExpression: 'note' }];
    for (const input of items) {
      await expect(read(operation, input, counting)).rejects.toThrow('not authorized');
    }
  });
});
