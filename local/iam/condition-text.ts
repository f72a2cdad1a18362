/** Conditions in words, for a person who asks why. */
import type { Condition } from './condition.ts';
import type { RequestContext } from './request-context.ts';
import { isVariable, textOf, type VariableText } from './variables.ts';

const longest = 200;

/** @returns the text in quotes, cut, and without a character that could command a terminal */
export function quoted(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** @returns such as `StringEquals aws:ResourceTag/TenantId is "acme", must be "globex"` */
export function unmet(condition: Condition, context: RequestContext): string {
  const { name, key, operator } = condition;
  const is = `${name} ${key.name} is ${seen(condition, context)}`;
  if (operator === undefined) {
    return `${is}, must be ${condition.wanted[0]?.source === 'true' ? 'absent' : 'present'}`;
  }
  const who = { ForAllValues: 'each ', ForAnyValue: 'one ', none: '' }[condition.set ?? 'none'];
  const must = operator.negated ? 'must not' : 'must';
  return `${is}, ${who}${must} ${operator.wording} ${wanted(condition, context)}`;
}

/** @returns such as `StringNotEquals aws:PrincipalTag/TenantId "acme" (it is "globex")` */
export function met(condition: Condition, context: RequestContext): string {
  const { name, key } = condition;
  return `${name} ${key.name} ${wanted(condition, context)} (it is ${seen(condition, context)})`;
}

function seen({ key }: Condition, context: RequestContext): string {
  const values = context.values(key);
  if (values === undefined) return 'absent';
  const [first = ''] = values;
  return values.length === 1 ? quoted(first) : `[${values.map(quoted).join(', ')}]`;
}

function wanted(condition: Condition, context: RequestContext): string {
  return condition.wanted.map((value) => valueText(value, context)).join(' or ');
}

function valueText(value: VariableText, context: RequestContext): string {
  if (!isVariable(value)) return quoted(value.source);
  const expanded = textOf(value)(context);
  return expanded === undefined
    ? `${quoted(value.source)}, which has no value`
    : `${quoted(expanded)} (${quoted(value.source)})`;
}
