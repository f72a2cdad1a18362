/** A request of a role's session, once by the role's policies and once by the list of permissions. */
import { type Formula, not } from '../formula/formula.ts';
import type { Policy, Statement } from '../formula/policy.ts';
import type { Permission, RolePermissions } from '../permission-list.ts';
import type { StackPolicies, StackRole } from '../stack-policies.ts';
import { sessionsOf } from './callers.ts';
import {
  anotherValue,
  byConditions,
  comparedBy,
  isAbout,
  isListed,
  statementOf,
} from './permitted.ts';
import { type Asked, type Request, requestOf } from './request-of.ts';

/** What a role may do: by its own policies alone, or where only its Denies count. */
export interface Aspect {
  readonly title: string;
  readonly effect: Statement['Effect'];
  readonly resource?: Policy;
}

export const byItself: Aspect = { title: '', effect: 'Allow' };
export const wherever: Aspect = {
  title: ', on a resource whose policy allows everything',
  effect: 'Deny',
  resource: {
    name: 'Everything',
    statements: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
  },
};

/** The statements of all of the role's policies that have the effect. */
export const statementsOf = (role: StackRole, effect: Statement['Effect']): Statement[] =>
  role.policies.flatMap((policy) => policy.statements).filter(({ Effect }) => Effect === effect);

/** What a role may do, by its policies and by the list. */
export interface Both {
  readonly role: StackRole;
  readonly listed: RolePermissions;
  readonly stack: StackPolicies;
}

/** A request of a role's session, by the role's policies and by the list. */
export interface Compared {
  readonly request: Request;
  /** that it is of such a session at all */
  readonly isOfRole: Formula;
  readonly isListed: Formula;
}

export function comparedRequest(
  { role, listed: { allowed, denied = [] }, stack }: Both,
  { resource }: Aspect,
  fixed: Pick<Asked, 'action' | 'target'> = {},
): Compared {
  const identity = byConditions(role.policies);
  const parts = [...allowed, ...allowed.flatMap(({ unless = [] }) => unless), ...denied];
  const statements = identity.flatMap((policy) => policy.statements);
  const asked: Asked = {
    ...fixed,
    caller: { ...sessionsOf(role, stack), identity },
    compares: comparedBy([...statements, ...parts.map(statementOf)]),
  };
  const request = requestOf({ ...asked, ...(resource && { resource }) });
  return {
    request,
    isOfRole: requestOf({ ...asked, identity: 'anything' }).isAllowed,
    isListed: resource === undefined ? isListed(allowed, request) : not(isAbout(denied, request)),
  };
}

/** @returns a text that is like the pattern */
export const exampleOf = (pattern: string): string => pattern.replace(/[*?]/g, anotherValue);

/** That the role may by this permission what it may not by the others; what is like its patterns stands for all. */
export function neededBy(
  role: StackRole,
  one: Permission,
  others: readonly Permission[],
  stack: StackPolicies,
): Formula[] {
  const { request } = comparedRequest(
    { role, listed: { allowed: [one, ...others] }, stack },
    byItself,
    {
      action: exampleOf(String(one.actions)).toLowerCase(),
      ...(!one.resource.includes('${') && { target: exampleOf(one.resource) }),
    },
  );
  return [request.isAllowed, isListed([one], request), not(isListed(others, request))];
}

/** That a Deny is about what the permission is about. */
export function takenAway(
  role: StackRole,
  one: Permission,
  deny: Permission,
  stack: StackPolicies,
): Formula[] {
  const both = { role, listed: { allowed: [one], denied: [deny] }, stack };
  const { request, isOfRole } = comparedRequest(both, byItself, {
    action: exampleOf(String(one.actions)).toLowerCase(),
  });
  return [isOfRole, isListed([one], request), isAbout([deny], request)];
}
