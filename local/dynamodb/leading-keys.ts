/**
 * The values of dynamodb:LeadingKeys. Invariant: they are all partition key values that a request touches, as the
 * strings that the table is asked for. A request for which they cannot be determined is refused before IAM is asked.
 * Source: "Using IAM policy conditions for fine-grained access control".
 */
import { AwsError } from '../aws/wire/aws-error.ts';
import type { IndexDescription, TableDescription, TableRequest } from './dynalite.ts';

/** Attribute values by attribute name: a key or an item. */
export type Item = Readonly<Record<string, unknown>>;

/** @throws AwsError ValidationException where one has no string as partition key */
export function leadingKeysOf(table: TableDescription, items: readonly Item[]): readonly string[] {
  const name = partitionKeyOf(table);
  return [...new Set(items.map((item) => stringOf(own(item, name))))];
}

/** @throws AwsError ValidationException where the query does not name one string as partition key */
export function leadingKeyOfQuery(
  table: TableDescription,
  { IndexName, KeyConditions }: TableRequest,
): readonly string[] {
  const name = partitionKeyOf(indexOf(table, IndexName));
  const conditions = KeyConditions as Readonly<Record<string, KeyCondition>>;
  const condition = Object.hasOwn(conditions, name) ? conditions[name] : undefined;
  if (condition?.ComparisonOperator !== 'EQ' || condition.AttributeValueList.length !== 1) {
    throw invalid(`Query condition missed key schema element: ${name}`);
  }
  return [stringOf(condition.AttributeValueList[0])];
}

/** dynalite's form of a KeyConditionExpression, with names and values resolved. */
interface KeyCondition {
  readonly ComparisonOperator: string;
  readonly AttributeValueList: readonly unknown[];
}

function indexOf(table: TableDescription, name: unknown): TableDescription | IndexDescription {
  if (name === undefined) return table;
  const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = table;
  const index = [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes].find(
    ({ IndexName }) => IndexName === name,
  );
  if (index === undefined) throw invalid(`The table does not have the specified index: ${name}`);
  return index;
}

export function partitionKeyOf({ KeySchema }: TableDescription | IndexDescription): string {
  const part = KeySchema.find(({ KeyType }) => KeyType === 'HASH');
  if (part === undefined) throw new Error('a table or index without a partition key');
  return part.AttributeName;
}

const own = (item: Item, name: string): unknown =>
  Object.hasOwn(item, name) ? item[name] : undefined;

/** Only `{S: text}`: with a second type in it, dynalite could act on another value. */
function stringOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 1) {
    const { S } = value as { readonly S?: unknown };
    if (typeof S === 'string') return S;
  }
  throw invalid('The provided key element does not match the schema');
}

const invalid = (message: string) => new AwsError('ValidationException', message);
