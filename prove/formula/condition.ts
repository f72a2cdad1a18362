/**
 * The conditions of a statement as formulas. Invariant: an operator or a key whose meaning is not modelled here becomes
 * a variable of its own, which a solver may choose as it likes: it can open more than the policy does, never less. An
 * operator that is in no table stops the compiler.
 */
import { and, type Formula, implies, no, not, or, type Text, yes } from './formula.ts';
import { type KeyKind, kindOf, type PolicyKind } from './keys.ts';
import { free, numbers, type Operator, texts } from './operators.ts';
import { keyId, nameOf, type SymbolicRequest } from './request.ts';
import { UnknownPolicyElement, valueText, variablesIn } from './value-text.ts';

export interface ConditionPlace {
  readonly request: SymbolicRequest;
  readonly kind: PolicyKind;
  /** the statement, in the names of what is not modelled */
  readonly place: string;
}

/** @throws UnknownPolicyElement */
export function conditionOf(block: unknown, where: ConditionPlace): Formula {
  if (block === undefined) return yes;
  const operators = Object.entries(block as Record<string, Record<string, unknown>>);
  return and(
    ...operators.flatMap(([name, keys]) => {
      if (new Set(Object.keys(keys).map(keyId)).size < Object.keys(keys).length) {
        throw new UnknownPolicyElement(`${where.place}: keys of ${name} that differ only in case`);
      }
      return Object.entries(keys).map(([key, values]) =>
        oneCondition({ ...where, name, key, wanted: wantedOf(values, where.place) }),
      );
    }),
  );
}

interface Condition extends ConditionPlace {
  /** of the operator, whole */
  readonly name: string;
  readonly key: string;
  readonly wanted: readonly string[];
}

function wantedOf(values: unknown, place: string): string[] {
  const list: readonly unknown[] = [values].flat();
  if (list.length === 0 || list.some((one) => !/^(string|number|boolean)$/.test(typeof one))) {
    throw new UnknownPolicyElement(`${place}: the values ${JSON.stringify(values)}`);
  }
  return list.map(String);
}

function oneCondition(condition: Condition): Formula {
  const { name, key, wanted, request, kind, place } = condition;
  const [, set, base = '', suffix] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const isKnown = texts.has(base) || numbers.has(base) || free.has(base) || base === 'Bool';
  if (name !== 'Null' && !isKnown) {
    throw new UnknownPolicyElement(`${place}: the operator ${name}`);
  }
  if (set === 'ForAnyValue' && suffix !== undefined) {
    throw new UnknownPolicyElement(`${place}: ${name}, of which no meaning is documented`);
  }
  const keys = [key, ...wanted.flatMap(variablesIn)];
  const ofKey = keys.every((one) => kindOf(one, kind) !== undefined)
    ? kindOf(key, kind)
    : undefined;
  const known =
    name === 'Null'
      ? nullCondition(condition, ofKey)
      : set === undefined
        ? onOneValue(condition, base, suffix !== undefined, ofKey)
        : onSet(condition, set, texts.get(base), ofKey);
  return known ?? request.notModelled(`${place} ${name} ${key}`);
}

/** Presence is the same for every kind, but some keys are there for the caller's policies alone. */
function nullCondition(
  { key, wanted, request, kind, place }: Condition,
  ofKey: KeyKind | undefined,
): Formula | undefined {
  if (wanted.length !== 1 || !/^(true|false)$/.test(wanted[0] as string)) {
    throw new UnknownPolicyElement(`${place}: Null ${wanted}`);
  }
  if (ofKey === undefined && kind !== 'identity') return undefined;
  return wanted[0] === 'true' ? not(request.present(key)) : request.present(key);
}

/** @returns nothing where it is not modelled */
function onOneValue(
  { name, key, wanted, request, place }: Condition,
  base: string,
  ifExists: boolean,
  ofKey: KeyKind | undefined,
): Formula | undefined {
  if (ofKey === 'several') {
    throw new UnknownPolicyElement(`${place}: ${name} on several values of ${key}`);
  }
  const whenPresent = (holds: Formula) =>
    ifExists || base.includes('Not')
      ? implies(request.present(key), holds)
      : and(request.present(key), holds);
  const number = numbers.get(base);
  if (number !== undefined && ofKey === 'number') {
    const holds = wanted.map((limit) => number(request.number(key), wholeNumber(limit)));
    return whenPresent(base === 'NumericNotEquals' ? and(...holds) : or(...holds));
  }
  if (base === 'Bool' && ofKey === 'truth') {
    return whenPresent(or(...wanted.map((one) => isSaid(one, request.isTrue(key)))));
  }
  const operator = texts.get(base);
  if (operator === undefined || ofKey === undefined) return undefined;
  const matched = or(...wanted.map((one) => operator.match(request.value(key), one, request)));
  return whenPresent(operator.negated ? not(matched) : matched);
}

/** @returns nothing where it is not modelled */
function onSet(
  condition: Condition,
  set: string,
  operator: Operator | undefined,
  ofKey: KeyKind | undefined,
): Formula | undefined {
  const { key, wanted, request } = condition;
  if (operator === undefined || ofKey === undefined) return undefined;
  const holds = (matched: Formula) => (operator.negated ? not(matched) : matched);
  const holdsOf = (value: Text) =>
    holds(or(...wanted.map((one) => operator.match(value, one, request))));
  const values =
    ofKey === 'several'
      ? membersOf(condition, holds, holdsOf)
      : [{ isMember: request.present(key), holds: holdsOf(request.value(key)) }];
  return set === 'ForAllValues'
    ? and(...values.map((each) => implies(each.isMember, each.holds)))
    : or(...values.map((each) => and(each.isMember, each.holds)));
}

/** A value that nothing is compared with exactly equals none of the policy's; whether it is like a pattern is free. */
function membersOf(
  { name, key, wanted, request, place }: Condition,
  holds: (matched: Formula) => Formula,
  holdsOf: (value: Text) => Formula,
) {
  const { tracked, other } = request.members(key);
  const names = new Set(tracked.map(({ value }) => nameOf(value)));
  const patterns = wanted.filter((one) => isPattern(name, one));
  for (const one of wanted.filter((each) => !patterns.includes(each))) {
    if (names.has(nameOf(valueText(one, request).text))) continue;
    throw new Error(`${place}: the request does not know that ${key} is compared with ${one}`);
  }
  const isAnything = patterns.includes('*') && /String(?:Not)?Like/.test(name);
  const otherMatches =
    patterns.length === 0 ? no : isAnything ? yes : request.notModelled(`${place} ${name} ${key}`);
  return [
    ...tracked.map(({ value, isMember }) => ({ isMember, holds: holdsOf(value) })),
    { isMember: other, holds: holds(otherMatches) },
  ];
}

/** @returns whether the operator takes the value for a pattern */
export const isPattern = (operator: string, value: string): boolean =>
  /[*?]/.test(value) && !/^(?:For\w+:)?String(?:Not)?Equals(?:IfExists)?$/.test(operator);

function isSaid(wanted: string, isTrue: Formula): Formula {
  if (!/^(true|false)$/.test(wanted)) throw new UnknownPolicyElement(`the truth value ${wanted}`);
  return wanted === 'true' ? isTrue : not(isTrue);
}

function wholeNumber(value: string): number {
  if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(Number(value))) {
    throw new UnknownPolicyElement(`the number ${value}`);
  }
  return Number(value);
}
