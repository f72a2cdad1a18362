/** Who uses a tenant's key. */
import { cryptographicActions } from '../../contract/key-policy.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { and, equal, literal, not, or } from '../formula/formula.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { everybody } from './callers.ts';
import { has, isAction, type Request, requestOf } from './request-of.ts';
import type { Theorem } from './theorem.ts';

export const use: Theorem = {
  id: '1',
  sentence:
    "Whoever uses a tenant's key for cryptography is a session of the tenant role with that tenant's tag, and the tenant's id is in the encryption context.",
  questions: (stack) =>
    everybody(stack).map((caller) => {
      const request = requestOf({ caller, resource: stack.tenantKeyPolicy });
      const cryptography = or(...isAction(request, cryptographicActions));
      return {
        about: caller.title,
        counterexample: [request.isAllowed, cryptography, not(isOwnUse(request, stack))],
      };
    }),
};

export const isOwnUse = (request: Request, stack: StackPolicies) =>
  and(
    equal(request.caller.principalArn, literal(stack.role('TenantRole').arn)),
    has(request, `aws:PrincipalTag/${tenantIdTag}`, request.tenant),
    has(request, `kms:EncryptionContext:${tenantIdTag}`, request.tenant),
  );
