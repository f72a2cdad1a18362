/** Every way to take one guard out of a policy: a condition, a Deny, a resource, a principal. */
import { keyPolicy } from '../../contract/key-policy.ts';
import type { Document, Statement } from './harness.ts';

export interface Mutation {
  /** `TenantRole/Policy OwnKey: without StringEquals aws:ResourceTag/TenantId` */
  readonly name: string;
  /** changes a copy of the document from which the mutation was made */
  readonly apply: (document: Document) => void;
}

/** @param title of the policy, for the names */
export function mutationsOf(document: Document, title: string): Mutation[] {
  return document.Statement.flatMap((statement, index) => {
    const sid = typeof statement.Sid === 'string' ? statement.Sid : `#${index}`;
    const change = (what: string, edit: (statement: Statement) => void): Mutation => ({
      name: `${title} ${sid}: ${what}`,
      apply: (copy) => edit(copy.Statement[index] as Statement),
    });
    return statement.Effect === 'Deny'
      ? [removal(title, sid, index), ...conditions(statement, change)]
      : [...conditions(statement, change), ...scopes(statement, change)];
  });
}

function removal(title: string, sid: string, index: number): Mutation {
  return {
    name: `${title} ${sid}: without this Deny`,
    apply: (document) => document.Statement.splice(index, 1),
  };
}

type Change = (what: string, edit: (statement: Statement) => void) => Mutation;

function conditions(statement: Statement, change: Change): Mutation[] {
  const blocks = (statement.Condition ?? {}) as Record<string, Record<string, unknown>>;
  return Object.entries(blocks).flatMap(([operator, keys]) =>
    Object.keys(keys).map((key) =>
      change(`without ${operator} ${key}`, (copy) => {
        const condition = copy.Condition as Record<string, Record<string, unknown>>;
        delete condition[operator]?.[key];
        if (Object.keys(condition[operator] ?? {}).length === 0) delete condition[operator];
        if (Object.keys(condition).length === 0) delete copy.Condition;
      }),
    ),
  );
}

/** What an Allow is narrowed to, opened wide. */
function scopes(statement: Statement, change: Change): Mutation[] {
  const opened: Mutation[] = [];
  if (statement.Resource !== undefined && statement.Resource !== '*') {
    opened.push(
      change('for every resource', (copy) => {
        copy.Resource = '*';
      }),
    );
  }
  if (statement.Principal !== undefined && !isAnyone(statement.Principal)) {
    opened.push(
      change('for every principal', (copy) => {
        copy.Principal = '*';
      }),
    );
  }
  return opened;
}

const isAnyone = (principal: unknown): boolean =>
  principal === '*' || (principal as { AWS?: unknown }).AWS === '*';

/** @returns a tenant's key policy to make mutations of, for which the role ARNs do not matter */
export function tenantKeyPolicy(tenantId: string): Document {
  const arn = 'arn:aws:iam::111122223333:role/x';
  return keyPolicy({
    tenantId,
    partition: 'aws',
    accountId: '111122223333',
    tenantRoleArn: arn,
    controlPlaneRoleArn: arn,
    deletionWindowInDays: 30,
  });
}
