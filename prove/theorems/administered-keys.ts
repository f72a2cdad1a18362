/** Which keys the product's roles make, mark as its own, and change, as far as their own policies say. */
import { productTagKey } from '../../contract/stack-names.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import {
  and,
  equal,
  type Formula,
  implies,
  like,
  literal,
  no,
  not,
  or,
} from '../formula/formula.ts';
import { patternOf } from '../formula/value-text.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { sessionsOf } from './callers.ts';
import { keyChanges } from './office.ts';
import { has, type Request, requestOf } from './request-of.ts';
import type { Question, Theorem } from './theorem.ts';

const tagKeys = 'aws:TagKeys';
const tags = [tenantIdTag, productTagKey];

const isProducts = (request: Request, { ownNames }: StackPolicies): Formula =>
  has(request, `aws:ResourceTag/${productTagKey}`, literal(ownNames.productTag.value));

/** The key spec implies the key usage. KMS documents these keys for TagResource, but not for tags in CreateKey. */
const isOfType = (request: Request, isCertain: boolean): Formula => {
  const is = (key: string, value: Formula) =>
    isCertain ? and(request.present(key), value) : implies(request.present(key), value);
  return and(
    is('kms:KeySpec', equal(request.value('kms:KeySpec'), literal('SYMMETRIC_DEFAULT'))),
    is('kms:KeyOrigin', equal(request.value('kms:KeyOrigin'), literal('AWS_KMS'))),
    is('kms:MultiRegion', not(request.isTrue('kms:MultiRegion'))),
  );
};

const isMadeForTenant = (request: Request): Formula => {
  const tag = `aws:RequestTag/${tenantIdTag}`;
  return and(
    request.present(tag),
    not(equal(request.value(tag), literal(''))),
    isOfType(request, true),
  );
};

/** No tenant's key, not the product's, none that has a name; and no tag but these two. */
const isMarkedAnew = (request: Request, { ownNames }: StackPolicies): Formula => {
  const { tracked, other } = request.members(tagKeys);
  const isOneOf = tracked.map(({ value, isMember }) =>
    implies(isMember, or(...tags.map((tag) => equal(value, literal(tag))))),
  );
  return and(
    has(request, `aws:RequestTag/${productTagKey}`, literal(ownNames.productTag.value)),
    and(not(other), ...isOneOf),
    ...tags.map((tag) => not(request.present(`aws:ResourceTag/${tag}`))),
    not(request.present('kms:ResourceAliases')),
    isOfType(request, false),
  );
};

/** KMS asks twice where an alias changes, for the alias and for the key. */
function isAlias({ resource }: Request, { keys, ownNames }: StackPolicies): Formula {
  const beginning = keys[0]?.arn.replace(/key\/.*/, '');
  return like(resource, patternOf(`${beginning}${ownNames.aliasOf('*')}`));
}

/** Whose change it may be, by the role's title, and then of which keys. */
type By = Readonly<Record<string, (request: Request, stack: StackPolicies) => Formula>>;

const mayChange = (action: string): By => {
  if (action === 'kms:CreateKey') return { ControlPlaneRole: isMadeForTenant };
  if (action === 'kms:TagResource') return { ControlPlaneRole: isMarkedAnew };
  return {
    ControlPlaneRole: isAlias,
    ReconcilerRole: (request, stack) =>
      or(isAlias(request, stack), and(isProducts(request, stack), isOfType(request, true))),
  };
};

export const administeredKeys: Theorem = {
  id: '3.3',
  sentence:
    "By its own policies no role of the stack makes a key but the control plane, one for a tenant, symmetric, in one Region, of KMS's own material; none marks a key as the product's but the control plane, one without tenant, owner and alias; none changes a key but the reconciler, one of that type with the product's tag, and aliases under the product's prefix, which the control plane gives too.",
  questions: (stack) =>
    stack.roles.flatMap((role) =>
      ['kms:CreateKey', ...keyChanges].map((action): Question => {
        const caller = sessionsOf(role, stack);
        const request = requestOf({
          caller,
          action: action.toLowerCase(),
          compares: { [tagKeys]: tags },
        });
        const isWanted = mayChange(action)[role.title]?.(request, stack) ?? no;
        return {
          about: `${caller.title}: ${action}`,
          counterexample: [request.isAllowed, not(isWanted)],
          request,
        };
      }),
    ),
};
