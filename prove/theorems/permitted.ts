/**
 * What a role's policies say of a request, and what the list of permissions says of it. Invariant: both are compiled
 * alike, each statement by itself. What is not modelled of a statement is named after its conditions: the same
 * conditions say the same of one request wherever they stand, whatever that is.
 */
import { and, type Formula, not, or } from '../formula/formula.ts';
import { allowed, type Policy, type Statement } from '../formula/policy.ts';
import { hasSeveral, type SymbolicRequest } from '../formula/request.ts';
import type { Part, Permission } from '../permission-list.ts';

const named = (statement: Statement): Policy => {
  const { Sid: _, ...unnamed } = statement;
  return { name: JSON.stringify(statement.Condition ?? {}), statements: [unnamed] };
};

/** @returns a policy a statement, which decide as these do */
export const byConditions = (policies: readonly Policy[]): Policy[] =>
  policies.flatMap(({ statements }) => statements.map(named));

export const statementOf = ({ actions = ['*'], resource = '*', when }: Part): Statement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resource,
  ...(when && { Condition: when }),
});

/** @returns that one of the parts is about the request */
export const isAbout = (parts: readonly Part[], request: SymbolicRequest): Formula =>
  allowed({ identity: parts.map(statementOf).map(named) }, request);

/** @returns that the list permits the request */
export const isListed = (permissions: readonly Permission[], request: SymbolicRequest): Formula =>
  or(
    ...permissions.map((one) =>
      and(isAbout([one], request), not(isAbout(one.unless ?? [], request))),
    ),
  );

/** One value more than what is compared, so that a request may have one that is like no pattern. */
export const anotherValue = 'globex';

/** @returns what the statements compare the several values of a key with, patterns as they are written */
export function comparedBy(statements: readonly Statement[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { Condition = {} } of statements) {
    const operators = Object.entries(Condition as Record<string, Record<string, unknown>>);
    for (const [, keys] of operators.filter(([name]) => name !== 'Null')) {
      for (const [key, values] of Object.entries(keys).filter(([name]) => hasSeveral(name))) {
        found[key] = [...(found[key] ?? []), ...[values].flat().map(String), anotherValue];
      }
    }
  }
  return found;
}
