/**
 * Who invokes the session broker for the sake of key stores elsewhere. Without such stores nobody does but those that ask it for
 * sessions, as theorem 5 lists.
 */
import { equal, type Formula, literal, not } from '../formula/formula.ts';
import type { StackPolicies, StackRole } from '../stack-policies.ts';
import { sessionsOf, withEverything } from './callers.ts';
import { has, type Request, requestOf } from './request-of.ts';
import type { Example, Question } from './theorem.ts';

const controlPlane = 'ControlPlaneRole';
const sessionClients: readonly string[] = ['DataPlaneRole', 'AuditRole'];
const invoking = 'lambda:InvokeFunction';

/** Where Vault takes tokens of the product's own issuer. */
export const invocations = (stack: StackPolicies): readonly Example[] =>
  (stack.keyStores.takeOwnTokens ? Object.keys(stack.storeFunctions) : []).map((title) => {
    const request = invoked(stack.role(title), stack);
    return {
      about: `a session of ${title}: ${invoking}`,
      request: [request.isAllowed, isBroker(request, stack)],
    };
  });

const invoked = (role: StackRole, stack: StackPolicies): Request =>
  requestOf({ caller: sessionsOf(role, stack), action: invoking.toLowerCase() });

export function whoInvokesBroker(stack: StackPolicies): readonly Question[] {
  const { accounts, takeOwnTokens } = stack.keyStores;
  if (!takeOwnTokens) return accounts.length > 0 ? [invokesAnother(controlPlane, stack)] : [];
  const functions = Object.keys(stack.storeFunctions);
  const others = stack.roles.filter(
    ({ title }) => !sessionClients.includes(title) && !functions.includes(title),
  );
  return [
    ...functions.flatMap((title) => [
      invokesAnother(title, stack),
      invokesOutsideOfFunction(title, stack),
    ]),
    ...others.map((role): Question => {
      const request = invoked(role, stack);
      return {
        about: `a session of ${role.title} invokes the session broker`,
        counterexample: [request.isAllowed, isBroker(request, stack)],
        request,
      };
    }),
  ];
}

const isBroker = (request: Request, { sessionBroker }: StackPolicies): Formula =>
  equal(request.resource, literal(sessionBroker));

function invokesAnother(title: string, stack: StackPolicies): Question {
  const request = invoked(stack.role(title), stack);
  return {
    about: `a session of ${title} invokes another function than the session broker`,
    counterexample: [request.isAllowed, not(isBroker(request, stack))],
    request,
  };
}

/** Whatever else such a role may: by its signature the broker names it to the store. */
function invokesOutsideOfFunction(title: string, stack: StackPolicies): Question {
  const caller = withEverything(sessionsOf(stack.role(title), stack));
  const request = requestOf({ caller, action: invoking.toLowerCase() });
  const inFunction = has(
    request,
    'lambda:SourceFunctionArn',
    literal(stack.storeFunctions[title] as string),
  );
  return {
    about: `${caller.title}: ${invoking} outside of its function`,
    counterexample: [request.isAllowed, not(inFunction)],
    request,
  };
}
