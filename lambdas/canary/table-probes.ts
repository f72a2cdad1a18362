/**
 * Probes of the rows of the registry, of the keys of macs and of the audit table: every principal tries everything, and
 * each session may do only what is listed here. Invariant: a probe that gets through changes nothing: a row is written
 * on a condition that never holds.
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
  macKeySortKey,
  sortKey,
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

type Table = 'registry' | 'table of mac keys' | 'audit table';

interface Attempt {
  /** what follows the principal in the probe's name */
  readonly does: string;
  /** whose row or rows */
  readonly of?: CanaryTenant;
  readonly call: (clients: Clients, principals: Principals) => Promise<unknown>;
}

const probesOf = (principal: Principal, table: Table): Probe[] =>
  [...attemptsOn(table), ...(indexes[table] ?? [])].map((attempt) => ({
    name: `${titleOf(principal)} ${attempt.does}`,
    expected: isOwn(principal, table, attempt) ? 'allowed' : 'refused',
    attempt: async (principals) => attempt.call(await principals.as(principal), principals),
  }));

/** What a role's session may do with its tenant's rows; the execution roles of functions may do nothing. */
const ownVerbs: Readonly<
  Partial<Record<keyof Targets, Readonly<Partial<Record<Table, readonly string[]>>>>>
> = {
  tenantRoleArn: { registry: ['gets'], 'table of mac keys': ['gets', 'queries', 'writes'] },
  auditReaderRoleArn: { 'audit table': ['queries'] },
};

/** An empty answer counts as allowed, and so does a write whose condition does not hold. */
function isOwn(principal: Principal, table: Table, { does, of }: Attempt): boolean {
  if (principal === 'canary' || sessions[principal].tenantId !== of) return false;
  const verbs = ownVerbs[sessions[principal].roleOf]?.[table] ?? [];
  return verbs.some((verb) => does.startsWith(verb));
}

const nameOf = (table: Table, { targets }: Principals): string =>
  ({
    registry: targets.tableName,
    'table of mac keys': targets.macKeyTableName,
    'audit table': targets.auditTableName,
  })[table];

const keyOf = (table: Table, tenantId: string) => ({
  tenantId,
  ...(table === 'table of mac keys' && { [macKeySortKey]: 'canary' }),
  ...(table === 'audit table' && { [sortKey]: 'canary' }),
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

const indexes: Readonly<Partial<Record<Table, readonly Attempt[]>>> = {
  registry: [keyIndex],
  'audit table': [eventIndex],
};

export const tableProbes: readonly Probe[] = everyPrincipal.flatMap((principal) => [
  ...probesOf(principal, 'registry'),
  ...probesOf(principal, 'table of mac keys'),
  ...probesOf(principal, 'audit table'),
]);
