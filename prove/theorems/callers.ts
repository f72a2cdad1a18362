/**
 * Everybody who can send a request. Invariant: each principal there is belongs to one of these, and of none more is known
 * than stands here: what is not known of its policies and tags is free.
 */
import { and, equal, type Formula, literal, not, or, yes } from '../formula/formula.ts';
import type { Policy } from '../formula/policy.ts';
import { isIdentity, isService, type SymbolicRequest } from '../formula/request.ts';
import type { StackPolicies, StackRole } from '../stack-policies.ts';

export interface CallerKind {
  readonly title: string;
  readonly identity: readonly Policy[] | 'anything';
  /** what is known of the caller of a request */
  readonly facts: (request: SymbolicRequest) => Formula;
}

export const sessionsOf = (role: StackRole, { accountId }: StackPolicies): CallerKind => ({
  title: `a session of ${role.title}`,
  identity: role.policies,
  facts: ({ caller, ...request }) =>
    and(
      isIdentity(caller),
      equal(caller.principalArn, literal(role.arn)),
      equal(caller.accountId, literal(accountId)),
      tagsOf(role, request),
    ),
});

/** A session keeps its role's tags, unless somebody may pass other ones: then they may be anything. */
function tagsOf(
  { tags, trust }: StackRole,
  { present, value }: Pick<SymbolicRequest, 'present' | 'value'>,
): Formula {
  const isTagged = trust.statements.some(
    ({ Effect, Action }) =>
      Effect === 'Allow' && [Action].flat().some((action) => /tagsession|\*/i.test(action ?? '*')),
  );
  if (isTagged) return yes;
  const known = Object.entries(tags).map(([name, tag]) => {
    const key = `aws:PrincipalTag/${name}`;
    return and(present(key), equal(value(key), literal(tag)));
  });
  const untagged = Object.keys(tags).some((name) => name.toLowerCase() === 'tenantid')
    ? yes
    : not(present('aws:PrincipalTag/TenantId'));
  return and(untagged, ...known);
}

/** An administrator, or whoever else may do by IAM what they like, with whatever tags. */
export const otherPrincipals = ({ accountId, roles }: StackPolicies): CallerKind => ({
  title: 'another principal of the account',
  identity: 'anything',
  facts: ({ caller }) =>
    and(
      isIdentity(caller),
      equal(caller.accountId, literal(accountId)),
      not(or(...roles.map(({ arn }) => equal(caller.principalArn, literal(arn))))),
    ),
});

export const strangers = ({ accountId, roles }: StackPolicies): CallerKind => ({
  title: 'a principal of another account',
  identity: 'anything',
  facts: ({ caller }) =>
    and(
      isIdentity(caller),
      not(equal(caller.accountId, literal(accountId))),
      not(or(...roles.map(({ arn }) => equal(caller.principalArn, literal(arn))))),
    ),
});

export const services: CallerKind = {
  title: 'a service of AWS by itself',
  identity: 'anything',
  facts: ({ caller, present }) =>
    and(
      isService(caller),
      not(present('aws:PrincipalArn')),
      not(present('aws:PrincipalTag/TenantId')),
    ),
};

export const everybody = (stack: StackPolicies): readonly CallerKind[] => [
  ...stack.roles.map((role) => sessionsOf(role, stack)),
  otherPrincipals(stack),
  strangers(stack),
  services,
];
