/** What each role of the stack may do, compared with the list that is in the repository. */
import { and, type Formula, no, not, or } from '../formula/formula.ts';
import {
  type Permission,
  type PermissionList,
  permissionFile,
  type RolePermissions,
  readPermissions,
} from '../permission-list.ts';
import { withArns } from '../resource-names.ts';
import {
  type Aspect,
  type Both,
  byItself,
  type Compared,
  comparedRequest,
  exampleOf,
  neededBy,
  statementsOf,
  wherever,
} from './compared-request.ts';
import { anotherValue } from './permitted.ts';
import { type Asked, isAction } from './request-of.ts';
import type { Example, Question, Theorem } from './theorem.ts';

/** @param read gives the list, when the theorem is asked */
export const permissionsTheorem = (read: () => PermissionList): Theorem => ({
  id: '5',
  sentence: `A session of a role of the stack may do by the role's own policies what ${permissionFile} allows it, no more and no less, and every role is in it. What the list denies it may not do whatever the policy of a resource allows, and its own policies deny nothing more.`,
  questions: (stack) => {
    const list = withArns(read(), stack.names);
    return stack.roles.flatMap((role) =>
      compared({ role, listed: list[role.title] ?? noPermissions, stack }),
    );
  },
  examples: (stack) => {
    const list = withArns(read(), stack.names);
    const listed = Object.keys(list);
    const titles = stack.roles.map(({ title }) => title);
    return [
      ...notThere(listed, 'the template', titles),
      ...notThere(titles, permissionFile, listed),
      ...stack.roles.flatMap((role) =>
        needed({ role, listed: list[role.title] ?? noPermissions, stack }),
      ),
    ];
  },
});

export const permissions = permissionsTheorem(readPermissions);

const noPermissions: RolePermissions = { allowed: [] };

/** For each title that is not among the others, an example that there is none of. */
const notThere = (titles: readonly string[], place: string, others: readonly string[]): Example[] =>
  titles
    .filter((title) => !others.includes(title))
    .map((title) => ({ about: `to find ${title} in ${place}`, request: [no] }));

/** In both directions: what the policies allow beyond the list, and what it lists beyond the policies. */
function compared(both: Both): Question[] {
  return [byItself, wherever].flatMap((aspect): Question[] => {
    const about = `a session of ${both.role.title}${aspect.title}`;
    const compared = comparedRequest(both, aspect).request;
    // The role's own policies, of which the compared ones say the same.
    const request = { ...compared, asked: { ...compared.asked, identity: both.role.policies } };
    return [
      ...inParts(both, aspect, isBeyond).map((counterexample) => ({
        about: `${about}, beyond ${permissionFile}`,
        counterexample: [counterexample],
        request,
      })),
      ...inParts(both, aspect, isOfListAlone).map((counterexample) => ({
        about: `${about}, by ${permissionFile} and not by its policies`,
        counterexample: [counterexample],
        request,
        isReplayable: false as const,
      })),
    ];
  });
}

const isBeyond = ({ request, isListed }: Compared): Formula =>
  and(request.isAllowed, not(isListed));
const isOfListAlone = ({ request, isOfRole, isListed }: Compared): Formula =>
  and(isOfRole, isListed, not(request.isAllowed));

/**
 * That it holds of a request, in parts that are all requests together: of an action that statements or list name, and
 * of any other. The first part adds none: a solver is quick to find a request for a resource that is given, and slow
 * to find a resource by itself.
 */
function inParts(both: Both, aspect: Aspect, holds: (of: Compared) => Formula): Formula[] {
  const names = namesIn(both, aspect);
  const other = comparedRequest(both, aspect);
  const named = (target: Pick<Asked, 'target'>) =>
    names.map((action) => holds(comparedRequest(both, aspect, { action, ...target })));
  const parts = [
    or(...placesOf(both, aspect).flatMap((target) => named({ target }))),
    or(...named({})),
  ];
  return [
    ...(names.length === 0 ? [] : parts),
    and(not(isAction(other.request, names)), holds(other)),
  ];
}

/** The actions that statements and list name, in lower case, without those that have wildcards. */
function namesIn({ role, listed }: Both, { effect }: Aspect): string[] {
  const parts = effect === 'Allow' ? listed.allowed : (listed.denied ?? []);
  const actions = [
    ...statementsOf(role, effect).flatMap(({ Action = [] }) => Action),
    ...parts.flatMap((part) => part.actions),
  ];
  const names = actions.filter((action) => !/[*?]/.test(action));
  return [...new Set(names.map((action) => action.toLowerCase()))];
}

/** A resource for each pattern of the role's statements, and one that is like none of them. */
function placesOf({ role, listed }: Both, { effect }: Aspect): string[] {
  const patterns = [
    ...statementsOf(role, effect).flatMap(({ Resource = [] }) => Resource),
    ...listed.allowed.map(({ resource }) => resource),
  ];
  const places = patterns.filter((one) => !one.includes('${')).map(exampleOf);
  return [...new Set([...places, anotherValue])];
}

/** Each permission by an action and a resource that no other one of the role has: the list is no longer than needed. */
function needed({ role, listed, stack }: Both): Example[] {
  const each = listed.allowed.flatMap((one) =>
    one.actions.map((action): Permission => ({ ...one, actions: [action] })),
  );
  return each.map((one) => ({
    about: `a session of ${role.title} by ${permissionFile}, and not by another line of it: ${one.actions} on ${one.resource}`,
    request: neededBy(
      role,
      one,
      each.filter((other) => other !== one),
      stack,
    ),
  }));
}
