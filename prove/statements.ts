/**
 * Which statements a proof rests on. Each Deny gets a switch, and so do the conditions of each Allow; a solver then
 * says which switches it needs on. Those are enough; others may be enough as well, since there is more than one lock. A
 * proof that needs none rests on that no Allow reaches so far.
 */
import { isFalse, variablesOf } from './formula/formula.ts';
import type { Policy, Statement } from './formula/policy.ts';
import { keyId } from './formula/request.ts';
import { scriptOf } from './formula/smt-lib.ts';
import type { Solver } from './solver/solver.ts';
import { type StackPolicies, titled } from './stack-policies.ts';
import type { Theorem } from './theorems/theorem.ts';

/** Begins condition keys that no request of AWS has. A request that has one is decided with that statement. */
const switchPrefix = 'prove:with ';

/** @returns the statements' names, in order; nothing where the solver does not know, or the theorem only gives examples */
export async function statementsOf(
  theorem: Theorem,
  stack: StackPolicies,
  solver: Solver,
): Promise<readonly string[] | undefined> {
  if (solver.core === undefined) return undefined;
  const names = new Map<string, string>();
  const switched = withSwitches(stack, names);
  const needed = new Set<string>();
  const questions = theorem.questions(switched);
  if (questions.length === 0) return undefined;
  for (const { counterexample } of questions.filter((one) => !isFalse(one.counterexample))) {
    const switches = [...variablesOf(counterexample)]
      .map(([name]) => name)
      .filter((name) => name.includes(` has ${switchPrefix}`));
    const core = await solver.core(scriptOf(counterexample), switches);
    if (core === undefined) return undefined;
    for (const name of core) {
      const key = name.slice(name.indexOf(switchPrefix));
      needed.add(names.get(key) ?? key);
    }
  }
  return [...needed].sort();
}

/** @param names gets the statements' names by the ids of their switches */
function withSwitches(stack: StackPolicies, names: Map<string, string>): StackPolicies {
  const switched = (policy: Policy): Policy => ({
    ...policy,
    statements: policy.statements.flatMap((statement, index) => {
      const name = `${titleOf(policy)} ${statement.Sid ?? `#${index + 1}`}`;
      const key = `${switchPrefix}${name}`;
      names.set(keyId(key), name);
      return switchedStatement(statement, key);
    }),
  });
  const roles = stack.roles.map((role) => ({
    ...role,
    trust: switched(role.trust),
    policies: role.policies.map(switched),
  }));
  const keys = stack.keys.map((key) => ({ ...key, policy: switched(key.policy) }));
  return {
    ...stack,
    roles,
    role: (title) => titled(roles, title),
    keys,
    key: (title) => titled(keys, title),
    tenantKeyPolicy: switched(stack.tenantKeyPolicy),
  };
}

/** Off, a Deny denies nothing, and an Allow holds without its conditions. */
function switchedStatement(statement: Statement, key: string): readonly Statement[] {
  const { Condition, ...unconditional } = statement;
  const when = (isOn: boolean) => ({ [key]: String(!isOn) });
  if (statement.Effect === 'Deny') {
    const conditions = (Condition ?? {}) as Readonly<Record<string, object>>;
    return [
      { ...statement, Condition: { ...conditions, Null: { ...conditions.Null, ...when(true) } } },
    ];
  }
  if (Condition === undefined) return [statement];
  return [statement, { ...unconditional, Condition: { Null: when(false) } }];
}

/** `TenantRole23B9467E/Policy` is `TenantRole`, its trust policy `TenantRole's trust`. */
function titleOf({ name }: Policy): string {
  const title = name.replace(/[0-9A-F]{8}\/.*$/, '');
  return name.endsWith('/TrustPolicy') ? `${title}'s trust` : title;
}
