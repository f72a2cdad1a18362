/**
 * Paths to rows, of the registry and of the audit table: everybody tries everything, and each session may do one
 * thing. Invariant: none changes anything, should it be open: a row is written on a condition that never holds.
 */
import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { type CanaryTenant, canaryTenants } from '../../contract/canary-tenants.ts';
import { keyArnIndex } from '../../contract/table-schema.ts';
import type { Clients } from './assume-role.ts';
import { type Actor, actors, type Cast, titleOf } from './principals.ts';
import type { Path } from './probe.ts';

type Table = 'registry' | 'audit table';

interface Attempt {
  /** goes on after who does it */
  readonly does: string;
  /** whose row or rows */
  readonly of?: CanaryTenant;
  readonly call: (clients: Clients, cast: Cast) => Promise<unknown>;
}

const everybody = [...(Object.keys(actors) as (keyof typeof actors)[]), 'canary'] as const;

const pathsOf = (who: Actor, table: Table): Path[] =>
  [...attemptsOn(table), ...(table === 'registry' ? [keyIndex] : [])].map((attempt) => ({
    name: `${titleOf(who)} ${attempt.does}`,
    expected: isOwn(who, table, attempt) ? 'allowed' : 'refused',
    attempt: async (cast) => attempt.call(await cast.as(who), cast),
  }));

/** A tenant's session gets its row, an audit session asks for its events. An empty answer is one. */
function isOwn(who: Actor, table: Table, { does, of }: Attempt): boolean {
  if (who === 'canary' || actors[who].tenantId !== of) return false;
  const tenants = actors[who].roleOf === 'tenantRoleArn';
  return does.startsWith(tenants ? 'gets' : 'queries') && (table === 'registry') === tenants;
}

const nameOf = (table: Table, { places }: Cast): string =>
  table === 'registry' ? places.tableName : places.auditTableName;

const keyOf = (table: Table, tenantId: string) => ({
  tenantId: { S: tenantId },
  ...(table === 'audit table' && { eventKey: { S: 'canary' } }),
});

function attemptsOn(table: Table): Attempt[] {
  return [
    ...canaryTenants.flatMap((tenantId) => attemptsOnRowsOf(tenantId, table)),
    {
      does: `gets both tenants' rows of the ${table} at once`,
      call: (clients, cast) =>
        clients.table.send(
          new BatchGetItemCommand({
            RequestItems: {
              [nameOf(table, cast)]: { Keys: canaryTenants.map((id) => keyOf(table, id)) },
            },
          }),
        ),
    },
    {
      does: `scans the ${table}`,
      call: (clients, cast) =>
        clients.table.send(new ScanCommand({ TableName: nameOf(table, cast), Limit: 1 })),
    },
  ];
}

function attemptsOnRowsOf(of: CanaryTenant, table: Table): Attempt[] {
  const rows = `${of}'s rows of the ${table}`;
  return [
    {
      does: `gets ${rows}`,
      of,
      call: (clients, cast) =>
        clients.table.send(
          new GetItemCommand({ TableName: nameOf(table, cast), Key: keyOf(table, of) }),
        ),
    },
    {
      does: `queries ${rows}`,
      of,
      call: (clients, cast) =>
        clients.table.send(
          new QueryCommand({
            TableName: nameOf(table, cast),
            KeyConditionExpression: 'tenantId = :tenantId',
            ExpressionAttributeValues: { ':tenantId': { S: of } },
            Limit: 1,
          }),
        ),
    },
    {
      does: `writes ${rows}`,
      of,
      call: (clients, cast) =>
        clients.table.send(
          new PutItemCommand({
            TableName: nameOf(table, cast),
            Item: keyOf(table, of),
            ConditionExpression: 'attribute_exists(tenantId) AND attribute_not_exists(tenantId)',
          }),
        ),
    },
  ];
}

/** To whom a key belongs is the indexer's to know. */
const keyIndex: Attempt = {
  does: "looks up whose canary_b's key is",
  call: ({ table }, { places }) =>
    table.send(
      new QueryCommand({
        TableName: places.tableName,
        IndexName: keyArnIndex,
        KeyConditionExpression: 'keyArn = :keyArn',
        ExpressionAttributeValues: { ':keyArn': { S: places.keys.b } },
        Limit: 1,
      }),
    ),
};

export const rowPaths: readonly Path[] = everybody.flatMap((who) => [
  ...pathsOf(who, 'registry'),
  ...pathsOf(who, 'audit table'),
]);
