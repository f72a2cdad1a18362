/** Creates the tables of the template. Callers cannot: the service has no operation CreateTable. */
import { setTimeout as after } from 'node:timers/promises';
import type { AttributeDefinition, Dynalite, KeyPart, TableDescription } from './dynalite.ts';

/** As the API's CreateTable takes it. */
export interface TableDefinition {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly AttributeDefinition[];
  readonly KeySchema: readonly KeyPart[];
  readonly BillingMode: 'PAY_PER_REQUEST';
  readonly GlobalSecondaryIndexes?: readonly IndexDefinition[];
}

export interface IndexDefinition {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyPart[];
  readonly Projection: { readonly ProjectionType: 'ALL' | 'KEYS_ONLY' };
}

/** @throws Error that names the table and what to do */
export async function createTable(dynalite: Dynalite, definition: TableDefinition): Promise<void> {
  const { TableName: name } = definition;
  refuseOtherThanStrings(definition);
  const kept = await dynalite.table(name);
  if (kept?.TableStatus === 'ACTIVE') {
    if (shapeOf(kept) === shapeOf(definition)) return;
    throw new Error(
      `the data directory holds a table ${name} with other keys or indexes; choose another directory`,
    );
  }
  // A run ended while it created this table, so it is empty.
  if (kept !== undefined) await dynalite.forget(name);
  await dynalite.run('CreateTable', dynalite.check('CreateTable', { ...definition }));
  await untilActive(dynalite, name);
}

/** dynalite makes a table active a moment after it has answered. */
async function untilActive(dynalite: Dynalite, name: string): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    if ((await dynalite.table(name))?.TableStatus === 'ACTIVE') return;
    await after(5);
  }
  throw new Error(`the table ${name} did not become active`);
}

/** Policies compare keys as text, and a number has many spellings (`1`, `1.0`). */
function refuseOtherThanStrings(definition: TableDefinition): void {
  const { TableName, AttributeDefinitions, GlobalSecondaryIndexes = [] } = definition;
  for (const keyed of [definition, ...GlobalSecondaryIndexes]) {
    const part = keyed.KeySchema.find(({ KeyType }) => KeyType === 'HASH');
    const attribute = AttributeDefinitions.find(
      ({ AttributeName }) => AttributeName === part?.AttributeName,
    );
    if (attribute?.AttributeType !== 'S') {
      throw new Error(`the partition keys of table ${TableName} and its indexes must be strings`);
    }
  }
}

function shapeOf(table: TableDescription | TableDefinition): string {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes = [] } = table;
  const keys = (schema: readonly KeyPart[]) =>
    schema.map(({ AttributeName, KeyType }) => [AttributeName, KeyType]);
  return JSON.stringify([
    keys(KeySchema),
    AttributeDefinitions.map(({ AttributeName, AttributeType }) => [
      AttributeName,
      AttributeType,
    ]).sort(),
    GlobalSecondaryIndexes.map((index) => [index.IndexName, keys(index.KeySchema)]).sort(),
  ]);
}
