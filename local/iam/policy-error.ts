/** Why a policy cannot be used, and where in it. */

/** Where in a policy a parser stands, and what holds there. */
export interface Place {
  /** for a person: `TenantRole/Policy, statement OwnKey` */
  readonly text: string;
  /** whether `${...}` is a variable: only Version 2012-10-17 has them */
  readonly variables: boolean;
  /** what the policy is, as far as it is known here */
  readonly policy: 'identity' | 'key' | 'trust';
}

abstract class PolicyError extends Error {
  constructor(place: Place, problem: string) {
    super(`${place.text}: ${problem}`);
  }
}

/** A policy that AWS itself would refuse. */
export class MalformedPolicyError extends PolicyError {
  override readonly name = 'MalformedPolicyError';
}

/** A policy that AWS may take but this evaluator cannot enforce as AWS would. */
export class UnsupportedPolicyError extends PolicyError {
  override readonly name = 'UnsupportedPolicyError';
}

/** @returns the place of an element, or of a part of one */
export function inside(place: Place, element: string): Place {
  return { ...place, text: `${place.text}, ${element}` };
}

/** A JSON object, not an array and not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns the strings of an element that takes one or several; @throws MalformedPolicyError */
export function stringsOf(value: unknown, place: Place): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) {
    throw new MalformedPolicyError(place, 'the list is empty; name at least one value');
  }
  return list.map((item) => {
    if (typeof item === 'string') return item;
    throw new MalformedPolicyError(place, `${JSON.stringify(item)} is not a string`);
  });
}
