/**
 * The conditions of a JSON filter pattern of CloudWatch Logs. Invariant: a comparison holds only for a value
 * node, that is a string or a number. For what is missing, null, true, false, a list or an object neither
 * `=` nor `!=` holds. (User guide, "Filter pattern syntax": "If a property selector points to an array or
 * object, the filter pattern won't match", with both `=` and `!=` as its example; that `!=` does not hold for
 * what is missing was seen on AWS: github.com/DataBiosphere/azul/issues/5884. What the guide leaves open,
 * null and booleans in a comparison, is read by the same sentence.)
 */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether an event fulfils a part of a pattern. */
export type PatternCondition = (event: JsonObject) => boolean;

/** The path to a value: names of properties, and indexes of lists. */
export type Selector = readonly (string | number)[];

export type PatternOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

export const isTrue = is(true);
export const isFalse = is(false);
/** A missing property is not null. */
export const isNull = is(null);

export const notExists =
  (selector: Selector): PatternCondition =>
  (event) =>
    valueAt(event, selector) === undefined;

/** A value that is no number never matches, since AWS's guide mentions no conversion. */
export function comparesNumber(
  selector: Selector,
  operator: PatternOperator,
  than: number,
): PatternCondition {
  const holds = comparisons[operator];
  return (event) => {
    const value = valueAt(event, selector);
    return typeof value === 'number' && holds(value, than);
  };
}

/**
 * A number is compared as its text: `$.latency = *` and `$.status = 4*` are AWS's own examples.
 * @param term may begin and end with `*`, which stands for any text, none included
 * @returns undefined for a `*` elsewhere: AWS's guide called it literal once, and is silent now
 */
export function equalsText(
  selector: Selector,
  operator: '=' | '!=',
  term: string,
): PatternCondition | undefined {
  const matches = wildcard(term);
  if (matches === undefined) return undefined;
  return (event) => {
    const value = valueAt(event, selector);
    if (typeof value !== 'string' && typeof value !== 'number') return false;
    return matches(String(value)) === (operator === '=');
  };
}

function wildcard(term: string): ((text: string) => boolean) | undefined {
  const [, before, body, after] = /^(\*?)([^*]*)(\*?)$/.exec(term) ?? [];
  if (body === undefined || term === '**') return undefined;
  if (before && after) return (text) => text.includes(body);
  if (before) return (text) => text.endsWith(body);
  if (after) return (text) => text.startsWith(body);
  return (text) => text === body;
}

const comparisons: Readonly<Record<PatternOperator, (value: number, than: number) => boolean>> = {
  '=': (value, than) => value === than,
  '!=': (value, than) => value !== than,
  '<': (value, than) => value < than,
  '<=': (value, than) => value <= than,
  '>': (value, than) => value > than,
  '>=': (value, than) => value >= than,
};

function is(expected: boolean | null) {
  return (selector: Selector): PatternCondition =>
    (event) =>
      valueAt(event, selector) === expected;
}

/** @returns undefined only where the value is missing, since JSON has no undefined */
function valueAt(event: JsonObject, selector: Selector): unknown {
  let value: unknown = event;
  for (const step of selector) {
    if (typeof value !== 'object' || value === null) return undefined;
    // Names are for objects and indexes for lists. Inherited properties are not the event's.
    if (Array.isArray(value) !== (typeof step === 'number')) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}
