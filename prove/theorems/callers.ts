/**
 * Everybody who can send a request. Invariant: each principal there is belongs to one of these, and of none more is
 * known than stands here: what is not known of its policies and tags is free.
 */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import {
  and,
  equal,
  type Formula,
  joined,
  like,
  literal,
  not,
  text,
  yes,
} from '../formula/formula.ts';
import { type Policy, policyOf } from '../formula/policy.ts';
import {
  isIdentity,
  isService,
  keyId,
  type SymbolicCaller,
  type SymbolicRequest,
} from '../formula/request.ts';
import { patternOf } from '../formula/value-text.ts';
import type { StackPolicies, StackRole } from '../stack-policies.ts';

export interface CallerKind {
  readonly title: string;
  readonly who: { readonly sessionOf: StackRole } | 'principal' | 'stranger' | 'service' | 'nobody';
  readonly identity: readonly Policy[] | 'anything';
  /** what is known of the caller of a request */
  readonly facts: (request: SymbolicRequest) => Formula;
  /** of these facts, the values that are texts: put into the formulas at once, they make most of them constant */
  readonly known?: Partial<SymbolicCaller>;
}

export const sessionsOf = (role: StackRole, { accountId }: StackPolicies): CallerKind => ({
  title: `a session of ${role.title}`,
  who: { sessionOf: role },
  identity: role.policies,
  known: {
    arn: joined([literal(sessionsArn(role)), text('request session name')]),
    principalArn: literal(role.arn),
    accountId: literal(accountId),
    service: literal(''),
  },
  facts: ({ caller, ...request }) =>
    and(
      isIdentity(caller),
      request.present('aws:PrincipalArn'),
      equal(caller.principalArn, literal(role.arn)),
      equal(caller.accountId, literal(accountId)),
      tagsOf(role, request),
    ),
});

export const allowsEverything = policyOf('Careless', {
  Statement: [{ Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' }],
});

/** The same caller, for whom somebody added a policy that allows everything: what theirs deny stays denied. */
export const withEverything = (caller: CallerKind): CallerKind => ({
  ...caller,
  title: `${caller.title}, to whom another policy allows everything`,
  identity: caller.identity === 'anything' ? 'anything' : [...caller.identity, allowsEverything],
});

/** The same caller without any policy of their own. */
export const withoutPolicies = (caller: CallerKind): CallerKind => ({
  ...caller,
  title: `${caller.title}, without a policy of their own`,
  identity: [],
});

/** What the ARN of a session begins with: the role's name, without a path (IAM user guide, "IAM identifiers"). */
function sessionsArn(role: StackRole): string {
  const [, partition, , , accountId] = role.arn.split(':');
  return `arn:${partition}:sts::${accountId}:assumed-role/${role.arn.split('/').at(-1)}/`;
}

const isSessionArn = ({ arn }: SymbolicCaller, role: StackRole): Formula =>
  like(arn, [
    { kind: 'text', value: sessionsArn(role) },
    { kind: 'run', withoutColon: false },
  ]);

/** An identity that is neither a role of the stack nor a session of one. */
const isNoneOf = (
  roles: readonly StackRole[],
  { caller, present }: Pick<SymbolicRequest, 'caller' | 'present'>,
): Formula =>
  and(
    isIdentity(caller),
    present('aws:PrincipalArn'),
    ...roles.flatMap((role) => [
      not(equal(caller.principalArn, literal(role.arn))),
      not(equal(caller.arn, literal(role.arn))),
      not(isSessionArn(caller, role)),
    ]),
  );

/** A session keeps its role's tags, unless somebody may pass other ones: then they may be anything. */
function tagsOf(
  { tags, trust }: StackRole,
  { present, value }: Pick<SymbolicRequest, 'present' | 'value'>,
): Formula {
  const coversTagSession = (action: string) =>
    like(literal('sts:tagsession'), patternOf(action.toLowerCase())) === yes;
  const isTagged = trust.statements.some(
    ({ Effect, Action }) =>
      Effect === 'Allow' && (Action === undefined || [Action].flat().some(coversTagSession)),
  );
  if (isTagged) return yes;
  const isTenant = Object.keys(tags).some((name) => keyId(name) === keyId(tenantIdTag));
  return and(
    isTenant ? yes : not(present(`aws:PrincipalTag/${tenantIdTag}`)),
    carries(tags, { present, value }),
  );
}

const carries = (
  tags: StackRole['tags'],
  { present, value }: Pick<SymbolicRequest, 'present' | 'value'>,
): Formula =>
  and(
    ...Object.entries(tags).map(([name, tag]) => {
      const key = `aws:PrincipalTag/${name}`;
      return and(present(key), equal(value(key), literal(tag)));
    }),
  );

/** That a session has its role's tags: by theorem 4 nobody passes it another one than the tenant's. */
export function keepsTags(
  { tags }: StackRole,
  request: Pick<SymbolicRequest, 'present' | 'value'>,
): Formula {
  const kept = Object.entries(tags).filter(([name]) => keyId(name) !== keyId(tenantIdTag));
  return carries(Object.fromEntries(kept), request);
}

/** An administrator, or whoever else may do by IAM what they like, with whatever tags. */
export const otherPrincipals = ({ accountId, roles }: StackPolicies): CallerKind => ({
  title: 'another principal of the account',
  who: 'principal',
  identity: 'anything',
  facts: (request) =>
    and(isNoneOf(roles, request), equal(request.caller.accountId, literal(accountId))),
});

export const strangers = ({ accountId, roles }: StackPolicies): CallerKind => ({
  title: 'a principal of another account',
  who: 'stranger',
  identity: 'anything',
  facts: (request) =>
    and(isNoneOf(roles, request), not(equal(request.caller.accountId, literal(accountId)))),
});

/** AWS does not say whether such a request has aws:PrincipalArn: it may, and is no role's then. */
export const services: CallerKind = {
  title: 'a service of AWS by itself',
  who: 'service',
  identity: 'anything',
  facts: ({ caller, present }) =>
    and(
      isService(caller),
      equal(caller.arn, literal('')),
      not(like(caller.principalArn, patternOf('arn:*:role/*'))),
      not(present(`aws:PrincipalTag/${tenantIdTag}`)),
    ),
};

/** Requests without a signature, such as AssumeRoleWithWebIdentity (IAM user guide, aws:PrincipalArn). */
export const anonymous: CallerKind = {
  title: 'somebody without credentials',
  who: 'nobody',
  identity: 'anything',
  known: {
    arn: literal(''),
    principalArn: literal(''),
    accountId: literal(''),
    service: literal(''),
  },
  facts: ({ present }) =>
    and(not(present('aws:PrincipalArn')), not(present(`aws:PrincipalTag/${tenantIdTag}`))),
};

export const everybody = (stack: StackPolicies): readonly CallerKind[] => [
  ...stack.roles.map((role) => sessionsOf(role, stack)),
  otherPrincipals(stack),
  strangers(stack),
  services,
  anonymous,
];
