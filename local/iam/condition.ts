/**
 * The Condition of a statement. Invariant: whatever of it is not understood throws when the policy is
 * parsed, so a condition that stands in a policy is always enforced. Rules of IAM kept here: an absent
 * key makes a positive operator false, a negated one and IfExists true, ForAllValues true and
 * ForAnyValue false; several values of a negated operator mean "none of them".
 */
import type { Test } from './arn.ts';
import { type ConditionKey, conditionKey } from './condition-keys.ts';
import { type Operator, operators } from './operators.ts';
import {
  inside,
  isObject,
  MalformedPolicyError,
  type Place,
  UnsupportedPolicyError,
} from './policy-error.ts';
import type { RequestContext } from './request-context.ts';
import { refuseWithoutValue, type VariableText, variableText } from './variables.ts';

export type SetOperator = 'ForAllValues' | 'ForAnyValue';

/** One operator over one key. All conditions of a statement must hold. */
export interface Condition {
  /** the operator's whole name, as the policy has it */
  readonly name: string;
  readonly key: ConditionKey;
  readonly set?: SetOperator;
  /** absent for Null */
  readonly operator?: Operator;
  /** the policy's values */
  readonly wanted: readonly VariableText[];
  /** @throws AmbiguousKeyError */
  readonly holds: (context: RequestContext) => boolean;
}

/** @throws MalformedPolicyError, UnsupportedPolicyError */
export function parseConditions(block: unknown, statement: Place): readonly Condition[] {
  if (block === undefined) return [];
  const place = inside(statement, 'Condition');
  return membersOf(block, place).flatMap(([name, keys]) => {
    const conditions = membersOf(keys, inside(place, name)).map(([key, values]) =>
      parseCondition(name, key, values, inside(place, `${name} ${key}`)),
    );
    if (new Set(conditions.map(({ key }) => key.id)).size === conditions.length) return conditions;
    throw new MalformedPolicyError(inside(place, name), 'two of its keys differ only in case');
  });
}

function membersOf(value: unknown, place: Place): [string, unknown][] {
  const members = isObject(value) ? Object.entries(value) : [];
  if (members.length > 0) return members;
  throw new MalformedPolicyError(place, 'it must be an object with at least one member');
}

function parseCondition(name: string, keyName: string, values: unknown, place: Place): Condition {
  const key = conditionKey(keyName);
  if (key === undefined) {
    throw new UnsupportedPolicyError(
      place,
      `${keyName} is not a condition key that the evaluator knows; correct it, or add it to local/iam/condition-keys.ts with the service that supplies it`,
    );
  }
  refuseWithoutValue(key, place);
  if (name === 'Null') return nullCondition(key, wantedOf(values, place), place);
  const [, prefix, base = '', suffix] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const operator = operators.get(base);
  if (operator === undefined) {
    throw new UnsupportedPolicyError(
      place,
      `${name} is not a condition operator that the evaluator knows; correct it, or use another`,
    );
  }
  const set = prefix as SetOperator | undefined;
  refuseMisuse(key, operator, set, suffix !== undefined, place);
  const wanted = wantedOf(values, place);
  const holds = evaluation(
    key,
    operator,
    set,
    suffix !== undefined,
    wanted.map((value) => operator.test(value, place)),
  );
  return { name, key, operator, wanted, holds, ...(set === undefined ? {} : { set }) };
}

/** Combinations that AWS refuses, or whose meaning AWS does not document. */
function refuseMisuse(
  key: ConditionKey,
  operator: Operator,
  set: SetOperator | undefined,
  ifExists: boolean,
  place: Place,
): void {
  if (key.multiple && set === undefined) {
    throw new UnsupportedPolicyError(
      place,
      `${key.name} may have several values; put ForAllValues: or ForAnyValue: in front of the operator`,
    );
  }
  if (set === 'ForAnyValue' && ifExists) {
    throw new UnsupportedPolicyError(
      place,
      'AWS does not document what ForAnyValue with IfExists means on an absent key; use one of them, and Null for the other',
    );
  }
  if (!operator.types.includes(key.type)) {
    throw new UnsupportedPolicyError(
      place,
      `the values of ${key.name} are of type ${key.type}, which this operator cannot compare`,
    );
  }
  // KMS refuses both as overly permissive, since they hold where the request has no such key.
  if (
    set === 'ForAllValues' &&
    place.policy === 'key' &&
    /^(kms:encryptioncontext:|aws:requesttag\/)/.test(key.id)
  ) {
    throw new MalformedPolicyError(
      place,
      `KMS refuses ForAllValues on ${key.name} in a key policy: it holds where the key is absent; leave ForAllValues out`,
    );
  }
}

/** A JSON number or boolean counts as its text. */
function wantedOf(values: unknown, place: Place): readonly VariableText[] {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  if (list.length === 0) {
    throw new MalformedPolicyError(place, 'the list of values is empty; name at least one value');
  }
  return list.map((value) => {
    if (typeof value === 'string') return variableText(value, place);
    if (typeof value === 'number' || typeof value === 'boolean')
      return variableText(String(value), place);
    throw new MalformedPolicyError(
      place,
      `${JSON.stringify(value)} is not a string, number or boolean`,
    );
  });
}

function nullCondition(
  key: ConditionKey,
  wanted: readonly VariableText[],
  place: Place,
): Condition {
  const source = wanted.length === 1 ? wanted[0]?.source : undefined;
  if (source !== 'true' && source !== 'false') {
    throw new MalformedPolicyError(place, 'Null takes one value, true or false');
  }
  const absent = source === 'true';
  return {
    name: 'Null',
    key,
    wanted,
    holds: (context) => (context.values(key) === undefined) === absent,
  };
}

function evaluation(
  key: ConditionKey,
  { negated }: Operator,
  set: SetOperator | undefined,
  ifExists: boolean,
  tests: readonly Test[],
): Condition['holds'] {
  return (context) => {
    const values = context.values(key);
    if (values === undefined) {
      return set === undefined ? ifExists || negated : set === 'ForAllValues';
    }
    const verdict = (value: string) => tests.some((test) => test(value, context)) !== negated;
    return set === 'ForAnyValue' ? values.some(verdict) : values.every(verdict);
  };
}
