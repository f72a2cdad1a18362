/**
 * Policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`. Invariant:
 * a value is put in once and literally, so neither a `*` nor a `${...}` inside a tag means anything.
 * A variable without a value makes its text equal to nothing and like nothing: a Resource with it
 * matches no resource, StringEquals is false and StringNotEquals true, as IAM documents it under
 * "Policy variables with no value". NotResource with it: see `verdict.ts`.
 */
import { type ConditionKey, conditionKey } from './condition-keys.ts';
import { MalformedPolicyError, type Place, UnsupportedPolicyError } from './policy-error.ts';
import type { RequestContext } from './request-context.ts';
import { literally, type Wildcard, wildcard } from './wildcard.ts';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'escape'; readonly text: string }
  | { readonly kind: 'variable'; readonly key: ConditionKey; readonly fallback?: string };

/** A text of a policy, with its variables. */
export interface VariableText {
  /** as the policy has it */
  readonly source: string;
  readonly parts: readonly Part[];
}

/** A text that may wait for a request's values; nothing where one of them is absent. */
export type Expansion<T> = (context: RequestContext) => T | undefined;

const variable = /^([^\s${}*?,']+)(?:, '([^'${}]*)')?$/;

/** @throws MalformedPolicyError or UnsupportedPolicyError on a `${` that is no known variable */
export function variableText(source: string, place: Place): VariableText {
  if (!place.variables) return { source, parts: [{ kind: 'text', text: source }] };
  const parts: Part[] = [];
  let from = 0;
  for (let open = source.indexOf('${'); open >= 0; open = source.indexOf('${', from)) {
    const close = source.indexOf('}', open);
    if (close < 0) {
      throw new MalformedPolicyError(place, `"${source}" has a \${ without its closing brace`);
    }
    if (open > from) parts.push({ kind: 'text', text: source.slice(from, open) });
    parts.push(variablePart(source.slice(open + 2, close), place));
    from = close + 1;
  }
  if (from < source.length || parts.length === 0) {
    parts.push({ kind: 'text', text: source.slice(from) });
  }
  return { source, parts };
}

function variablePart(inner: string, place: Place): Part {
  if (inner === '*' || inner === '?' || inner === '$') return { kind: 'escape', text: inner };
  const [, name, fallback] = variable.exec(inner) ?? [];
  const key = name === undefined ? undefined : conditionKey(name);
  if (key === undefined) {
    throw new UnsupportedPolicyError(
      place,
      `\${${inner}} is not a variable that the evaluator knows; write \${key} or \${key, 'default'} with a key of local/iam/condition-keys.ts, and \${$} for a dollar sign`,
    );
  }
  if (key.multiple) {
    throw new MalformedPolicyError(
      place,
      `${key.name} may have several values and so is no variable`,
    );
  }
  refuseWithoutValue(key, place);
  return fallback === undefined ? { kind: 'variable', key } : { kind: 'variable', key, fallback };
}

/**
 * Keys that have a value in some policies only. KMS supplies `aws:ResourceTag` and `kms:ResourceAliases` to IAM policies,
 * never to key policies: "Policy type" of each in "Condition keys for AWS KMS", developer guide. Lambda's source function
 * cannot be used in resource-based policies: "Using source function ARN", Lambda developer guide.
 * @throws UnsupportedPolicyError
 */
export function refuseWithoutValue(key: ConditionKey, place: Place): void {
  const isOfIam = key.id.startsWith('aws:resourcetag/') || key.id === 'kms:resourcealiases';
  const isWithout =
    (place.policy === 'key' && isOfIam) ||
    (place.policy !== 'identity' && key.id === 'lambda:sourcefunctionarn');
  if (!isWithout) return;
  throw new UnsupportedPolicyError(
    place,
    `${key.name} has no value in a ${place.policy} policy; write the value out, or put the condition into an IAM policy`,
  );
}

export function isVariable({ parts }: VariableText): boolean {
  return parts.some((part) => part.kind === 'variable');
}

/** @returns the plain text, in which `*` and `?` are themselves */
export function textOf(source: VariableText): Expansion<string> {
  return expansion(source, (pieces) => pieces.map((piece) => piece.text).join(''));
}

/** @returns the pattern, in which only the policy's own `*` and `?` are wildcards */
export function patternOf(source: VariableText): Expansion<Wildcard> {
  return expansion(source, (pieces) =>
    pieces.flatMap((piece) => (piece.literal ? literally(piece.text) : wildcard(piece.text))),
  );
}

interface Piece {
  readonly text: string;
  readonly literal: boolean;
}

/** Builds at once where nothing is variable. */
function expansion<T>(source: VariableText, build: (pieces: readonly Piece[]) => T): Expansion<T> {
  if (!isVariable(source)) {
    const constant = build(source.parts.map(constantPiece));
    return () => constant;
  }
  return (context) => {
    const pieces: Piece[] = [];
    for (const part of source.parts) {
      if (part.kind !== 'variable') {
        pieces.push(constantPiece(part));
        continue;
      }
      const text = context.values(part.key)?.[0] ?? part.fallback;
      if (text === undefined) return undefined;
      pieces.push({ text, literal: true });
    }
    return build(pieces);
  };
}

function constantPiece(part: Part): Piece {
  if (part.kind === 'variable') return { text: '', literal: true };
  return { text: part.text, literal: part.kind === 'escape' };
}
