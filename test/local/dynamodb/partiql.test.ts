/** BatchExecuteStatement, of which the local stack plays INSERT. */
import {
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { userWith } from '../../harness/account.ts';
import { arnOf, openDynamoDb, type TestDynamoDb } from './harness.ts';

let stack: TestDynamoDb;
beforeAll(async () => {
  stack = await openDynamoDb();
});
afterAll(() => stack.close());

const insert = (tenantId: string, note = 'new', table = 'tenants'): BatchStatementRequest => ({
  Statement: `INSERT INTO "${table}" VALUE {'tenantId':?,'note':?}`,
  Parameters: [{ S: tenantId }, { S: note }],
});
const send = (client: TestDynamoDb['admin'], ...Statements: BatchStatementRequest[]) =>
  client.send(new BatchExecuteStatementCommand({ Statements }));
const nameOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'allowed',
    ({ name }: Error) => name,
  );
const noteOf = async (id: string) => {
  const Key = { tenantId: { S: id } };
  const { Item } = await stack.admin.send(new GetItemCommand({ TableName: 'tenants', Key }));
  return Item?.note?.S;
};

describe('validation', () => {
  test.each<[string, BatchStatementRequest]>([
    ['no insert', { Statement: `DELETE FROM "tenants" WHERE "tenantId" = 'acme'` }],
    ['two statements in one', { Statement: `${insert('x').Statement}; ${insert('y').Statement}` }],
    ['a literal', { Statement: `INSERT INTO "tenants" VALUE {'tenantId':'x'}` }],
    ['a parameter too few', { ...insert('x'), Parameters: [{ S: 'x' }] }],
    ['a parameter too many', { ...insert('x'), Parameters: [{ S: 'x' }, { S: 'y' }, { S: 'z' }] }],
    [
      'a name twice',
      { ...insert('x'), Statement: `INSERT INTO "tenants" VALUE {'tenantId':?,'tenantId':?}` },
    ],
  ])('%s is refused', async (_, statement) => {
    expect(await nameOf(send(stack.admin, statement))).toBe('ValidationException');
  });

  test('no statement, and more than 25, are refused', async () => {
    expect(await nameOf(send(stack.admin))).toBe('ValidationException');
    const many = Array.from({ length: 26 }, (_, at) => insert(`many-${at}`));
    expect(await nameOf(send(stack.admin, ...many))).toBe('ValidationException');
  });
});

describe('behaviour', () => {
  test('an item that is not there is added; one that is there stays as it was', async () => {
    const { Responses } = await send(stack.admin, insert('new'), insert('globex', 'changed'));
    expect(Responses).toEqual([
      { TableName: 'tenants' },
      { TableName: 'tenants', Error: expect.objectContaining({ Code: 'DuplicateItem' }) },
    ]);
    expect([await noteOf('new'), await noteOf('globex')]).toEqual(['new', 'of globex']);
  });

  test('what can be no item is an error of its statement alone', async () => {
    const { Responses } = await send(
      stack.admin,
      insert('x'.repeat(2049)),
      insert('fits'),
      insert('lost', 'x', 'no-table'),
    );
    expect(Responses?.map((response) => response.Error?.Code)).toEqual([
      'ValidationError',
      undefined,
      'ResourceNotFound',
    ]);
    expect(await noteOf('fits')).toBe('new');
  });

  test.each(['PutItem', 'BatchWriteItem', 'UpdateItem', 'BatchExecuteStatement'])(
    'is a right of its own, which dynamodb:%s is not',
    async (action) => {
      const allows = (Action: string) =>
        stack.clientOf({
          ...userWith('writer'),
          identityPolicies: [
            parsePolicy(
              {
                Version: '2012-10-17',
                Statement: { Effect: 'Allow', Action, Resource: arnOf('tenants') },
              },
              'writer',
              'identity',
            ),
          ],
        });
      const denied = send(allows(`dynamodb:${action}`), insert(`by-${action}`));
      expect(await nameOf(denied)).toBe('AccessDeniedException');
      const allowed = send(allows('dynamodb:PartiQLInsert'), insert(`by-${action}`));
      expect(await nameOf(allowed)).toBe('allowed');
    },
  );

  test("goes by the partition key: one of another's refuses the whole batch", async () => {
    const own = send(stack.acme, insert('acme'));
    expect(await nameOf(own)).toBe('allowed');
    const both = send(stack.acme, insert('acme'), insert('umbrella'));
    expect(await nameOf(both)).toBe('AccessDeniedException');
    expect(await noteOf('umbrella')).toBeUndefined();
  });
});
