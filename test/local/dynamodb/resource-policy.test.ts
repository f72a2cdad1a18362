import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { administrator, userWith } from '../../harness/account.ts';
import { clientOptions } from '../aws/harness.ts';
import { arnOf, openDynamoDb, type TestDynamoDb, tenants } from './harness.ts';

let stack: TestDynamoDb;
beforeAll(async () => {
  stack = await openDynamoDb();
});
afterAll(() => stack.close());

const errorOf = (ResourceArn: string, user = administrator) =>
  new DynamoDB(clientOptions(stack.url, stack.credentials.issue(user)))
    .getResourcePolicy({ ResourceArn })
    .then(
      () => 'no error',
      ({ name }) => name,
    );

const ownTable = arnOf(tenants.TableName);

test('serialization: what is no ARN of a table here', async () => {
  expect(await errorOf('tenants')).toBe('ValidationException');
  expect(await errorOf(ownTable.replace('111122223333', '444455556666'))).toBe(
    'ValidationException',
  );
});

test('behaviour: a table has no policy, and another table is not there', async () => {
  expect(await errorOf(ownTable)).toBe('PolicyNotFoundException');
  expect(await errorOf(arnOf('other'))).toBe('ResourceNotFoundException');
});

test('behaviour: IAM decides who may read it', async () => {
  expect(await errorOf(ownTable, userWith('nobody'))).toBe('AccessDeniedException');
  const Action = 'dynamodb:GetResourcePolicy';
  const auditor = userWith('auditor', { Effect: 'Allow', Action, Resource: ownTable });
  expect(await errorOf(ownTable, auditor)).toBe('PolicyNotFoundException');
});
