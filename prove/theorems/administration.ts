/** Who changes a tenant's key: nobody by a grant, and nobody but those who are listed here. */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { atLeast, literal, not, yes } from '../formula/formula.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { type CallerKind, everybody } from './callers.ts';
import { reads, uses } from './kms-actions.ts';
import { pinned } from './pinned.ts';
import { isAction, type Request } from './request-of.ts';
import {
  bothCareless,
  callerOpen,
  deployed,
  keyCareless,
  onTenantKey,
  type Situation,
} from './situations.ts';
import type { Example, Question, Theorem } from './theorem.ts';

const controlPlane = 'a session of ControlPlaneRole';
const reconciler = 'a session of ReconcilerRole';
const administrators = 'another principal of the account';

/**
 * Who changes what, exactly: the account's administrators, as far as their IAM policies let them, and two roles. What
 * is not here is nobody's.
 */
const mayChange: Readonly<Record<string, readonly string[]>> = {
  'kms:PutKeyPolicy': [reconciler, administrators],
  'kms:TagResource': [administrators],
  'kms:UntagResource': [administrators],
  'kms:CreateAlias': [controlPlane, reconciler, administrators],
  'kms:UpdateAlias': [reconciler, administrators],
  'kms:DeleteAlias': [controlPlane, administrators],
  'kms:EnableKey': [controlPlane, reconciler, administrators],
  'kms:DisableKey': [controlPlane, reconciler, administrators],
  'kms:ScheduleKeyDeletion': [controlPlane, reconciler, administrators],
  'kms:CancelKeyDeletion': [controlPlane, reconciler, administrators],
  'kms:EnableKeyRotation': [controlPlane, reconciler, administrators],
  'kms:DisableKeyRotation': [administrators],
  'kms:RotateKeyOnDemand': [controlPlane, administrators],
  'kms:UpdateKeyDescription': [administrators],
  'kms:RevokeGrant': [administrators],
};

export const administration: Theorem = {
  id: '3',
  sentence:
    "Nobody can create a grant on a tenant's key or delete it sooner than the window, and nobody but these can change anything of it.",
  lines: [...Map.groupBy(Object.entries(mayChange), ([, who]) => who.join(', '))].map(
    ([who, changes]) => `${who}: ${changes.map(([action]) => action).join(', ')}`,
  ),
  questions: (stack) => [
    ...[grants, deletesHastily].flatMap((question) =>
      [deployed, callerOpen, keyCareless, bothCareless].flatMap((situation) =>
        everybody(stack).map((caller) => question(caller, situation, stack)),
      ),
    ),
    ...everybody(stack).map((caller) => changesOtherwise(caller, stack)),
    ...changesOf(stack, (isListed) => !isListed).map(
      ({ about, request, of }): Question => ({ about, counterexample: request, request: of }),
    ),
  ],
  examples: (stack) =>
    changesOf(stack, (isListed) => isListed).map(({ about, caller, request }) => ({
      about,
      request: [...request, ...pinned(caller, stack)],
    })),
};

function grants(caller: CallerKind, situation: Situation, stack: StackPolicies): Question {
  const request = onTenantKey(caller, situation, stack, 'kms:CreateGrant');
  return {
    about: `${caller.title}${situation.title}: kms:CreateGrant`,
    counterexample: [request.isAllowed],
    request,
  };
}

function deletesHastily(caller: CallerKind, situation: Situation, stack: StackPolicies): Question {
  const request = onTenantKey(caller, situation, stack, 'kms:ScheduleKeyDeletion');
  const days = 'kms:ScheduleKeyDeletionPendingWindowInDays';
  return {
    about: `${caller.title}${situation.title}: a hasty deletion`,
    counterexample: [
      request.isAllowed,
      request.present(days),
      not(atLeast(request.number(days), stack.deletionWindowInDays)),
    ],
    request,
  };
}

interface Change extends Example {
  readonly caller: CallerKind;
  readonly of: Request;
}

/** Each known change by each caller for whom it is wanted. */
function changesOf(stack: StackPolicies, isWanted: (isListed: boolean) => boolean): Change[] {
  return everybody(stack).flatMap((caller) =>
    Object.entries(mayChange)
      .filter(([, who]) => isWanted(who.includes(caller.title)))
      .map(([action]) => {
        const request = onTenantKey(caller, deployed, stack, action);
        // PutKeyPolicy has no condition key aws:RequestTag (Service Authorization Reference, AWS KMS).
        const isTagged = request.present(`aws:RequestTag/${tenantIdTag}`);
        const isPossible = action === 'kms:PutKeyPolicy' ? not(isTagged) : yes;
        return {
          about: `${caller.title}: ${action}`,
          caller,
          of: request,
          request: [request.isAllowed, isPossible],
        };
      }),
  );
}

/** Whatever else there may be: the key's policy lets nobody. */
function changesOtherwise(caller: CallerKind, stack: StackPolicies): Question {
  const request = onTenantKey(caller, callerOpen, stack);
  const known = [...Object.keys(mayChange), ...reads, ...uses];
  // Nothing is added by these, but a solver compares names sooner than a name and a pattern.
  const names = stack.tenantKeyPolicy.statements
    .flatMap(({ Action = [] }) => Action)
    .filter((name) => isAction({ action: literal(name.toLowerCase()) }, known) === yes);
  return {
    about: `${caller.title}${callerOpen.title}: an action that is in no list`,
    counterexample: [
      request.isAllowed,
      isAction(request, ['kms:*']),
      not(isAction(request, [...known, ...names])),
    ],
    request,
  };
}
