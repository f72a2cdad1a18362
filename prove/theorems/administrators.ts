/**
 * What an administrator of the account cannot do, and what they can. That is whoever is no role of the stack, with any
 * rights by IAM and any tags; the root user too. A sentence is about one request: who can change a policy can do
 * afterwards what it forbade.
 */
import { and, atLeast, type Formula, implies, not } from '../formula/formula.ts';
import type { Policy } from '../formula/policy.ts';
import { type StackPolicies, signingKeysOf } from '../stack-policies.ts';
import { otherPrincipals } from './callers.ts';
import { uses } from './kms-actions.ts';
import { pinned } from './pinned.ts';
import { isAction, isOfTrail, type Request, requestOf } from './request-of.ts';
import { titleOfSigningKey } from './signing-keys.ts';
import type { Theorem } from './theorem.ts';

/** What a request is for; without a policy of its own, IAM alone decides. */
interface Target {
  readonly title: string;
  readonly resource?: Policy;
  readonly isTrust?: true;
}
type TargetsOf = (stack: StackPolicies) => readonly Target[];

const tenantKey: TargetsOf = (stack) => [
  { title: "a tenant's key", resource: stack.tenantKeyPolicy },
];
const certificateKeys: TargetsOf = (stack) =>
  signingKeysOf(stack).map(({ policy }, at) => ({
    title: titleOfSigningKey(at),
    resource: policy,
  }));
const productKey: TargetsOf = (stack) => [
  { title: "the product's own key", resource: stack.key('ProductKey').policy },
];
const trustOf =
  (title: string): TargetsOf =>
  (stack) => [{ title, resource: stack.role(title).trust, isTrust: true }];
const byIamAlone: TargetsOf = () => [{ title: 'what has no policy of its own' }];

const targetsIn = (stack: StackPolicies, all: readonly TargetsOf[]): Target[] =>
  all.flatMap((targetsOf) => targetsOf(stack));

type Does = (request: Request, stack: StackPolicies) => Formula;

const cannot = (
  id: string,
  sentence: string,
  targets: readonly TargetsOf[],
  does: Does,
): Theorem => ({
  id,
  sentence: `An administrator cannot ${sentence}.`,
  questions: (stack) =>
    targetsIn(stack, targets).map(({ title, ...target }) => {
      const caller = otherPrincipals(stack);
      const request = requestOf({ caller, ...target });
      return {
        about: `${caller.title}, on ${title}`,
        counterexample: [request.isAllowed, does(request, stack)],
        request,
      };
    }),
});

/** @param actions each of which is possible, on each target */
const can = (
  id: string,
  sentence: string,
  targets: readonly TargetsOf[],
  actions: readonly string[],
  holds?: Does,
): Theorem => ({
  id,
  sentence: `An administrator can ${sentence}.`,
  questions: () => [],
  examples: (stack) =>
    targetsIn(stack, targets).flatMap(({ title, ...target }) =>
      actions.map((action) => {
        const caller = otherPrincipals(stack);
        const request = requestOf({ caller, ...target, action: action.toLowerCase() });
        return {
          about: `${caller.title}, on ${title}: ${action}`,
          request: [
            request.isAllowed,
            ...pinned(caller, stack),
            ...(holds ? [holds(request, stack)] : []),
          ],
        };
      }),
    ),
});

const window = 'kms:ScheduleKeyDeletionPendingWindowInDays';
const isFullWindow: Does = (request, { deletionWindowInDays }) =>
  and(request.present(window), atLeast(request.number(window), deletionWindowInDays));
/** A request to disable a key has no window. */
const hasFullWindow: Does = (request, stack) =>
  implies(isAction(request, ['kms:ScheduleKeyDeletion']), isFullWindow(request, stack));

export const administrators: readonly Theorem[] = [
  cannot(
    '7.1',
    "use a tenant's key for cryptography, whatever their tags",
    [tenantKey],
    (request) => isAction(request, uses),
  ),
  cannot('7.2', 'sign a certificate', [certificateKeys], (request) =>
    isAction(request, ['kms:Sign']),
  ),
  cannot(
    '7.3',
    "create a grant on a tenant's key or a key of certificates",
    [tenantKey, certificateKeys],
    (request) => isAction(request, ['kms:CreateGrant']),
  ),
  cannot(
    '7.4',
    "schedule the deletion of a tenant's key with a shorter window than its policy says",
    [tenantKey],
    (request, stack) =>
      and(
        isAction(request, ['kms:ScheduleKeyDeletion']),
        request.present(window),
        not(isFullWindow(request, stack)),
      ),
  ),
  cannot(
    '7.5',
    "open a session of the tenant role, or of the reader of tenants' events",
    [trustOf('TenantRole'), trustOf('AuditReaderRole')],
    (request) => isAction(request, ['sts:*']),
  ),
  can(
    '7.6',
    'change the policy of each key, and afterwards whatever it forbade',
    [tenantKey, certificateKeys, productKey],
    ['kms:PutKeyPolicy'],
  ),
  can(
    '7.7',
    "disable a tenant's key, and schedule its deletion with the full window",
    [tenantKey],
    ['kms:DisableKey', 'kms:ScheduleKeyDeletion'],
    hasFullWindow,
  ),
  can(
    '7.8',
    "change a tenant's key's tags and aliases",
    [tenantKey],
    ['kms:TagResource', 'kms:UntagResource', 'kms:UpdateAlias', 'kms:DeleteAlias'],
  ),
  can(
    '7.9',
    "decrypt the trail's files, if IAM lets them",
    [productKey],
    ['kms:Decrypt'],
    isOfTrail,
  ),
  can(
    '7.10',
    "change the stack's roles and whom they trust, its functions and its tables, where IAM alone decides",
    [byIamAlone],
    [
      'iam:PutRolePolicy',
      'iam:UpdateAssumeRolePolicy',
      'lambda:UpdateFunctionCode',
      'lambda:InvokeFunction',
      'dynamodb:PutItem',
      'dynamodb:DeleteItem',
    ],
  ),
];
