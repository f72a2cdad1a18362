/** DynamoDB's requests on a table or an index of it, with the partition keys of the model. */
import {
  type AttributeValue,
  DynamoDB,
  type KeySchemaElement,
  type Select,
} from '@aws-sdk/client-dynamodb';
import { NotReplayable } from './not-replayable.ts';
import type { Send, Sending } from './sending.ts';

interface TableRequest {
  readonly dynamodb: DynamoDB;
  readonly TableName: string;
  readonly IndexName: string | undefined;
  /** of each partition key that the model has, an item's key */
  readonly keys: readonly Readonly<Record<string, AttributeValue>>[];
  readonly first: Readonly<Record<string, AttributeValue>>;
  readonly partitionKey: string;
  readonly Select: Select | undefined;
}

const byAction: Readonly<Record<string, (request: TableRequest) => Promise<unknown>>> = {
  'dynamodb:getitem': ({ dynamodb, TableName, first: Key }) => dynamodb.getItem({ TableName, Key }),
  'dynamodb:putitem': ({ dynamodb, TableName, first: Item }) =>
    dynamodb.putItem({ TableName, Item }),
  'dynamodb:updateitem': ({ dynamodb, TableName, first: Key }) =>
    dynamodb.updateItem({ TableName, Key }),
  'dynamodb:deleteitem': ({ dynamodb, TableName, first: Key }) =>
    dynamodb.deleteItem({ TableName, Key }),
  'dynamodb:batchgetitem': ({ dynamodb, TableName, keys }) =>
    dynamodb.batchGetItem({ RequestItems: { [TableName]: { Keys: [...keys] } } }),
  'dynamodb:batchwriteitem': ({ dynamodb, TableName, keys }) =>
    dynamodb.batchWriteItem({
      RequestItems: { [TableName]: keys.map((Item) => ({ PutRequest: { Item } })) },
    }),
  'dynamodb:partiqlinsert': ({ dynamodb, TableName, first }) =>
    dynamodb.batchExecuteStatement({
      Statements: [
        {
          Statement: `INSERT INTO "${TableName}" VALUE {${Object.keys(first).map((name) => `'${name}':?`)}}`,
          Parameters: Object.values(first),
        },
      ],
    }),
  'dynamodb:query': ({ dynamodb, TableName, IndexName, partitionKey, first, Select }) =>
    dynamodb.query({
      TableName,
      IndexName,
      Select,
      KeyConditionExpression: '#key = :key',
      ExpressionAttributeNames: { '#key': partitionKey },
      ExpressionAttributeValues: { ':key': first[partitionKey] as AttributeValue },
    }),
  'dynamodb:scan': ({ dynamodb, TableName, IndexName, Select }) =>
    dynamodb.scan({ TableName, IndexName, Select }),
  'dynamodb:describetable': ({ dynamodb, TableName }) => dynamodb.describeTable({ TableName }),
};

export const requestsOfDynamoDB: [string, Send][] = Object.entries(byAction).map(
  ([action, send]) => [action, async (sending) => send(await tableRequest(sending))],
);

async function tableRequest({ wanted, target, caller, operator }: Sending): Promise<TableRequest> {
  const [, TableName, IndexName] = /:table\/([^/:]+)(?:\/index\/([^/:]+))?$/.exec(target.arn) ?? [];
  if (TableName === undefined)
    throw new NotReplayable(`${target.arn} is no table of the local stack`);
  const { Table } = await new DynamoDB(operator).describeTable({ TableName }).catch(() => {
    throw new NotReplayable(`the local stack has no table ${TableName}`);
  });
  const index = Table?.GlobalSecondaryIndexes?.find((one) => one.IndexName === IndexName);
  const schema = (IndexName === undefined ? Table : index)?.KeySchema;
  if (schema === undefined)
    throw new NotReplayable(`the table ${TableName} has no index ${IndexName}`);
  const members = wanted.membersOf('dynamodb:LeadingKeys');
  // An item's own request cannot be without a partition key.
  const keys = (members.length > 0 ? members : ['replayed']).map((one) => keyOf(schema, one));
  const [first] = keys as [(typeof keys)[number]];
  return {
    dynamodb: new DynamoDB(caller),
    TableName,
    IndexName,
    keys,
    first,
    partitionKey: partitionKeyOf(schema),
    Select: wanted.textOf('dynamodb:Select') as Select | undefined,
  };
}

const partitionKeyOf = (schema: readonly KeySchemaElement[]): string =>
  schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName as string;

/** All keys of the stack's tables are texts. */
const keyOf = (schema: readonly KeySchemaElement[], partition: string) =>
  Object.fromEntries(
    schema.map(({ AttributeName, KeyType }): [string, AttributeValue] => [
      AttributeName as string,
      { S: KeyType === 'HASH' ? partition : 'replayed' },
    ]),
  );
