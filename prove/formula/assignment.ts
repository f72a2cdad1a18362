/**
 * The values that a concrete request gives the variables of a formula about it. It is read as IAM reads it: what
 * describes the caller comes from the caller alone, whatever the request says.
 */
import { type Formula, type Kind, type Text, variablesOf } from './formula.ts';
import { hasSeveral, keyId, type SymbolicRequest } from './request.ts';
import type { Assignment } from './value.ts';

export interface ConcreteRequest {
  readonly caller: {
    /** of the session, where it is one */
    readonly arn: string;
    readonly principalArn: string;
    readonly accountId: string;
    readonly userId: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly sourceFunctionArn?: string;
    readonly service?: string;
  };
  readonly request: {
    readonly action: string;
    readonly resource: string;
    readonly context: Readonly<Record<string, string | readonly string[] | undefined>>;
  };
}

/** Values of condition keys by id. */
function contextOf({ caller, request }: ConcreteRequest): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(request.context)) {
    if (value !== undefined) found.set(keyId(name), [value].flat());
  }
  const own: Readonly<Record<string, string | undefined>> =
    caller.service === undefined
      ? {
          'aws:PrincipalArn': caller.principalArn,
          'aws:PrincipalAccount': caller.accountId,
          'aws:PrincipalIsAWSService': 'false',
          'aws:userid': caller.userId,
          'lambda:SourceFunctionArn': caller.sourceFunctionArn,
        }
      : { 'aws:PrincipalIsAWSService': 'true' };
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined) found.set(keyId(name), [value]);
  }
  for (const [name, value] of Object.entries(caller.tags)) {
    found.set(keyId(`aws:PrincipalTag/${name}`), [value]);
  }
  found.set('aws:viaawsservice', ['false']);
  return found;
}

const known = new WeakMap<Formula, ReadonlyMap<string, Kind>>();

/** Walks each formula once. */
export function variablesIn(formula: Formula): ReadonlyMap<string, Kind> {
  const found = known.get(formula) ?? variablesOf([formula]);
  known.set(formula, found);
  return found;
}

/** Of a variable that nothing is said of. */
export const nothing = { text: '', truth: false, number: 0 } as const;

/** @returns an assignment of every variable of the formula about such a request but those that are not modelled */
export function assignmentOf(
  formula: Formula,
  symbolic: SymbolicRequest,
  concrete: ConcreteRequest,
): Map<string, string | boolean | number> {
  const { caller, request } = concrete;
  const assignment = new Map<string, string | boolean | number>();
  for (const [name, kind] of variablesIn(formula)) {
    if (!name.startsWith('not modelled')) assignment.set(name, nothing[kind]);
  }
  const assign = (variable: Text | Formula, value: string | boolean) => {
    if (!('name' in variable)) throw new Error(`${JSON.stringify(variable)} is no variable`);
    assignment.set(variable.name, value);
  };
  const context = [...contextOf(concrete)];
  for (const [key, [value = '']] of context.filter(([id]) => !hasSeveral(id))) {
    assign(symbolic.present(key), true);
    assign(symbolic.value(key), value);
    assign(symbolic.isTrue(key), value.toLowerCase() === 'true');
    assignment.set(symbolic.number(key), Number(value));
  }
  const isService = caller.service !== undefined;
  assign(symbolic.action, request.action.toLowerCase());
  assign(symbolic.resource, request.resource);
  assign(symbolic.caller.arn, caller.arn);
  assign(symbolic.caller.principalArn, isService ? '' : caller.principalArn);
  assign(symbolic.caller.accountId, isService ? '' : caller.accountId);
  assign(symbolic.caller.service, caller.service ?? '');
  for (const [key, values] of context.filter(([id]) => hasSeveral(id))) {
    // To a set operator a set of empty texts is an empty set.
    if (values.every((value) => value === '')) continue;
    const { tracked, other } = symbolic.members(key);
    const compared = tracked.map(({ value }) => textValueOf(value, assignment));
    for (const [at, { isMember }] of tracked.entries()) {
      const value = compared[at];
      assign(isMember, value !== undefined && values.includes(value));
    }
    assign(
      other,
      values.some((value) => !compared.includes(value)),
    );
  }
  return assignment;
}

/** @returns undefined for a variable that the request has no value for */
function textValueOf(of: Text, assignment: Assignment): string | undefined {
  if (of.kind === 'literal') return of.value;
  if (of.kind === 'variable') return assignment.get(of.name) as string | undefined;
  const parts = of.parts.map((part) => textValueOf(part, assignment));
  return parts.includes(undefined) ? undefined : parts.join('');
}
