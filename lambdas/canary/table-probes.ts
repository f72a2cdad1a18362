/**
 * Probes of the rows of the registry and of the audit table: every principal tries everything, and each session may do
 * one thing. Invariant: a probe that gets through changes nothing: a row is written on a condition that never holds.
 */
import {
  BatchGetCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import { type CanaryTenant, canaryTenants } from '../../contract/canary-tenants.ts';
import {
  allEventsIndex,
  allEventsKey,
  allEventsShards,
  keyArnIndex,
} from '../../contract/table-schema.ts';
import type { Clients } from './assume-role.ts';
import {
  everyPrincipal,
  type Principal,
  type Principals,
  sessions,
  titleOf,
} from './principals.ts';
import type { Probe } from './probe.ts';
import type { Targets } from './targets.ts';

type Table = 'registry' | 'audit table';

interface Attempt {
  /** what follows the principal in the probe's name */
  readonly does: string;
  /** whose row or rows */
  readonly of?: CanaryTenant;
  readonly call: (clients: Clients, principals: Principals) => Promise<unknown>;
}

const probesOf = (principal: Principal, table: Table): Probe[] =>
  [...attemptsOn(table), table === 'registry' ? keyIndex : eventIndex].map((attempt) => ({
    name: `${titleOf(principal)} ${attempt.does}`,
    expected: isOwn(principal, table, attempt) ? 'allowed' : 'refused',
    attempt: async (principals) => attempt.call(await principals.as(principal), principals),
  }));

/** By the role; the execution roles of functions read no table. */
const ownReads: Readonly<Partial<Record<keyof Targets, { table: Table; verb: string }>>> = {
  tenantRoleArn: { table: 'registry', verb: 'gets' },
  auditReaderRoleArn: { table: 'audit table', verb: 'queries' },
};

/** A tenant's session may get its row, an audit session may query its events. An empty answer counts as allowed. */
function isOwn(principal: Principal, table: Table, { does, of }: Attempt): boolean {
  if (principal === 'canary' || sessions[principal].tenantId !== of) return false;
  const own = ownReads[sessions[principal].roleOf];
  return own !== undefined && own.table === table && does.startsWith(own.verb);
}

const nameOf = (table: Table, { targets }: Principals): string =>
  table === 'registry' ? targets.tableName : targets.auditTableName;

const keyOf = (table: Table, tenantId: string) => ({
  tenantId,
  ...(table === 'audit table' && { eventKey: 'canary' }),
});

function attemptsOn(table: Table): Attempt[] {
  return [
    ...canaryTenants.flatMap((tenantId) => attemptsOnRowsOf(tenantId, table)),
    {
      does: `gets both tenants' rows of the ${table} at once`,
      call: ({ dynamodb }, principals) =>
        dynamodb.send(
          new BatchGetCommand({
            RequestItems: {
              [nameOf(table, principals)]: { Keys: canaryTenants.map((id) => keyOf(table, id)) },
            },
          }),
        ),
    },
    {
      does: `scans the ${table}`,
      call: ({ dynamodb }, principals) =>
        dynamodb.send(new ScanCommand({ TableName: nameOf(table, principals), Limit: 1 })),
    },
  ];
}

function attemptsOnRowsOf(of: CanaryTenant, table: Table): Attempt[] {
  const rows = `${of}'s rows of the ${table}`;
  return [
    {
      does: `gets ${rows}`,
      of,
      call: ({ dynamodb }, principals) =>
        dynamodb.send(
          new GetCommand({ TableName: nameOf(table, principals), Key: keyOf(table, of) }),
        ),
    },
    {
      does: `queries ${rows}`,
      of,
      call: ({ dynamodb }, principals) =>
        dynamodb.send(
          new QueryCommand({
            TableName: nameOf(table, principals),
            KeyConditionExpression: 'tenantId = :tenantId',
            ExpressionAttributeValues: { ':tenantId': of },
            Limit: 1,
          }),
        ),
    },
    {
      does: `writes ${rows}`,
      of,
      call: ({ dynamodb }, principals) =>
        dynamodb.send(
          new PutCommand({
            TableName: nameOf(table, principals),
            Item: keyOf(table, of),
            ConditionExpression: 'attribute_exists(tenantId) AND attribute_not_exists(tenantId)',
          }),
        ),
    },
  ];
}

/** Only the indexer may ask whose key a key is. */
const keyIndex: Attempt = {
  does: "looks up whose canary_b's key is",
  call: ({ dynamodb }, { targets }) =>
    dynamodb.send(
      new QueryCommand({
        TableName: targets.tableName,
        IndexName: keyArnIndex,
        KeyConditionExpression: 'keyArn = :keyArn',
        ExpressionAttributeValues: { ':keyArn': targets.keys.b },
        Limit: 1,
      }),
    ),
};

/** It has every tenant's events. */
const eventIndex: Attempt = {
  does: "queries all tenants' events",
  call: ({ dynamodb }, { targets }) =>
    dynamodb.send(
      new QueryCommand({
        TableName: targets.auditTableName,
        IndexName: allEventsIndex,
        KeyConditionExpression: `${allEventsKey.partition} = :shard`,
        ExpressionAttributeValues: { ':shard': allEventsShards[0] },
        Limit: 1,
      }),
    ),
};

export const tableProbes: readonly Probe[] = everyPrincipal.flatMap((principal) => [
  ...probesOf(principal, 'registry'),
  ...probesOf(principal, 'audit table'),
]);
