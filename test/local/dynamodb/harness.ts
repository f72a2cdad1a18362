/** An endpoint with DynamoDB, two tables with items of two tenants, and callers of each kind. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { dynamodb } from '../../../local/dynamodb/service.ts';
import type { Caller } from '../../../local/iam/caller.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { account, accountId, administrator, region, userWith } from '../../harness/account.ts';
import { clientOptions, openEndpoint } from '../aws/harness.ts';

export const arnOf = (table: string): string =>
  `arn:aws:dynamodb:${region}:${accountId}:table/${table}`;

export const tenants = {
  TableName: 'tenants',
  AttributeDefinitions: [{ AttributeName: 'tenantId', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'tenantId', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
} as const;

const audit = {
  TableName: 'audit',
  AttributeDefinitions: [
    { AttributeName: 'tenantId', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
    { AttributeName: 'actor', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'tenantId', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-actor',
      KeySchema: [{ AttributeName: 'actor', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
} as const;

/** A session of one tenant, with the policy that a tenant role has for its table. */
export const tenant: Caller = {
  ...userWith('acme'),
  tags: { TenantId: 'acme' },
  identityPolicies: [
    parsePolicy(
      {
        Version: '2012-10-17',
        Statement: {
          Sid: 'OwnItems',
          Effect: 'Allow',
          Action: 'dynamodb:*',
          Resource: [arnOf('tenants'), arnOf('audit'), `${arnOf('audit')}/index/*`],
          Condition: {
            'ForAllValues:StringEquals': {
              'dynamodb:LeadingKeys': ['${aws:PrincipalTag/TenantId}'],
            },
            Null: { 'dynamodb:LeadingKeys': 'false' },
          },
        },
      },
      'TenantRole/Policy',
      'identity',
    ),
  ],
};

export async function openDynamoDb() {
  const tables = await dynamodb(account);
  const endpoint = await openEndpoint(() => [tables.service]);
  for (const table of [tenants, audit]) await tables.createTable(table);
  const clientOf = (caller: Caller) =>
    DynamoDBDocumentClient.from(
      new DynamoDBClient(clientOptions(endpoint.url, endpoint.credentials.issue(caller))),
    );
  const admin = clientOf(administrator);
  for (const tenantId of ['acme', 'globex']) {
    const item = { tenantId, at: 1, actor: tenantId, note: `of ${tenantId}` };
    for (const TableName of ['tenants', 'audit']) {
      await admin.send(new PutCommand({ TableName, Item: item }));
    }
  }
  return {
    ...endpoint,
    admin,
    acme: clientOf(tenant),
    clientOf,
    async close() {
      await endpoint.close();
      await tables.close();
    },
  };
}

export type TestDynamoDb = Awaited<ReturnType<typeof openDynamoDb>>;
