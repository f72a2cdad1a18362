import { claims, first, forAllPairs, getRow } from './attempts.ts';
import type { Case } from './case.ts';

export const rows: Case[] = [
  ...claims('allowed', ['deployed'], {
    'its own session reads its own row': (harness) =>
      first(harness).dynamodb.getItem(getRow(harness, first(harness).tenantId)),
  }),
  ...claims('denied', ['deployed'], {
    "a neighbour's session reads a row": forAllPairs((who, key, harness) =>
      who.dynamodb.getItem(getRow(harness, key.tenantId)),
    ),
    'its own session reads its own row and another in one batch': (harness) =>
      first(harness).dynamodb.batchGetItem({
        RequestItems: {
          [harness.tableName]: {
            Keys: harness.tenants.map(({ tenantId }) => ({ tenantId: { S: tenantId } })),
          },
        },
      }),
    'its own session scans the table': (harness) =>
      first(harness).dynamodb.scan({ TableName: harness.tableName }),
    "a neighbour's session queries for a row": forAllPairs((who, key, harness) =>
      who.dynamodb.query({
        TableName: harness.tableName,
        KeyConditionExpression: 'tenantId = :t',
        ExpressionAttributeValues: { ':t': { S: key.tenantId } },
      }),
    ),
    'its own session writes its own row': (harness) =>
      first(harness).dynamodb.putItem({
        TableName: harness.tableName,
        Item: { tenantId: { S: first(harness).tenantId } },
      }),
    'its own session deletes its own row': (harness) =>
      first(harness).dynamodb.deleteItem(getRow(harness, first(harness).tenantId)),
  }),
];
