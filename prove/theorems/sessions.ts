/**
 * Who opens sessions of whom. Invariant: the graph below has at least every step that there is, since each step that is
 * not in it is refuted; so what it does not reach, nobody reaches.
 */
import { canaryTenants } from '../../contract/canary-tenants.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { and, equal, type Formula, implies, literal, no, not, or } from '../formula/formula.ts';
import { allowed, type Policy } from '../formula/policy.ts';
import { keyId } from '../formula/request.ts';
import type { StackPolicies, StackRole } from '../stack-policies.ts';
import { allEventsReader } from './all-events.ts';
import { type CallerKind, everybody, services, sessionsOf } from './callers.ts';
import { has, hasOnly, isAction, type Request, requestOf } from './request-of.ts';
import type { Example, Question, Theorem } from './theorem.ts';

/** Each session of these is one tenant's. */
const sessionRoles = ['TenantRole', 'AuditReaderRole'];
const broker = 'SessionBrokerRole';
const canary = 'CanaryRole';
/** Whose sessions the broker opens. */
const brokered = [...sessionRoles, allEventsReader];

/** Which role opens sessions of which others. */
const opens: Readonly<Record<string, readonly string[]>> = {
  [broker]: brokered,
  [canary]: [...sessionRoles, broker, 'DataPlaneRole', 'AuditRole'],
};

const requestTag = `aws:RequestTag/${tenantIdTag}`;
const tagKeys = 'aws:TagKeys';

export const sessions: Theorem = {
  id: '4',
  sentence:
    "A session of the tenant role or of the audit reader role is opened by the session broker, in its own function, and for the canary's own two tenants by the canary, as itself or as another role; its name is its only tag, and none is transitive. A session of the reader of all tenants' events is opened by the session broker alone, in its own function and without a tag. No session of another role has another tag passed than that of the canary's own two tenants. No other role reaches one in any number of steps.",
  lines: [...graphLines(), ...reachLines()],
  questions: (stack) => [
    ...stack.roles.flatMap((role) => [
      ...everybody(stack)
        .filter((caller) => !mayOpen(caller, role))
        .map((caller) => noStep(caller, role)),
      ...taggedSteps(role, stack),
    ]),
    ...sessionRoles.flatMap((title) => tenantSessions(stack.role(title), stack)),
    ...untaggedSessions(stack.role(allEventsReader), stack),
    // What can be opened with a tag, or reads what is every tenant's.
    ...[...(opens[canary] ?? []), allEventsReader].flatMap((title) =>
      everybody(stack).map((caller) => otherwise(caller, stack.role(title))),
    ),
  ],
  examples: (stack) =>
    Object.entries(opens).flatMap(([from, to]) =>
      to.map((title): Example => {
        const caller = sessionsOf(stack.role(from), stack);
        const { isOpened, present, value } = step(caller, stack.role(title));
        const isTagged =
          title === allEventsReader
            ? not(present(tagKeys))
            : equal(value(requestTag), literal(canaryTenants[0]));
        return { about: `${from} opens a session of ${title}`, request: [isOpened, isTagged] };
      }),
    ),
};

function mayOpen({ who }: CallerKind, role: StackRole): boolean {
  if (who === 'service') return !brokered.includes(role.title);
  return typeof who === 'object' && opens[who.sessionOf.title]?.includes(role.title) === true;
}

interface Step extends Request {
  /** that the caller opens a session of the role, with such a name and such tags */
  readonly isOpened: Formula;
}

/** AssumeRole needs a second permission where it passes tags (IAM user guide, "Pass session tags in AWS STS"). */
function step(caller: CallerKind, role: StackRole): Step {
  const request = requestOf({
    caller,
    resource: role.trust,
    isTrust: true,
    compares: { [tagKeys]: [tenantIdTag] },
  });
  return {
    ...request,
    isOpened: and(
      request.isAllowed,
      isAction(request, ['sts:AssumeRole']),
      equal(request.resource, literal(role.arn)),
      implies(request.present(requestTag), request.present(tagKeys)),
      implies(request.present(tagKeys), passesTags(caller, role, request)),
    ),
  };
}

/** sts:RoleSessionName is no key of TagSession (Service Authorization Reference, AWS STS). */
function passesTags(caller: CallerKind, { trust }: StackRole, request: Request): Formula {
  // What is not modelled may be otherwise than for AssumeRole.
  const renamed = ({ name, statements }: Policy): Policy => ({
    name: `${name} for tags`,
    statements,
  });
  const identity = caller.identity === 'anything' ? caller.identity : caller.identity.map(renamed);
  return allowed(
    { identity, resource: renamed(trust), isTrust: true },
    {
      ...request,
      action: literal('sts:tagsession'),
      present: (key) => (keyId(key) === 'sts:rolesessionname' ? no : request.present(key)),
    },
  );
}

function noStep(caller: CallerKind, role: StackRole): Question {
  const request = step(caller, role);
  return {
    about: `${caller.title} opens a session of ${role.title}`,
    counterexample: [request.isOpened],
    request,
  };
}

const isOneOf = (request: Request, key: string, values: readonly string[]): Formula =>
  or(...values.map((value) => has(request, key, literal(value))));

/** What the canary opens is its own two tenants', whichever role it is of; a service passes no tags. */
function taggedSteps(role: StackRole, stack: StackPolicies): Question[] {
  const asService = step(services, role);
  const untagged: Question = {
    about: `${services.title} opens a session of ${role.title} with a tag`,
    counterexample: [asService.isOpened, asService.present(tagKeys)],
    request: asService,
  };
  if (!opens[canary]?.includes(role.title)) return [untagged];
  const asCanary = step(sessionsOf(stack.role(canary), stack), role);
  return [
    untagged,
    {
      about: `${canary} opens a session of ${role.title} that is not its own tenants', or has another tag`,
      counterexample: [
        asCanary.isOpened,
        not(
          and(
            isOneOf(asCanary, requestTag, canaryTenants),
            hasOnly(asCanary, tagKeys, literal(tenantIdTag)),
          ),
        ),
      ],
      request: asCanary,
    },
  ];
}

function tenantSessions(role: StackRole, stack: StackPolicies): Question[] {
  const asBroker = step(sessionsOf(stack.role(broker), stack), role);
  const inFunction = has(asBroker, 'lambda:SourceFunctionArn', literal(stack.sessionBroker));
  const isCanary = isOneOf(asBroker, `aws:PrincipalTag/${tenantIdTag}`, canaryTenants);
  return [
    ...[broker, canary].map((title): Question => {
      const request = step(sessionsOf(stack.role(title), stack), role);
      return {
        about: `${title} opens a session of ${role.title} with another name, another tag or a transitive one`,
        counterexample: [request.isOpened, not(isWellFormed(request))],
        request,
      };
    }),
    {
      about: `${broker} opens a session of ${role.title} outside of its function`,
      counterexample: [asBroker.isOpened, not(inFunction)],
      request: asBroker,
    },
    {
      about: `${canary} as ${broker} opens a session of ${role.title} that is not its own tenants'`,
      counterexample: [
        asBroker.isOpened,
        isCanary,
        not(isOneOf(asBroker, requestTag, canaryTenants)),
      ],
      request: asBroker,
    },
  ];
}

function untaggedSessions(role: StackRole, stack: StackPolicies): Question[] {
  const request = step(sessionsOf(stack.role(broker), stack), role);
  const inFunction = has(request, 'lambda:SourceFunctionArn', literal(stack.sessionBroker));
  return [
    {
      about: `${broker} opens a session of ${role.title} with a tag`,
      counterexample: [request.isOpened, request.present(tagKeys)],
      request,
    },
    {
      about: `${broker} opens a session of ${role.title} outside of its function`,
      counterexample: [request.isOpened, not(inFunction)],
      request,
    },
  ];
}

const isWellFormed = (request: Request): Formula =>
  and(
    request.present(requestTag),
    has(request, 'sts:RoleSessionName', request.value(requestTag)),
    hasOnly(request, tagKeys, literal(tenantIdTag)),
    not(request.present('sts:TransitiveTagKeys')),
  );

/** By another action than these two, such as AssumeRoleWithWebIdentity. */
function otherwise(caller: CallerKind, role: StackRole): Question {
  const request = requestOf({ caller, resource: role.trust, isTrust: true });
  return {
    about: `${caller.title} opens a session of ${role.title} in another way`,
    counterexample: [
      request.isAllowed,
      not(isAction(request, ['sts:AssumeRole', 'sts:TagSession'])),
      isAction(request, ['sts:*']),
      equal(request.resource, literal(role.arn)),
    ],
    request,
  };
}

function graphLines(): string[] {
  const steps = Object.entries(opens).map(([from, to]) => `${from} -> ${to.join(', ')}`);
  return [...steps, `${services.title} -> every other role, without tags`];
}

/** Who comes to a session that the broker opens by the steps of the graph, with the longest way. */
function reachLines(): string[] {
  const ways = (from: string, before: readonly string[]): string[][] =>
    (opens[from] ?? [])
      .filter((to) => !before.includes(to))
      .flatMap((to) => (brokered.includes(to) ? [[...before, to]] : ways(to, [...before, to])));
  return Object.keys(opens).flatMap((from) =>
    ways(from, [from]).map((way) => `reaches: ${way.join(' -> ')}`),
  );
}
