/** Who reaches what is not of this account: key stores elsewhere, by tokens of AWS, and roles of tenants' own accounts. */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import {
  and,
  atLeast,
  equal,
  type Formula,
  joined,
  like,
  literal,
  no,
  not,
  or,
  type Text,
} from '../formula/formula.ts';
import type { StackPolicies, StackRole } from '../stack-policies.ts';
import { invocations, whoInvokesBroker } from './broker-invocations.ts';
import { sessionsOf, withEverything } from './callers.ts';
import { has, hasOnly, isAction, type Request, requestOf } from './request-of.ts';
import type { Example, Question, Theorem } from './theorem.ts';

const tenantRole = 'TenantRole';
const broker = 'SessionBrokerRole';
const token = 'sts:GetWebIdentityToken';
const tagging = 'sts:TagGetWebIdentityToken';
const opening = ['sts:AssumeRole', 'sts:TagSession'];
const audience = 'sts:IdentityTokenAudience';
const principalTag = `aws:PrincipalTag/${tenantIdTag}`;
const sourceFunction = 'lambda:SourceFunctionArn';
const longestSeconds = 300;

export const keyStores: Theorem = {
  id: '4.1',
  sentence:
    "No role of the stack gets a token of AWS for others, or opens a session elsewhere, but to reach a key store that the functions are told of. A session of the tenant role with a tenant's tag gets a token, and so do the control plane, the reconciler and the function of certificates, without such a tag and in their own functions: for that store alone, signed by RS256, for 300 seconds at most. A session of the tenant role opens one of its own tenant's role in the accounts of tenants, tagged as itself; the session broker, in its own function, may ask for one of any tenant's, since it tries whether it is refused, and for that the control plane invokes the broker, and no other function. No token has other tags than its session. Where Vault takes tokens of the product's own issuer, no role gets one of AWS's for it: the control plane, the reconciler and the function of certificates invoke the session broker, in their own functions alone, and no other function; and no role does besides but those that ask it for sessions.",
  questions: (stack) => [
    ...stack.roles.flatMap((role) => [
      getsToken(role, stack),
      opensElsewhere(role, stack),
      tagsToken(role, stack),
      doesOtherwise(role, stack),
    ]),
    ...Object.keys(stack.storeFunctions)
      .filter((title) => audiencesOf(title, stack).length > 0)
      .map((title) => outsideOfFunction(title, stack)),
    ...whoInvokesBroker(stack),
  ],
  examples: (stack) => {
    const { accounts } = stack.keyStores;
    return [
      ...invocations(stack),
      ...[tenantRole, ...Object.keys(stack.storeFunctions)].flatMap((title) =>
        audiencesOf(title, stack).map((store): Example => {
          const request = asked(stack.role(title), stack);
          return {
            about: `a session of ${title}: ${token} for ${store}`,
            request: [request.isAllowed, hasOnly(request, audience, literal(store))],
          };
        }),
      ),
      ...accounts.map((account): Example => {
        const caller = sessionsOf(stack.role(tenantRole), stack);
        const request = requestOf({ caller, action: 'sts:assumerole' });
        const isIn = isOwnRole(request, stack, [account]);
        return {
          about: `a session of ${tenantRole} in ${account}`,
          request: [request.isAllowed, isIn],
        };
      }),
    ];
  },
};

/** @returns for whom the role gets tokens, one at a time */
function audiencesOf(
  title: string,
  { keyStores: { audience: vault, azureAudience }, storeFunctions }: StackPolicies,
): readonly string[] {
  if (title === tenantRole) return vault === undefined ? [] : [vault];
  return title in storeFunctions ? [vault, azureAudience].flatMap((one) => one ?? []) : [];
}

const asked = (role: StackRole, stack: StackPolicies): Request =>
  requestOf({
    caller: sessionsOf(role, stack),
    action: token.toLowerCase(),
    compares: {
      [audience]: ['none', stack.keyStores.audience, stack.keyStores.azureAudience].flatMap(
        (one) => one ?? [],
      ),
    },
  });

function getsToken(role: StackRole, stack: StackPolicies): Question {
  const request = asked(role, stack);
  return {
    about: `a session of ${role.title}: ${token}`,
    counterexample: [request.isAllowed, not(isWanted(role, request, stack))],
    request,
  };
}

function isWanted({ title }: StackRole, request: Request, stack: StackPolicies): Formula {
  const { storeFunctions } = stack;
  const functionArn = storeFunctions[title];
  const isAsker =
    functionArn === undefined
      ? title === tenantRole
        ? request.present(principalTag)
        : no
      : and(has(request, sourceFunction, literal(functionArn)), not(request.present(principalTag)));
  return and(
    isAsker,
    or(...audiencesOf(title, stack).map((one) => hasOnly(request, audience, literal(one)))),
    has(request, 'sts:SigningAlgorithm', literal('RS256')),
    request.present('sts:DurationSeconds'),
    not(atLeast(request.number('sts:DurationSeconds'), longestSeconds + 1)),
  );
}

/** Whatever else such a role may, it asks STS for nothing there. */
function outsideOfFunction(title: string, stack: StackPolicies): Question {
  const caller = withEverything(sessionsOf(stack.role(title), stack));
  const request = requestOf({ caller });
  const inFunction = has(request, sourceFunction, literal(stack.storeFunctions[title] as string));
  return {
    about: `${caller.title}: sts:* outside of its function`,
    counterexample: [request.isAllowed, isAction(request, ['sts:*']), not(inFunction)],
    request,
  };
}

/**
 * Roles of the stack have their own theorem: who opens a session of theirs, their trust policies say. TagSession alone
 * opens none. STS takes neither a `*` nor a `?` in a session's tag (AssumeRole, API reference).
 */
function opensElsewhere(role: StackRole, stack: StackPolicies): Question {
  const caller = sessionsOf(role, stack);
  const request = requestOf({ caller, action: 'sts:assumerole' });
  const isOfStack = or(...stack.roles.map(({ arn }) => equal(request.resource, literal(arn))));
  const isOwn = mayOpen(role, request, stack);
  const hasWildcard = or(...['*', '?'].map((one) => contains(request.value(principalTag), one)));
  return {
    about: `${caller.title} opens a session elsewhere`,
    counterexample: [request.isAllowed, not(hasWildcard), not(isOfStack), not(isOwn)],
    request,
  };
}

function mayOpen({ title }: StackRole, request: Request, stack: StackPolicies): Formula {
  const { accounts } = stack.keyStores;
  if (title === tenantRole) return isOwnRole(request, stack, accounts);
  if (title !== broker) return no;
  const isTenants = (account: string) =>
    like(request.resource, [{ kind: 'text', value: rolesIn(account, stack) }, anything]);
  return and(
    has(request, sourceFunction, literal(stack.sessionBroker)),
    or(...accounts.map(isTenants)),
  );
}

const anything = { kind: 'run', withoutColon: false } as const;
const contains = (of: Text, value: string): Formula =>
  like(of, [anything, { kind: 'text', value }, anything]);

function isOwnRole(request: Request, stack: StackPolicies, accounts: readonly string[]): Formula {
  const tenant = request.value(principalTag);
  const path = (account: string) => literal(rolesIn(account, stack));
  return and(
    request.present(principalTag),
    has(request, `aws:RequestTag/${tenantIdTag}`, tenant),
    or(...accounts.map((account) => equal(request.resource, joined([path(account), tenant])))),
  );
}

/** @returns what the ARNs of tenants' roles in the account begin with */
const rolesIn = (account: string, { name, partition }: StackPolicies): string =>
  `arn:${partition}:iam::${account}:role/${name}/`;

/** STS asks for this as well where a request has tags for the token. */
function tagsToken(role: StackRole, stack: StackPolicies): Question {
  const request = requestOf({ caller: sessionsOf(role, stack), action: tagging.toLowerCase() });
  return {
    about: `a session of ${role.title}: ${tagging}`,
    counterexample: [request.isAllowed],
    request,
  };
}

function doesOtherwise(role: StackRole, stack: StackPolicies): Question {
  const caller = sessionsOf(role, stack);
  const request = requestOf({ caller });
  return {
    about: `${caller.title} asks STS for something else`,
    counterexample: [
      request.isAllowed,
      isAction(request, ['sts:*']),
      not(isAction(request, [token, tagging, ...opening])),
    ],
    request,
  };
}
