/**
 * Texts of a request that do not matter, fixed: a solver is quick to refute free ones, and slow to find them. For
 * questions that are to have an answer, never for those that are to have none.
 */
import { equal, type Formula, literal, text } from '../formula/formula.ts';
import { ownTenantKey, type StackPolicies } from '../stack-policies.ts';
import type { CallerKind } from './callers.ts';

/** The tenant whose key is asked for. */
const pinnedTenant = 'globex';

const is = (part: string, value: string): Formula => equal(text(`request ${part}`), literal(value));

/** @returns an ARN of a key that the template does not declare */
export const keyOfNobody = ({ keys: [own] }: StackPolicies): string =>
  `${own?.arn.replace(/\/.*/, '')}/00000000-0000-4000-8000-000000000000`;

/** @returns the ARN of a principal that is no role of the stack */
export const administratorOf = (stack: StackPolicies): string => {
  const [, partition] = keyOfNobody(stack).split(':');
  return `arn:${partition}:iam::${stack.accountId}:role/Administrator`;
};

/** A key of the tenant's that is none of the template's; and an administrator by name. */
export function pinned(caller: CallerKind, stack: StackPolicies): Formula[] {
  const administrator = administratorOf(stack);
  return [
    is(ownTenantKey, pinnedTenant),
    is('resource', keyOfNobody(stack)),
    ...(caller.who === 'principal'
      ? [is('caller', administrator), is('aws:principalarn', administrator)]
      : []),
  ];
}
