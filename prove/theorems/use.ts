/** Who uses a tenant's key. */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { and, equal, type Formula, literal, not } from '../formula/formula.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { type CallerKind, everybody, sessionsOf } from './callers.ts';
import { uses } from './kms-actions.ts';
import { pinned } from './pinned.ts';
import { has, isAction, isAmong, type Request } from './request-of.ts';
import {
  bothCareless,
  callerOpen,
  callerOpenKeyUndenied,
  deployed,
  keyCareless,
  keyOpen,
  onTenantKey,
  type Situation,
} from './situations.ts';
import type { Question, Theorem } from './theorem.ts';

/** That the use is one that the sentence tells. */
type IsOwn = (request: Request, stack: StackPolicies) => Formula;

const isOwnSession: IsOwn = (request, stack) =>
  and(
    equal(request.caller.principalArn, literal(stack.role('TenantRole').arn)),
    has(request, `aws:PrincipalTag/${tenantIdTag}`, request.tenant),
  );

const isOwnUse: IsOwn = (request, stack) =>
  and(
    isOwnSession(request, stack),
    has(request, `kms:EncryptionContext:${tenantIdTag}`, request.tenant),
  );

/** IAM compares the names of a context without case; the key's policy asks for the exact one. */
const isExactUse: IsOwn = (request, stack) =>
  and(
    isOwnUse(request, stack),
    isAmong(request, 'kms:EncryptionContextKeys', literal(tenantIdTag)),
  );

export const use: Theorem = {
  id: '1',
  sentence:
    "Whoever uses a tenant's key for cryptography is a session of the tenant role with that tenant's tag, and the tenant's id is in the encryption context; such a session may use it. With either lock taken off, the other one alone holds this of every role of the stack; the key's policy holds it of everybody.",
  questions: (stack) => {
    const ask = (callers: readonly CallerKind[], situation: Situation, isOwn: IsOwn) =>
      callers.map((caller): Question => {
        const request = onTenantKey(caller, situation, stack);
        const isUse = isAction(request, uses);
        return {
          about: `${caller.title}${situation.title}`,
          counterexample: [request.isAllowed, isUse, not(isOwn(request, stack))],
          request,
        };
      });
    const anybody = everybody(stack);
    const roles = stack.roles.map((role) => sessionsOf(role, stack));
    return [
      ...ask(anybody, deployed, isExactUse),
      ...ask(anybody, callerOpen, isExactUse),
      ...ask(anybody, callerOpenKeyUndenied, isExactUse),
      ...ask(anybody, keyCareless, isOwnUse),
      ...ask(anybody, bothCareless, isOwnSession),
      // Administrators with kms:* may use a key that is left to the account.
      ...ask(roles, keyOpen, isOwnUse),
    ];
  },
  examples: (stack) =>
    ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey'].map((action) => {
      const caller = sessionsOf(stack.role('TenantRole'), stack);
      const request = onTenantKey(caller, deployed, stack, action);
      return {
        about: `${caller.title}: ${action}`,
        request: [request.isAllowed, isExactUse(request, stack), ...pinned(caller, stack)],
      };
    }),
};
