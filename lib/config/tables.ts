/**
 * Tables that are there already, and that the stack takes over in place of its own: kept by a stack that was deleted, or
 * restored to a point in time. docs/operations.md says what to do. CloudFormation leaves such a table alone.
 */
import { text } from './values.ts';

const message =
  'must be the name of a table of this account and region, 3-255 letters, digits, _ . -';

const tableName = text(/^[\w.-]{3,255}$/, message).optional();

export const tables = {
  /** of tenants */
  tableName,
  macKeyTableName: tableName,
  auditTableName: tableName,
};

type Names = Readonly<Partial<Record<keyof typeof tables, string | undefined>>>;

/** No table has the keys of two. */
export const eachItsTable = {
  fit: ({ tableName, macKeyTableName, auditTableName }: Names) => {
    const given = [tableName, macKeyTableName, auditTableName].filter((name) => name !== undefined);
    return new Set(given).size === given.length;
  },
  problem: { path: ['tableName'], message: 'must be another table than the other two' },
};
