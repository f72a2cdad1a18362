/** ARNs as policies write them: patterns over `arn:partition:service:region:account:resource`. */
import { MalformedPolicyError, type Place, UnsupportedPolicyError } from './policy-error.ts';
import type { RequestContext } from './request-context.ts';
import {
  type Expansion,
  isVariable,
  patternOf,
  textOf,
  type VariableText,
  variableText,
} from './variables.ts';
import { matches, type Wildcard, wildcard } from './wildcard.ts';

/** Whether a text matches, given the request's values. */
export type Test = (value: string, context: RequestContext) => boolean;

/** The same, and nothing where a variable in the pattern has no value. */
export type ResourceTest = (value: string, context: RequestContext) => boolean | undefined;

/** The colons in front of the resource. */
const separators = 5;

/** @returns the account that an ARN names, or nothing where it names none */
export function accountOf(arn: string): string | undefined {
  const account = arn.startsWith('arn:') ? arn.split(':')[4] : undefined;
  return account === '' ? undefined : account;
}

/**
 * A `Resource`: `*` or an ARN. Unlike in an ARN condition, a `*` may match beyond a colon, so the whole
 * ARN is one pattern. Case-sensitive.
 * @throws MalformedPolicyError, UnsupportedPolicyError
 */
export function resourceTest(source: string, place: Place): ResourceTest {
  if (source === '*') return () => true;
  if (!source.startsWith('arn:')) {
    throw new MalformedPolicyError(place, `"${source}" is neither * nor an ARN`);
  }
  const parsed = variableText(source, place);
  splitArn(parsed, place);
  const pattern = patternOf(parsed);
  return (value, context) => {
    const expanded = pattern(context);
    return expanded && matches(expanded, value);
  };
}

/** @returns the test of a value against one pattern as a whole */
export function patternTest(pattern: Expansion<Wildcard>): Test {
  return (value, context) => {
    const expanded = pattern(context);
    return expanded !== undefined && matches(expanded, value);
  };
}

/**
 * A value of an ARN condition: each of the six components is matched by itself, so no wildcard spans a
 * colon but in the resource. ArnEquals and ArnLike are the same.
 * @throws UnsupportedPolicyError
 */
export function arnTest(parsed: VariableText, place: Place): Test {
  if (isVariable(parsed) && parsed.parts.length === 1) {
    const text = textOf(parsed);
    return (value, context) => isArn(value) && text(context) === value;
  }
  const { head, resource } = splitArn(parsed, place);
  const components = [...head.map(constant), patternOf(resource)];
  return (value, context) =>
    isArn(value) &&
    split(value).every((component, index) => {
      const pattern = components[index]?.(context);
      return pattern !== undefined && matches(pattern, component);
    });
}

function constant(text: string): Expansion<Wildcard> {
  const pattern = wildcard(text);
  return () => pattern;
}

function isArn(value: string): boolean {
  return value.startsWith('arn:') && value.split(':').length > separators;
}

/** @returns the six components; the last has the colons that are left */
function split(text: string): string[] {
  const pieces = text.split(':');
  return [...pieces.slice(0, separators), pieces.slice(separators).join(':')];
}

/**
 * IAM puts variables only into the resource of an ARN, behind the fifth colon. In front of it a value
 * with a colon, which a tag may have, would move the components.
 */
function splitArn(parsed: VariableText, place: Place): { head: string[]; resource: VariableText } {
  const first = parsed.parts[0];
  const text = first?.kind === 'text' ? first.text : '';
  if (!isArn(text)) {
    throw new UnsupportedPolicyError(
      place,
      `"${parsed.source}" is not an ARN of six parts with its variables, if any, in the last; write arn:partition:service:region:account:resource, with * for a part that may be anything`,
    );
  }
  const components = split(text);
  const tail = components[separators] ?? '';
  return {
    head: components.slice(0, separators),
    resource: { ...parsed, parts: [{ kind: 'text', text: tail }, ...parsed.parts.slice(1)] },
  };
}
