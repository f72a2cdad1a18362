/** The role of the function that writes the rows of declared tenants: three operations on one table, no key. */
import {
  administration,
  assume,
  claims,
  cryptography,
  first,
  getRow,
  grant,
  mapAttempts,
} from './attempts.ts';
import { asRole, type Case, otherTable } from './case.ts';

const row = { tenantId: { S: 'declared' } };

export const declaredTenants: readonly Case[] = [
  ...claims('allowed', ['deployed'], {
    'the function of declared tenants reads a row': (harness) =>
      harness.declaredTenants.dynamodb.getItem(getRow(harness, 'declared')),
    'the function of declared tenants puts a row': (harness) =>
      harness.declaredTenants.dynamodb.putItem({ TableName: harness.tableName, Item: row }),
    'the function of declared tenants changes a row': (harness) =>
      harness.declaredTenants.dynamodb.updateItem({
        ...getRow(harness, 'declared'),
        UpdateExpression: 'SET displayName = :n',
        ExpressionAttributeValues: { ':n': { S: 'Declared' } },
      }),
  }),
  // A careless key policy lets IAM decide, and IAM gives this role no key.
  ...claims('denied', ['deployed', 'key-open', 'key-careless'], {
    ...mapAttempts(
      "the function of declared tenants on a tenant's key",
      { ...cryptography, ...administration, CreateGrant: grant },
      (attempt) => (harness) => attempt(harness.declaredTenants, first(harness), harness),
    ),
  }),
  ...claims('denied', ['deployed'], {
    'the function of declared tenants deletes a row': (harness) =>
      harness.declaredTenants.dynamodb.deleteItem(getRow(harness, 'nobody')),
    'the function of declared tenants scans the table': (harness) =>
      harness.declaredTenants.dynamodb.scan({ TableName: harness.tableName }),
    'the function of declared tenants creates a key': (harness) =>
      harness.declaredTenants.kms.createKey({}),
    'the function of declared tenants lists keys': (harness) =>
      harness.declaredTenants.kms.listKeys({}),
    "the function of declared tenants opens a tenant's session": (harness) =>
      assume(harness.declaredTenants, harness, {}),
    // The local stack has one table and no logs to write: these two are asked of the policies.
    'the function of declared tenants reads another table': asRole(
      'DeclaredTenantsRole',
      'dynamodb:GetItem',
      otherTable,
    ),
    'the function of declared tenants writes to a log group that is not its own': asRole(
      'DeclaredTenantsRole',
      'logs:PutLogEvents',
      'arn:aws:logs:us-east-1:111122223333:log-group:other:*',
    ),
  }),
];
