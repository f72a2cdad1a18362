/**
 * When two keys' policies say the same, but for the tenant. Invariant: what is taken for the same decides alike: order
 * and repetition count in no list of a policy, and one value is as good as a list of it.
 */
import { tenantId as tenantIdSchema } from '../../contract/tenant-id.ts';
import type { Policy, Statement } from '../formula/policy.ts';
import { ownTenantKey } from '../stack-policies.ts';

/** @returns a text that is equal for two documents only if they decide alike */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    const items = [...new Set(value.map(canonical))].sort();
    return items.length === 1 && !Array.isArray(value[0])
      ? (items[0] as string)
      : `[${items.join()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`,
  );
  return `{${members.sort().join()}}`;
}

/**
 * @returns the policy with the variable of a tenant's id in the place of this one, where a text is compared with it:
 *   for this tenant both decide alike. No character of an id has a meaning in a policy; what is no id stays.
 */
export function formOf(policy: Policy, tenantId: string): Policy {
  if (!tenantIdSchema.safeParse(tenantId).success) return policy;
  return {
    ...policy,
    statements: policy.statements.map((statement): Statement => {
      if (statement.Condition === undefined) return statement;
      return { ...statement, Condition: withVariable(statement.Condition, tenantId) };
    }),
  };
}

function withVariable(condition: unknown, tenantId: string): unknown {
  const block = condition as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const operators = Object.entries(block).map(([operator, keys]) => {
    if (!/^(?:For\w+:)?String(?:Not)?(?:Equals|Like)(?:IfExists)?$/.test(operator)) {
      return [operator, keys];
    }
    const variable = (value: unknown) => (value === tenantId ? `\${${ownTenantKey}}` : value);
    const replaced = Object.entries(keys).map(([key, values]) => [
      key,
      Array.isArray(values) ? values.map(variable) : variable(values),
    ]);
    return [operator, Object.fromEntries(replaced)];
  });
  return Object.fromEntries(operators);
}
