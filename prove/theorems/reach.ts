/** What a tenant's sessions reach at all. */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { and, equal, type Formula, literal, no, not, or } from '../formula/formula.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { sessionsOf, withEverything } from './callers.ts';
import { usesByName } from './kms-actions.ts';
import { has, hasOnly, isAction, type Request, requestOf } from './request-of.ts';
import {
  bothCareless,
  callerOpen,
  deployed,
  keyCareless,
  keyOpen,
  onTenantKey,
  type Situation,
} from './situations.ts';
import type { Example, Question, Theorem } from './theorem.ts';

const tag = `aws:PrincipalTag/${tenantIdTag}`;
const partitions = 'dynamodb:LeadingKeys';
/** On a row of a purpose's wrapped keys; none removes it. */
const macKeyActions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'] as const;

export const reach: Theorem = {
  id: '2',
  sentence:
    "A session of tenant A may do nothing at all with tenant B's key, row, mac keys or audit events, and with A's own nothing but use the key, get the row, and get, put and query mac keys; a session of A's reader may do nothing but query A's events. A session of these roles without a tenant may do nothing, even where another policy allows it everything.",
  questions: (stack) => [
    ...[deployed, callerOpen, keyOpen, keyCareless, bothCareless].map((situation) =>
      onKey('TenantRole', situation, stack),
    ),
    ...[deployed, keyOpen, keyCareless].map((situation) =>
      onKey('AuditReaderRole', situation, stack),
    ),
    elsewhere('TenantRole', stack, (request) =>
      or(
        isOwnKey(request),
        isOwnPartition(request, ['dynamodb:GetItem'], stack.tables.rows),
        isOwnPartition(request, macKeyActions, stack.tables.macKeys),
      ),
    ),
    elsewhere('AuditReaderRole', stack, (request) =>
      isOwnPartition(request, ['dynamodb:Query'], stack.tables.events),
    ),
    ...['TenantRole', 'AuditReaderRole'].map((title) => withoutTenant(title, stack)),
  ],
  examples: (stack) => [
    partition('TenantRole', 'dynamodb:GetItem', stack.tables.rows, stack),
    ...macKeyActions.map((action) => partition('TenantRole', action, stack.tables.macKeys, stack)),
    partition('AuditReaderRole', 'dynamodb:Query', stack.tables.events, stack),
  ],
};

/** A session of the role on a tenant's key: only the tenant's own may do something, and that is use it. */
function onKey(title: string, situation: Situation, stack: StackPolicies): Question {
  const caller = sessionsOf(stack.role(title), stack);
  const request = onTenantKey(caller, situation, stack);
  const isOwn =
    title === 'TenantRole'
      ? and(has(request, tag, request.tenant), isAction(request, usesByName))
      : no;
  return {
    about: `${caller.title}, on a tenant's key${situation.title}`,
    counterexample: [request.isAllowed, isAction(request, ['kms:*']), not(isOwn)],
    request,
  };
}

/** A session of the role on anything whose access is decided by the role's own policies alone. */
function elsewhere(
  title: string,
  stack: StackPolicies,
  isOwn: (request: Request) => Formula,
): Question {
  const caller = sessionsOf(stack.role(title), stack);
  const request = requestOf({ caller, compares: { [partitions]: [`\${${tag}}`] } });
  return {
    about: `${caller.title}, on anything that has no policy of its own`,
    counterexample: [request.isAllowed, not(isOwn(request))],
    request,
  };
}

function withoutTenant(title: string, stack: StackPolicies): Question {
  const caller = withEverything(sessionsOf(stack.role(title), stack));
  const request = requestOf({ caller });
  return {
    about: `${caller.title}, without a tenant`,
    counterexample: [request.isAllowed, not(request.present(tag))],
    request,
  };
}

/** Where a key leaves it to the account: its tag is the session's. */
const isOwnKey = (request: Request): Formula =>
  and(
    isAction(request, usesByName),
    request.present(tag),
    has(request, `aws:ResourceTag/${tenantIdTag}`, request.value(tag)),
    has(request, `kms:EncryptionContext:${tenantIdTag}`, request.value(tag)),
  );

/** That a session does so in its own partition. */
function partition(title: string, action: string, table: string, stack: StackPolicies): Example {
  const caller = sessionsOf(stack.role(title), stack);
  const compares = { [partitions]: [`\${${tag}}`] };
  const request = requestOf({ caller, action: action.toLowerCase(), compares });
  return {
    about: `${caller.title}: ${action}`,
    request: [
      request.isAllowed,
      isOwnPartition(request, [action], table),
      equal(request.value(tag), literal('globex')),
      equal(request.tenant, literal('globex')),
    ],
  };
}

/** Exactly the one partition, in the table itself and in no index: a request of several has several leading keys. */
const isOwnPartition = (request: Request, actions: readonly string[], table: string): Formula =>
  and(
    isAction(request, actions),
    equal(request.resource, literal(table)),
    request.present(tag),
    hasOnly(request, partitions, request.value(tag)),
  );
