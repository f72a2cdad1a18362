/**
 * What IAM is asked about a request. Invariant: it is asked about every table and index that an operation touches,
 * with the partition keys that it touches there. An operation that is not here is unknown.
 */
import type { AccessCheck } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { ConditionContext } from '../iam/decision.ts';
import type { TableDescription, TableRequest } from './dynalite.ts';
import { type Item, leadingKeyOfQuery, leadingKeysOf } from './leading-keys.ts';
import { selectContext } from './select.ts';

/** The tables of one account in one region. */
export interface Tables {
  arnOf(tableName: string): string;
  /** @returns undefined for a table that does not exist */
  find(tableName: string): Promise<TableDescription | undefined>;
}

type Checks = Promise<readonly Check[]>;

/** A check whose action is the operation. */
type Check = Pick<AccessCheck, 'resource' | 'context'>;

export const accesses: Readonly<Record<string, (request: TableRequest, tables: Tables) => Checks>> =
  {
    GetItem: ({ TableName, Key }, tables) => itemChecks(tables, TableName, [Key]),
    PutItem: (request, tables) => write(request, tables, request.Item),
    UpdateItem: (request, tables) => write(request, tables, request.Key),
    DeleteItem: (request, tables) => write(request, tables, request.Key),
    Query: query,
    Scan: async (request, tables) => [
      { resource: resourceOf(request, tables), context: selectContext(request) },
    ],
    BatchGetItem: ({ RequestItems }, tables) =>
      batch(tables, RequestItems, (keys) => (keys as { Keys: readonly unknown[] }).Keys),
    BatchWriteItem: ({ RequestItems }, tables) =>
      batch(tables, RequestItems, (writes) => (writes as readonly WriteRequest[]).map(written)),
    DescribeTable: async (request, tables) => [{ resource: resourceOf(request, tables) }],
    ListTables: async () => [{ resource: '*' }],
  };

/** @param keys or items, each with its partition key */
export async function itemChecks(
  tables: Tables,
  tableName: unknown,
  keys: readonly unknown[],
  context: ConditionContext = {},
): Checks {
  const name = tableName as string;
  const table = await tables.find(name);
  // A table that does not exist has no keys. If IAM allows the call, the answer is that it is not found.
  const leadingKeys = table === undefined ? undefined : leadingKeysOf(table, keys as Item[]);
  return [
    { resource: tables.arnOf(name), context: { ...context, 'dynamodb:LeadingKeys': leadingKeys } },
  ];
}

const write = (request: TableRequest, tables: Tables, key: unknown): Checks =>
  itemChecks(tables, request.TableName, [key], {
    'dynamodb:ReturnValues': request.ReturnValues as string | undefined,
  });

async function query(request: TableRequest, tables: Tables): Checks {
  const table = await tables.find(request.TableName as string);
  const leadingKeys = table === undefined ? undefined : leadingKeyOfQuery(table, request);
  return [
    {
      resource: resourceOf(request, tables),
      context: { ...selectContext(request), 'dynamodb:LeadingKeys': leadingKeys },
    },
  ];
}

async function batch(
  tables: Tables,
  requestItems: unknown,
  keysOf: (requests: unknown) => readonly unknown[],
): Checks {
  const checks = Object.entries(requestItems as object).map(([tableName, requests]) =>
    itemChecks(tables, tableName, keysOf(requests)),
  );
  return (await Promise.all(checks)).flat();
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item: unknown };
  readonly DeleteRequest?: { readonly Key: unknown };
}

function written({ PutRequest, DeleteRequest }: WriteRequest): unknown {
  if (PutRequest !== undefined && DeleteRequest === undefined) return PutRequest.Item;
  if (DeleteRequest !== undefined && PutRequest === undefined) return DeleteRequest.Key;
  throw new AwsError(
    'ValidationException',
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  );
}

function resourceOf({ TableName, IndexName }: TableRequest, tables: Tables): string {
  const table = tables.arnOf(TableName as string);
  return IndexName === undefined ? table : `${table}/index/${IndexName}`;
}
