/** Who reads the events of all tenants: the reader of all events, a session of no tenant, by the index alone. */
import { allEventsIndex } from '../../contract/table-schema.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { and, equal, type Formula, like, literal, not, or } from '../formula/formula.ts';
import { patternOf } from '../formula/value-text.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { allowsEverything, sessionsOf, withEverything } from './callers.ts';
import { isAction, type Request, requestOf } from './request-of.ts';
import type { Example, Question, Theorem } from './theorem.ts';

export const allEventsReader = 'AllEventsReaderRole';
const tag = `aws:PrincipalTag/${tenantIdTag}`;

export const allEvents: Theorem = {
  id: '2.1',
  sentence:
    "No role of the stack but the reader of all events does anything with the index of all tenants' events; a session of that role may do nothing but query that index, and with a tenant's tag nothing at all, even where another policy allows it everything and its trust policy lets tags pass.",
  questions: (stack) => [
    ...stack.roles
      .filter(({ title }) => title !== allEventsReader)
      .map((role): Question => {
        const caller = sessionsOf(role, stack);
        const request = requestOf({ caller });
        return {
          about: `${caller.title}, on the index of all events`,
          counterexample: [
            request.isAllowed,
            isAction(request, ['dynamodb:*']),
            isOnIndex(request, stack),
          ],
          request,
        };
      }),
    nothingElse(stack),
    withTenant(stack),
  ],
  examples: (stack) => [reading(stack)],
};

const indexArn = ({ tables }: StackPolicies) => `${tables.events}/index/${allEventsIndex}`;

const isOnIndex = (request: Request, stack: StackPolicies): Formula =>
  or(
    equal(request.resource, literal(indexArn(stack))),
    like(request.resource, patternOf(`${stack.tables.events}/index/*`)),
  );

const isReading = (request: Request, stack: StackPolicies): Formula =>
  and(
    isAction(request, ['dynamodb:Query']),
    equal(request.resource, literal(indexArn(stack))),
    not(request.present(tag)),
  );

/** Where the role's own policies alone decide. */
function nothingElse(stack: StackPolicies): Question {
  const caller = sessionsOf(stack.role(allEventsReader), stack);
  const request = requestOf({ caller });
  return {
    about: `${caller.title}, on anything that has no policy of its own`,
    counterexample: [request.isAllowed, not(isReading(request, stack))],
    request,
  };
}

/** As it is, nobody can pass the role a tag. */
function withTenant(stack: StackPolicies): Question {
  const taggable = { ...stack.role(allEventsReader), trust: allowsEverything };
  const caller = withEverything(sessionsOf(taggable, stack));
  const request = requestOf({ caller });
  return {
    about: `${caller.title}, with a tenant's tag`,
    counterexample: [request.isAllowed, request.present(tag)],
    request,
  };
}

function reading(stack: StackPolicies): Example {
  const caller = sessionsOf(stack.role(allEventsReader), stack);
  const request = requestOf({ caller, action: 'dynamodb:query' });
  return {
    about: `${caller.title}: dynamodb:Query`,
    request: [request.isAllowed, isReading(request, stack)],
  };
}
