/** Who uses a key that is a tenant's of another stack in the account: two stacks may each have a tenant of one id. */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { type Formula, literal, not, or } from '../formula/formula.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { sessionsOf } from './callers.ts';
import { uses } from './kms-actions.ts';
import { pinned } from './pinned.ts';
import { has, isAction, type Request } from './request-of.ts';
import { keyOpen, onTenantKey } from './situations.ts';
import type { Theorem } from './theorem.ts';

const isMarked = (request: Request, { ownNames }: StackPolicies): Formula =>
  or(
    ...[ownNames.productTag, ownNames.canaryTag].map(({ key, value }) =>
      has(request, `aws:ResourceTag/${key}`, literal(value)),
    ),
  );

export const anotherStack: Theorem = {
  id: '1.1',
  sentence:
    "By IAM alone, where a key's policy leaves everything to the account: a role of the stack uses a key for cryptography only if the key is marked as this stack's or its canary's, not another stack's key of the same tenant id; a session of the tenant role may use the tenant's key of this stack.",
  questions: (stack) =>
    stack.roles.map((role) => {
      const caller = sessionsOf(role, stack);
      const request = onTenantKey(caller, keyOpen, stack);
      return {
        about: `${caller.title}, on a key that is not marked as this stack's${keyOpen.title}`,
        counterexample: [request.isAllowed, isAction(request, uses), not(isMarked(request, stack))],
        request,
      };
    }),
  examples: (stack) => {
    const caller = sessionsOf(stack.role('TenantRole'), stack);
    const request = onTenantKey(caller, keyOpen, stack, 'kms:Encrypt');
    const { key, value } = stack.ownNames.productTag;
    return [
      {
        about: `${caller.title}: kms:Encrypt`,
        request: [
          request.isAllowed,
          has(request, `aws:ResourceTag/${key}`, literal(value)),
          has(request, `aws:PrincipalTag/${tenantIdTag}`, request.tenant),
          ...pinned(caller, stack),
        ],
      },
    ];
  },
};
