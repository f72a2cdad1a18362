/**
 * Makes the list of permissions from the policies of a stack. Nothing rests on it: the theorem compares what is written
 * with the policies, whoever wrote it.
 */
import { expressionOf, type Formula } from './formula/formula.ts';
import type { Statement } from './formula/policy.ts';
import { scriptOf } from './formula/smt-lib.ts';
import { patternOf } from './formula/value-text.ts';
import type { Part, Permission, PermissionList, RolePermissions } from './permission-list.ts';
import { withNames } from './resource-names.ts';
import type { Solver } from './solver/solver.ts';
import type { StackPolicies, StackRole } from './stack-policies.ts';
import { neededBy, statementsOf, takenAway } from './theorems/compared-request.ts';

/**
 * @param onRole called before each role
 * @throws Error for a statement with NotAction or NotResource, for which the list has no words
 */
export async function permissionsOf(
  stack: StackPolicies,
  solver: Solver,
  onRole: (title: string) => void = () => {},
): Promise<PermissionList> {
  const roles: [string, RolePermissions][] = [];
  for (const role of stack.roles) {
    onRole(role.title);
    roles.push([role.title, await ofRole(role, stack, solver)]);
  }
  return withNames(
    Object.fromEntries(roles.sort(([one], [other]) => compare(one, other))),
    stack.names,
  );
}

async function ofRole(
  role: StackRole,
  stack: StackPolicies,
  solver: Solver,
): Promise<RolePermissions> {
  const isPossible = async (formulas: readonly Formula[]) =>
    (await solver.check(scriptOf(formulas))).verdict !== 'unsat';
  const denied = partsOf(role, 'Deny');
  const all: Permission[] = [];
  for (const one of partsOf(role, 'Allow')) {
    const unless: Part[] = [];
    for (const deny of denied) {
      if (await isPossible(takenAway(role, one, deny, stack))) unless.push(exceptionOf(deny, one));
    }
    all.push({ ...one, ...(unless.length > 0 && { unless: distinct(unless) }) });
  }
  let allowed = all;
  for (const one of all) {
    const others = allowed.filter((other) => other !== one);
    if (!(await isPossible(neededBy(role, one, others, stack)))) allowed = others;
  }
  return { allowed: grouped(allowed), ...(denied.length > 0 && { denied: grouped(denied) }) };
}

/** A part for each action and resource. */
function partsOf(role: StackRole, effect: Statement['Effect']): Permission[] {
  return statementsOf(role, effect).flatMap(({ Sid, Action, Resource, Condition }) => {
    if (Action === undefined || Resource === undefined) {
      throw new Error(`the list has no words for a statement of ${role.title}: ${Sid}`);
    }
    return [Resource].flat().flatMap((resource) =>
      [Action].flat().map(
        (action): Permission => ({
          actions: [action],
          resource,
          ...(Condition !== undefined && { when: Condition as Part['when'] }),
        }),
      ),
    );
  });
}

/** What a Deny takes away of a permission: of its action and its resource, where it covers them. */
function exceptionOf(deny: Permission, one: Permission): Part {
  const covers = (pattern: string, text: string) =>
    expressionOf(patternOf(pattern.toLowerCase())).test(text.toLowerCase());
  const { when } = deny;
  return {
    ...(!covers(String(deny.actions), String(one.actions)) && { actions: deny.actions }),
    ...(!covers(deny.resource, one.resource) && { resource: deny.resource }),
    ...(when !== undefined && { when }),
  };
}

/** Those that are alike but for the action as one, sorted. */
function grouped<T extends Permission>(all: readonly T[]): T[] {
  const alike = Map.groupBy(all, ({ actions: _, ...others }) => JSON.stringify(others));
  return [...alike.values()]
    .map((each): T => {
      const actions = new Set(each.flatMap((one) => one.actions));
      return { ...(each[0] as T), actions: [...actions].sort() };
    })
    .sort(
      (one, other) =>
        compare(one.resource, other.resource) || compare(one.actions.join(), other.actions.join()),
    );
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function distinct<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
