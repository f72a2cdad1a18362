/**
 * Role definitions, role assignments, and whether they allow an action. An assignment counts only some time after it was made, and
 * for so long after it was deleted: learn.microsoft.com/azure/role-based-access-control/troubleshooting, "up to 10 minutes".
 */
import { randomUUID } from 'node:crypto';
import { type Attributes, type Condition, conditionOf } from './condition.ts';

export interface RoleDefinition {
  readonly actions: readonly string[];
  readonly dataActions: readonly string[];
}

export interface RoleAssignment {
  /** a GUID */
  readonly name: string;
  /** an id of ARM */
  readonly scope: string;
  readonly principalId: string;
  readonly principalType: string;
  /** GUID */
  readonly roleDefinitionId: string;
  readonly condition?: string | undefined;
}

interface Kept extends RoleAssignment {
  readonly holds: Condition;
  readonly since: number;
  until: number;
}

export interface Question {
  readonly principalId: string;
  readonly action: string;
  readonly isData: boolean;
  readonly scope: string;
  readonly request?: Attributes | undefined;
  readonly resource?: Attributes | undefined;
}

export interface Rbac {
  define(role: RoleDefinition, id?: string): string;
  isDefined(id: string): boolean;
  assign(
    assignment: Omit<RoleAssignment, 'name' | 'principalType'> & Partial<RoleAssignment>,
  ): RoleAssignment;
  unassign(name: string): void;
  assignments(): readonly RoleAssignment[];
  isAllowed(question: Question): boolean;
}

/** @param propagationMs how long an assignment, and its end, take to count */
export function rbac(now: () => number, propagationMs: () => number): Rbac {
  const roles = new Map<string, RoleDefinition>();
  let kept: Kept[] = [];
  const current = () => kept.filter(({ until }) => until === Number.POSITIVE_INFINITY);

  const allows = (
    one: Kept,
    { action, isData, scope, principalId, request, resource }: Question,
  ) => {
    const role = roles.get(one.roleDefinitionId);
    const patterns = (isData ? role?.dataActions : role?.actions) ?? [];
    return (
      one.principalId === principalId &&
      one.since <= now() &&
      now() < one.until &&
      isWithin(scope, one.scope) &&
      patterns.some((pattern) => matches(pattern, action)) &&
      one.holds({ action, request, resource })
    );
  };

  return {
    define(role, id = randomUUID()) {
      roles.set(id, role);
      return id;
    },
    isDefined: (id) => roles.has(id),
    assign({ name = randomUUID(), principalType = 'ServicePrincipal', ...rest }) {
      const holds = rest.condition === undefined ? () => true : conditionOf(rest.condition);
      const assignment = { ...rest, name, principalType };
      kept = kept.filter((one) => one.name !== name);
      kept.push({
        ...assignment,
        holds,
        since: now() + propagationMs(),
        until: Number.POSITIVE_INFINITY,
      });
      return assignment;
    },
    unassign(name) {
      for (const one of current()) if (one.name === name) one.until = now() + propagationMs();
    },
    assignments: current,
    isAllowed: (question) => kept.some((one) => allows(one, question)),
  };
}

/** Ids of ARM are compared without case. */
export const isWithin = (id: string, scope: string): boolean =>
  `${id}/`.toLowerCase().startsWith(`${scope.replace(/\/$/, '')}/`.toLowerCase());

function matches(pattern: string, action: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 'i').test(action);
}
