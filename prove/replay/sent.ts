/** The request as the stack saw it, read as the formulas read a request: whether that one is against the theorem. */
import { assignmentOf, type ConcreteRequest } from '../formula/assignment.ts';
import { and } from '../formula/formula.ts';
import { symbolicRequest } from '../formula/request.ts';
import { type Assignment, truthOf } from '../formula/value.ts';
import type { Question } from '../theorems/theorem.ts';
import type { Wanted } from './wanted.ts';

export interface SentRequest {
  /** with the model's choice of what is not modelled */
  readonly isCounterexample: boolean;
  /** from the model's request, for a person */
  readonly differences: readonly string[];
  /** what is not modelled and decides whether it is a counterexample */
  readonly abstractions: readonly string[];
}

const free = 'not modelled: request ';

export function sentRequest(
  { counterexample, request }: Question,
  wanted: Wanted,
  { caller, request: sent }: ConcreteRequest,
): SentRequest {
  const formula = and(...counterexample);
  const symbolic = { ...symbolicRequest('request', new Map()), members: request.members };
  const context = { ...sent.context, ...ownKeys(wanted.assignment) };
  const given = assignmentOf(formula, symbolic, { caller, request: { ...sent, context } });
  given.set('request session name', caller.arn.split('/').slice(2).join('/'));
  const abstractions = [...wanted.assignment.keys()].filter((name) => name.startsWith(free));
  for (const name of abstractions) given.set(name, wanted.assignment.get(name) ?? false);
  const deciding = abstractions.filter(
    (name) => !truthOf(formula, new Map([...given, [name, given.get(name) !== true]])),
  );
  return {
    isCounterexample: truthOf(formula, given),
    differences: differencesOf(wanted.assignment, given),
    abstractions: (deciding.length > 0 ? deciding : abstractions).map((name) =>
      name.slice(free.length),
    ),
  };
}

/** Keys that no request of AWS has: the tenant whose key was made, the event that was asked for. */
const ownKeys = (assignment: Assignment): Record<string, string> =>
  Object.fromEntries(
    [...assignment].flatMap(([name, value]) => {
      const key = /^request (prove:\w+)$/.exec(name)?.[1];
      return key === undefined ? [] : [[key, String(value)]];
    }),
  );

function differencesOf(wanted: Assignment, given: Assignment): string[] {
  return [...wanted]
    .filter(([name, value]) => !name.startsWith(free) && given.get(name) !== value)
    .map(([name, value]) => {
      const [asked, sent] = [value, given.get(name)].map((one) => JSON.stringify(one));
      return `${name.replace(/^request /, '')} is ${sent}, in the model ${asked}`;
    });
}
