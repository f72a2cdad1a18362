/**
 * Where a value that one schema takes is refused by another. A request must not be refused that was taken before, and
 * an answer must not be one that was not described before; so both directions are this one question.
 */
import type { Json } from './json.ts';

/** @returns the schema behind references, in one piece */
export type Resolve = (schema: Json) => Json;

/** Words of JSON Schema of which another value may refuse more; a change of any counts. */
const constraints = [
  'pattern',
  'format',
  'contentEncoding',
  'propertyNames',
  'uniqueItems',
] as const;
/** More is less allowed. */
const lowerBounds = ['minimum', 'minLength', 'minItems', 'minProperties'] as const;
const upperBounds = ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const;

/** @returns for each way in which `taker` refuses what `giver` allows, where it is and what */
export function refusals(
  giver: Side,
  taker: Side,
  at: string,
  isOpen: (member: string) => boolean = () => false,
): string[] {
  const given = giver.resolve(giver.schema);
  const taken = taker.resolve(taker.schema);
  const inside = (name: string, one: Json, other: Json) =>
    refusals({ ...giver, schema: one }, { ...taker, schema: other }, `${at}.${name}`, isOpen);
  return [
    ...alternatives(giver, taker, given, taken, at, isOpen),
    ...typeRefusals(given, taken, at),
    ...(isOpen(at.split('.').at(-1) ?? '') ? [] : enumRefusals(given, taken, at)),
    ...constraintRefusals(given, taken, at),
    ...((taken.required ?? []) as string[])
      .filter((name) => !(given.required ?? []).includes(name))
      .map((name) => `${at}.${name}: required`),
    ...Object.keys(given.properties ?? {})
      .filter((name) => taken.properties?.[name] !== undefined)
      .flatMap((name) => inside(name, given.properties[name], taken.properties[name])),
    ...(given.items && taken.items ? inside('[]', given.items, taken.items) : []),
    ...(isSchema(given.additionalProperties) && isSchema(taken.additionalProperties)
      ? inside('*', given.additionalProperties, taken.additionalProperties)
      : []),
  ];
}

export interface Side {
  readonly schema: Json;
  readonly resolve: Resolve;
}

const isSchema = (value: unknown): boolean => typeof value === 'object' && value !== null;
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const list = (value: Json): Json[] => (value === undefined ? [] : [value].flat());

function typeRefusals(given: Json, taken: Json, at: string): string[] {
  if (taken.type === undefined) return [];
  const takes = list(taken.type);
  const isTaken = (type: string) =>
    takes.includes(type) || (type === 'integer' && takes.includes('number'));
  const types = list(given.type);
  return types.length > 0 && types.every(isTaken) ? [] : [`${at}: type`];
}

const valuesOf = ({ enum: values, const: only }: Json): Json[] | undefined =>
  only === undefined ? values : [only];

function enumRefusals(given: Json, taken: Json, at: string): string[] {
  const takes = valuesOf(taken);
  if (takes === undefined) return [];
  const gives = valuesOf(given);
  if (gives === undefined) return [`${at}: values`];
  return gives.filter((value) => !takes.includes(value)).map((value) => `${at}: value ${value}`);
}

function constraintRefusals(given: Json, taken: Json, at: string): string[] {
  const changed = constraints.filter(
    (word) => taken[word] !== undefined && !same(taken[word], given[word]),
  );
  const raised = lowerBounds.filter((word) => taken[word] > (given[word] ?? -Infinity));
  const lowered = upperBounds.filter((word) => taken[word] < (given[word] ?? Infinity));
  return [...changed, ...raised, ...lowered].map((word) => `${at}: ${word}`);
}

/** Each alternative that is given must be one that is taken. */
function alternatives(
  giver: Side,
  taker: Side,
  given: Json,
  taken: Json,
  at: string,
  isOpen: (member: string) => boolean,
): string[] {
  const takes = taken.oneOf ?? taken.anyOf;
  if (takes === undefined) return [];
  const gives: Json[] = given.oneOf ?? given.anyOf ?? [given];
  const isTaken = (one: Json) =>
    takes.some(
      (other: Json) =>
        refusals({ ...giver, schema: one }, { ...taker, schema: other }, at, isOpen).length === 0,
    );
  return gives.every(isTaken) ? [] : [`${at}: alternatives`];
}
