/**
 * DynamoDB: IAM, then dynalite. Invariant: dynalite acts on a request only after IAM has allowed every check of
 * `access.ts`.
 */
import type { Operation, Service } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import { accesses, type Tables } from './access.ts';
import { createTable, type TableDefinition } from './create-table.ts';
import { type DynaliteOptions, openDynalite } from './dynalite.ts';
import { batchExecuteStatement } from './partiql.ts';
import { getResourcePolicy } from './resource-policy.ts';
import { requireGoodSelect } from './select.ts';

export interface DynamoDbOptions extends DynaliteOptions {
  readonly partition: string;
}

export interface DynamoDb {
  readonly service: Service;
  /**
   * Creates a table, or takes the one from an earlier run.
   * @throws Error where that one has other keys or indexes, or where a partition key is no string
   */
  createTable(definition: TableDefinition): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error where `path` cannot be opened */
export async function dynamodb(options: DynamoDbOptions): Promise<DynamoDb> {
  const { partition, region, accountId } = options;
  const dynalite = await openDynalite(options);
  const tables: Tables = {
    arnOf: (name) => `arn:${partition}:dynamodb:${region}:${accountId}:table/${name}`,
    find: (name) => dynalite.table(name),
  };
  const operation =
    (name: string, checksOf: (typeof accesses)[string]): Operation =>
    async (input, call) => {
      refuseKeyConditions(input);
      const request = dynalite.check(name, input);
      requireGoodSelect(name, request);
      for (const check of await checksOf(request, tables)) {
        call.authorize({ ...check, action: `dynamodb:${name}` });
      }
      return dynalite.run(name, request);
    };
  const operations = Object.fromEntries(
    Object.entries(accesses).map(([name, checksOf]) => [name, operation(name, checksOf)]),
  );
  const execute: Operation = (input, call) => batchExecuteStatement(dynalite, tables, input, call);
  return {
    service: {
      name: 'dynamodb',
      operations: {
        ...operations,
        BatchExecuteStatement: execute,
        GetResourcePolicy: (input, call) => getResourcePolicy(tables, input, call),
      },
    },
    createTable: (definition) => createTable(dynalite, definition),
    close: () => dynalite.close(),
  };
}

/** The legacy form of a KeyConditionExpression: it would be a second way to name a partition key. */
function refuseKeyConditions(input: Readonly<Record<string, unknown>>): void {
  if (!Object.hasOwn(input, 'KeyConditions')) return;
  throw new AwsError(
    'ValidationException',
    'The local stack does not take KeyConditions; use KeyConditionExpression.',
  );
}
