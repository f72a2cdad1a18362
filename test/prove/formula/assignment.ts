/** The values that a concrete request gives the variables of a formula about it. */
import type { Caller } from '../../../local/iam/caller.ts';
import type { AccessRequest } from '../../../local/iam/decision.ts';
import { type Formula, type Kind, type Text, variablesOf } from '../../../prove/formula/formula.ts';
import { hasSeveral, keyId, type SymbolicRequest } from '../../../prove/formula/request.ts';
import { type Assignment, truthOf } from '../../../prove/formula/value.ts';

/** Values of condition keys by id; what describes the caller comes from the caller alone. */
function contextOf(caller: Caller, { context }: AccessRequest): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, value] of Object.entries(context)) {
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
function variables(formula: Formula): ReadonlyMap<string, Kind> {
  const found = known.get(formula) ?? variablesOf([formula]);
  known.set(formula, found);
  return found;
}

/** Of a variable that the request says nothing of. */
const nothing = { text: '', truth: false, number: 0 } as const;

/** @returns an assignment of every variable of the formula about such a request but those that are not modelled */
export function assignmentOf(
  formula: Formula,
  symbolic: SymbolicRequest,
  { caller, request }: { readonly caller: Caller; readonly request: AccessRequest },
): Map<string, string | boolean | number> {
  const assignment = new Map<string, string | boolean | number>();
  for (const [name, kind] of variables(formula)) {
    if (!name.startsWith('not modelled')) assignment.set(name, nothing[kind]);
  }
  const assign = (variable: Text | Formula, value: string | boolean) => {
    if (!('name' in variable)) throw new Error(`${JSON.stringify(variable)} is no variable`);
    assignment.set(variable.name, value);
  };
  const context = [...contextOf(caller, request)];
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
    const known = tracked.map(({ value }) => textValueOf(value, assignment));
    for (const [at, { isMember }] of tracked.entries()) {
      const value = known[at];
      assign(isMember, value !== undefined && values.includes(value));
    }
    assign(
      other,
      values.some((value) => !known.includes(value)),
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

/** @returns the formula's value for some choice of what is not modelled, and whether that mattered */
export function decisionOf(formula: Formula, assignment: Map<string, string | boolean | number>) {
  const free = [...variables(formula).keys()].filter((name) => name.startsWith('not modelled'));
  if (free.length > 6) throw new Error(`${free.length} things are not modelled`);
  const results = Array.from({ length: 2 ** free.length }, (_, choice) => {
    for (const [at, name] of free.entries()) assignment.set(name, ((choice >> at) & 1) === 1);
    return truthOf(formula, assignment);
  });
  return { may: results.includes(true), must: !results.includes(false) };
}
