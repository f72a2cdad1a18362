/** The values that a concrete request gives the variables of a formula about it. */
import type { Caller } from '../../../local/iam/caller.ts';
import type { AccessRequest } from '../../../local/iam/decision.ts';
import { type Formula, type Kind, type Text, variablesOf } from '../../../prove/formula/formula.ts';
import { hasSeveral, keyId, nameOf } from '../../../prove/formula/request.ts';
import { type Assignment, truthOf } from '../../../prove/formula/value.ts';

/** Values of condition keys by id; what describes the caller comes from the caller alone. */
export function contextOf(caller: Caller, { context }: AccessRequest): Map<string, string[]> {
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

/**
 * @param compared what the formula compares several values with, by key
 * @returns an assignment of every variable of the formula but those that are not modelled
 */
export function assignmentOf(
  formula: Formula,
  compared: ReadonlyMap<string, readonly Text[]>,
  { caller, request }: { readonly caller: Caller; readonly request: AccessRequest },
): Map<string, string | boolean | number> {
  const context = contextOf(caller, request);
  // To a set operator a set of empty texts is an empty set.
  const valuesOf = (id: string) => {
    const values = context.get(id);
    return hasSeveral(id) && values?.every((value) => value === '') ? undefined : values;
  };
  const assignment = new Map<string, string | boolean | number>([
    ['request action', request.action.toLowerCase()],
    ['request resource', request.resource],
    ['request caller', caller.arn],
    ['request aws:principalarn', caller.service === undefined ? caller.principalArn : ''],
    ['request aws:principalaccount', caller.service === undefined ? caller.accountId : ''],
    ['request service', caller.service ?? ''],
  ]);
  for (const [name, kind] of variables(formula)) {
    if (assignment.has(name) || name.startsWith('not modelled')) continue;
    const plain = name.replace(/^request /, '');
    if (kind === 'number') {
      const value = valuesOf(plain.replace(/ as a number$/, ''))?.[0];
      assignment.set(name, value === undefined ? 0 : Number(value));
    } else if (plain.endsWith(' is true')) {
      const value = valuesOf(plain.replace(/ is true$/, ''))?.[0];
      assignment.set(name, value?.toLowerCase() === 'true');
    } else if (kind === 'text') assignment.set(name, valuesOf(plain)?.[0] ?? '');
    else if (plain.startsWith('has ')) assignment.set(name, valuesOf(plain.slice(4)) !== undefined);
  }
  for (const [id, texts] of compared) setMembers(assignment, id, texts, valuesOf(id) ?? []);
  return assignment;
}

/** By the names that `symbolicRequest` gives them. */
function setMembers(
  assignment: Map<string, string | boolean | number>,
  id: string,
  texts: readonly Text[],
  values: readonly string[],
): void {
  const tracked = texts.map((text) => ({
    name: nameOf(text),
    value: textValueOf(text, assignment),
  }));
  for (const { name, value } of tracked) {
    assignment.set(`request ${id} has ${name}`, value !== undefined && values.includes(value));
  }
  const isOther = (value: string) => tracked.every((one) => one.value !== value);
  assignment.set(`request ${id} has another`, values.some(isOther));
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
