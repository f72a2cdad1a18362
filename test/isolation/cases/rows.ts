import { claims, first, forAllPairs, getRow } from './attempts.ts';
import type { Case } from './case.ts';

export const rows: Case[] = [
  ...claims('allowed', ['deployed'], {
    'its own session reads its own row': (world) =>
      first(world).dynamodb.getItem(getRow(world, first(world).tenantId)),
  }),
  ...claims('denied', ['deployed'], {
    "a neighbour's session reads a row": forAllPairs((who, key, world) =>
      who.dynamodb.getItem(getRow(world, key.tenantId)),
    ),
    'its own session reads its own row and another in one batch': (world) =>
      first(world).dynamodb.batchGetItem({
        RequestItems: {
          [world.tableName]: {
            Keys: world.tenants.map(({ tenantId }) => ({ tenantId: { S: tenantId } })),
          },
        },
      }),
    'its own session scans the table': (world) =>
      first(world).dynamodb.scan({ TableName: world.tableName }),
    "a neighbour's session queries for a row": forAllPairs((who, key, world) =>
      who.dynamodb.query({
        TableName: world.tableName,
        KeyConditionExpression: 'tenantId = :t',
        ExpressionAttributeValues: { ':t': { S: key.tenantId } },
      }),
    ),
    'its own session writes its own row': (world) =>
      first(world).dynamodb.putItem({
        TableName: world.tableName,
        Item: { tenantId: { S: first(world).tenantId } },
      }),
    'its own session deletes its own row': (world) =>
      first(world).dynamodb.deleteItem(getRow(world, first(world).tenantId)),
  }),
];
