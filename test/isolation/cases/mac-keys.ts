/** Who reads, writes and removes the keys of a tenant's macs. */
import { anyAllowed, claims, first, forAllPairs, mapAttempts } from './attempts.ts';
import {
  account,
  asRole,
  type Case,
  type Clients,
  decide,
  type Harness,
  otherTable,
  type Tenant,
} from './case.ts';

const keyOf = (tenantId: string, purpose = 'user/email') => ({
  tenantId: { S: tenantId },
  purpose: { S: purpose },
});
const row = ({ macKeyTableName }: Harness, tenantId: string) => ({
  TableName: macKeyTableName,
  Key: keyOf(tenantId),
});

type RowAttempt = (who: Clients, tenant: Tenant, harness: Harness) => Promise<unknown>;

/** What a tenant's session may do in its own partition. */
const uses: Readonly<Record<string, RowAttempt>> = {
  GetItem: ({ dynamodb }, { tenantId }, harness) => dynamodb.getItem(row(harness, tenantId)),
  Query: ({ dynamodb }, { tenantId }, { macKeyTableName }) =>
    dynamodb.query({
      TableName: macKeyTableName,
      KeyConditionExpression: 'tenantId = :t',
      ExpressionAttributeValues: { ':t': { S: tenantId } },
    }),
  PutItem: ({ dynamodb }, { tenantId }, { macKeyTableName }) =>
    dynamodb.putItem({ TableName: macKeyTableName, Item: keyOf(tenantId) }),
};

const removal: RowAttempt = ({ dynamodb }, { tenantId }, { macKeyTableName }) =>
  // A row that nobody else needs.
  dynamodb.deleteItem({ TableName: macKeyTableName, Key: keyOf(tenantId, 'none') });

/** Every other way. */
const others: Readonly<Record<string, RowAttempt>> = {
  UpdateItem: ({ dynamodb }, { tenantId }, harness) =>
    dynamodb.updateItem({
      ...row(harness, tenantId),
      UpdateExpression: 'SET revision = :r',
      ExpressionAttributeValues: { ':r': { N: '7' } },
    }),
  DeleteItem: removal,
  BatchGetItem: ({ dynamodb }, { tenantId }, { macKeyTableName }) =>
    dynamodb.batchGetItem({ RequestItems: { [macKeyTableName]: { Keys: [keyOf(tenantId)] } } }),
  BatchWriteItem: ({ dynamodb }, { tenantId }, { macKeyTableName }) =>
    dynamodb.batchWriteItem({
      RequestItems: { [macKeyTableName]: [{ PutRequest: { Item: keyOf(tenantId) } }] },
    }),
  Scan: ({ dynamodb }, _, { macKeyTableName }) => dynamodb.scan({ TableName: macKeyTableName }),
};

const everything = { ...uses, ...others };

const own = (attempts: Readonly<Record<string, RowAttempt>>, name: string) =>
  mapAttempts(
    name,
    attempts,
    (attempt) => (harness) => attempt(first(harness), first(harness), harness),
  );

/** @returns an attempt that is allowed if one single way is */
const anyOf =
  (who: (harness: Harness) => Clients, ways = everything) =>
  (harness: Harness) =>
    anyAllowed(Object.values(ways).map((way) => () => way(who(harness), first(harness), harness)));

/** Of those who have nothing to do with the table. */
const strangers: Readonly<Record<string, (harness: Harness) => Clients>> = {
  'its own audit reader': (harness) => first(harness).reader,
  'the session broker': (harness) => harness.broker,
  'the data plane itself': (harness) => harness.dataPlane,
  'the audit function itself': (harness) => harness.audit,
  'the control plane': (harness) => harness.controlPlane,
  'the certificates function': (harness) => harness.certificates,
  'the function of declared tenants': (harness) => harness.declaredTenants,
  'the authorizer': (harness) => harness.authorizer,
  'the indexer': (harness) => harness.indexer,
  'decrypt anomalies': (harness) => harness.decryptAnomalies,
  'the canary itself': (harness) => harness.canary,
};

const { DeleteItem: _, ...notDeletion } = others;
const { Query: query, ...notQuery } = uses;

export const macKeys: Case[] = [
  ...claims('allowed', ['deployed'], own(uses, 'its own session, on its mac keys')),
  ...claims('denied', ['deployed'], {
    ...own(others, 'its own session, otherwise on its mac keys'),
    ...mapAttempts("a neighbour's session, on mac keys", everything, forAllPairs),
    "its own session gets another table's row": asRole(
      'TenantRole',
      'dynamodb:GetItem',
      otherTable,
      { 'dynamodb:LeadingKeys': 'acme' },
    ),
    "its own session puts another table's row": asRole(
      'TenantRole',
      'dynamodb:PutItem',
      otherTable,
      { 'dynamodb:LeadingKeys': 'acme' },
    ),
    'its own session, on mac keys without naming a tenant': (harness) =>
      decide(harness.caller('TenantRole'), {
        action: 'dynamodb:Query',
        resource: `arn:aws:dynamodb:${account}:table/${harness.macKeyTableName}`,
        context: {},
      }),
    ...Object.fromEntries(
      Object.entries(strangers).map(([name, who]) => [`${name}, on mac keys`, anyOf(who)]),
    ),
  }),
  ...claims('denied', ['deployed', 'role-open'], {
    'a session without a tag, on mac keys': anyOf((harness) => harness.untagged),
  }),
  ...claims('allowed', ['deployed'], {
    'the reconciler finds mac keys': (harness) =>
      query?.(harness.reconciler, first(harness), harness) as Promise<unknown>,
    'the reconciler removes mac keys': (harness) =>
      removal(harness.reconciler, first(harness), harness),
  }),
  ...claims('denied', ['deployed'], {
    ...mapAttempts(
      'the reconciler, otherwise on mac keys',
      { ...notDeletion, ...notQuery },
      (attempt) => (harness) => attempt(harness.reconciler, first(harness), harness),
    ),
    'the reconciler queries another table': asRole('ReconcilerRole', 'dynamodb:Query', otherTable),
    'the reconciler deletes from another table': asRole(
      'ReconcilerRole',
      'dynamodb:DeleteItem',
      otherTable,
    ),
  }),
];
