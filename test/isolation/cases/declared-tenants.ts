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
    'the function of declared tenants reads a row': (world) =>
      world.declaredTenants.dynamodb.getItem(getRow(world, 'declared')),
    'the function of declared tenants puts a row': (world) =>
      world.declaredTenants.dynamodb.putItem({ TableName: world.tableName, Item: row }),
    'the function of declared tenants changes a row': (world) =>
      world.declaredTenants.dynamodb.updateItem({
        ...getRow(world, 'declared'),
        UpdateExpression: 'SET displayName = :n',
        ExpressionAttributeValues: { ':n': { S: 'Declared' } },
      }),
  }),
  // A careless key policy lets IAM decide, and IAM gives this role no key.
  ...claims('denied', ['deployed', 'key-open', 'key-careless'], {
    ...mapAttempts(
      "the function of declared tenants on a tenant's key",
      { ...cryptography, ...administration, CreateGrant: grant },
      (attempt) => (world) => attempt(world.declaredTenants, first(world), world),
    ),
  }),
  ...claims('denied', ['deployed'], {
    'the function of declared tenants deletes a row': (world) =>
      world.declaredTenants.dynamodb.deleteItem(getRow(world, 'nobody')),
    'the function of declared tenants scans the table': (world) =>
      world.declaredTenants.dynamodb.scan({ TableName: world.tableName }),
    'the function of declared tenants creates a key': (world) =>
      world.declaredTenants.kms.createKey({}),
    'the function of declared tenants lists keys': (world) =>
      world.declaredTenants.kms.listKeys({}),
    "the function of declared tenants opens a tenant's session": (world) =>
      assume(world.declaredTenants, world, {}),
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
