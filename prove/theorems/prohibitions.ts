/** What the roles that administer keys never do. Invariant: their Denies hold whatever else comes to be allowed. */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { and, atLeast, type Formula, not } from '../formula/formula.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { sessionsOf, withEverything } from './callers.ts';
import { uses } from './kms-actions.ts';
import { isAction, type Request, requestOf, throughDynamoDB } from './request-of.ts';
import type { Question, Theorem } from './theorem.ts';

const controlPlane = 'ControlPlaneRole';
const window = 'kms:ScheduleKeyDeletionPendingWindowInDays';

type Does = (request: Request, stack: StackPolicies) => Formula;

const never: Readonly<Record<string, Does>> = {
  'uses a key': (request, stack) =>
    and(isAction(request, uses), not(throughDynamoDB(request, stack))),
  'creates a grant': (request) => isAction(request, ['kms:CreateGrant']),
  'skips the lockout check': (request) =>
    and(
      isAction(request, ['kms:CreateKey', 'kms:PutKeyPolicy']),
      request.present('kms:BypassPolicyLockoutSafetyCheck'),
      request.isTrue('kms:BypassPolicyLockoutSafetyCheck'),
    ),
  'deletes a key sooner than the window': (request, { deletionWindowInDays }) =>
    and(
      isAction(request, ['kms:ScheduleKeyDeletion']),
      request.present(window),
      not(atLeast(request.number(window), deletionWindowInDays)),
    ),
};

/** In CreateKey the request has the tenant's tag, and there is no key yet. */
const changesPolicy: Does = (request) =>
  and(
    isAction(request, ['kms:PutKeyPolicy']),
    request.present(`aws:ResourceTag/${tenantIdTag}`),
    not(request.present(`aws:RequestTag/${tenantIdTag}`)),
  );

/** Where the key leaves everything to the account, which is as if it had no policy. */
const asks = (title: string, what: string, does: Does, stack: StackPolicies): Question => {
  const caller = withEverything(sessionsOf(stack.role(title), stack));
  const request = requestOf({ caller });
  return {
    about: `${caller.title}, ${what}`,
    counterexample: [request.isAllowed, does(request, stack)],
    request,
  };
};

export const prohibitions: Theorem = {
  id: '3.1',
  sentence:
    "Whatever else their policies come to allow, and whatever a key leaves to the account: the control plane and the reconciler use no key but through DynamoDB, create no grant, skip no lockout check and delete no key sooner than the window; the control plane changes the policy of no tenant's key.",
  questions: (stack) => [
    ...[controlPlane, 'ReconcilerRole'].flatMap((title) =>
      Object.entries(never).map(([what, does]) => asks(title, what, does, stack)),
    ),
    asks(controlPlane, "changes the policy of a tenant's key", changesPolicy, stack),
  ],
};
