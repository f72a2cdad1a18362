/** The tenant table of the template at the endpoint, without what protects a real one from its removal. */
import {
  type AttributeDefinition,
  type DynamoDB,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { isNamed } from '../../lambdas/aws/errors.ts';
import type { TableDefinition } from '../../local/dynamodb/create-table.ts';

const waiting = (client: DynamoDB) => ({
  client,
  maxWaitTime: 120,
  minDelay: 1,
  maxDelay: 5,
});

export async function createTable(dynamodb: DynamoDB, definition: TableDefinition): Promise<void> {
  await dynamodb.createTable({
    ...definition,
    AttributeDefinitions: [...definition.AttributeDefinitions] as AttributeDefinition[],
    KeySchema: [...definition.KeySchema] as KeySchemaElement[],
    GlobalSecondaryIndexes: [
      ...(definition.GlobalSecondaryIndexes ?? []),
    ] as GlobalSecondaryIndex[],
  });
  await waitUntilTableExists(waiting(dynamodb), { TableName: definition.TableName });
}

/** Does nothing where there is no such table. */
export async function deleteTable(dynamodb: DynamoDB, TableName: string): Promise<void> {
  try {
    const { Table } = await dynamodb.describeTable({ TableName });
    // One that is still being made cannot be deleted.
    if (Table?.TableStatus === 'CREATING') {
      await waitUntilTableExists(waiting(dynamodb), { TableName });
    }
    await dynamodb.deleteTable({ TableName });
    await waitUntilTableNotExists(waiting(dynamodb), { TableName });
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error;
  }
}
