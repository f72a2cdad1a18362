/**
 * A value of a policy with its variables (`${aws:PrincipalTag/TenantId}`) and wildcards. A variable without a value
 * makes the whole text equal to nothing (IAM user guide, "Policy variables with no value"). AWS does not say whether a
 * wildcard counts that came in with a variable's value: where wildcards are known, that is free.
 */
import {
  and,
  equal,
  type Formula,
  joined,
  like,
  literal,
  not,
  or,
  type Pattern,
  type PatternPart,
  type Text,
  yes,
} from './formula.ts';
import { hasSeveral, nameOf, type SymbolicRequest } from './request.ts';

/** What the compiler does not know: it stops. */
export class UnknownPolicyElement extends Error {
  override readonly name = 'UnknownPolicyElement';
}

type Piece = { readonly text: string; readonly wild: boolean } | { readonly key: string };

/** @throws UnknownPolicyElement for a variable that has a default, is cut off, or may have several values */
function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let open = source.indexOf('${'); open >= 0; open = source.indexOf('${', from)) {
    const close = source.indexOf('}', open);
    const inner = source.slice(open + 2, close);
    if (close < 0 || /[\s,']/.test(inner)) throw new UnknownPolicyElement(`variable in ${source}`);
    if (open > from) pieces.push({ text: source.slice(from, open), wild: true });
    if (hasSeveral(inner)) throw new UnknownPolicyElement(`several values in ${source}`);
    pieces.push(/^[*?$]$/.test(inner) ? { text: inner, wild: false } : { key: inner });
    from = close + 1;
  }
  if (from < source.length || pieces.length === 0) {
    pieces.push({ text: source.slice(from), wild: true });
  }
  return pieces;
}

/** @returns the keys of the variables in a value */
export const variablesIn = (source: string): string[] =>
  piecesOf(source).flatMap((piece) => ('key' in piece ? [piece.key] : []));

/**
 * In front of the last of an ARN's six parts, a value with a colon would move the parts.
 * @throws UnknownPolicyElement
 */
export function refuseVariableInHead(arn: string): void {
  const open = arn.indexOf('${');
  if (open < 0 || arn.slice(0, open).split(':').length > 5) return;
  throw new UnknownPolicyElement(`a variable in front of the resource of ${arn}`);
}

export interface ValueText {
  /** whether every variable in it has a value */
  readonly defined: Formula;
  readonly text: Text;
}

/** @returns the text, in which `*` and `?` are themselves */
export function valueText(source: string, request: SymbolicRequest): ValueText {
  const pieces = piecesOf(source);
  const parts = pieces.map((piece) =>
    'key' in piece ? request.value(piece.key) : literal(piece.text),
  );
  const keys = variablesIn(source);
  return {
    defined: keys.length === 0 ? yes : and(...keys.map((key) => request.present(key))),
    text: parts.length === 1 ? (parts[0] as Text) : joined(parts),
  };
}

const anything = { kind: 'run', withoutColon: false } as const;

/**
 * A `?` is any single character, and AWS does not say what one is beyond ASCII: a code point, a UTF-16 unit, a byte. Of
 * a text with such characters it is free how many of them a `?` matches.
 */
export function likePattern(of: Text, pattern: Pattern, request: SymbolicRequest): Formula {
  const counted = like(of, pattern);
  if (!countsCharacters(pattern)) return counted;
  const uncounted = pattern.map(
    (part): PatternPart => (part.kind === 'one' ? { ...part, kind: 'run' } : part),
  );
  const isBeyondAscii = like(of, [anything, { kind: 'nonAscii' }, anything]);
  const matches = request.notModelled(`${nameOf(of)} like ${patternName(pattern)}`);
  return or(and(not(isBeyondAscii), counted), and(isBeyondAscii, like(of, uncounted), matches));
}

/** One `?` beside a `*` asks for any text but an empty one, which is the same however characters are counted. */
function countsCharacters(pattern: Pattern): boolean {
  const groups = pattern
    .map(({ kind }) => (kind === 'one' ? '?' : kind === 'run' ? '*' : ' '))
    .join('')
    .split(' ');
  return groups.some((group) => /\?.*\?/.test(group) || group === '?');
}

/** Two patterns that match differently have different names. */
const patternName = (pattern: Pattern): string =>
  pattern
    .map((part) => {
      if (part.kind === 'text') return `'${part.value}'`;
      return `${part.kind}${'withoutColon' in part && part.withoutColon ? ' but colons' : ''}`;
    })
    .join(' ');

/** @returns that a text matches a value with variables where wildcards are known; `source` has none of its own */
export function likeValue(of: Text, source: string, request: SymbolicRequest): Formula {
  const { defined, text } = valueText(source, request);
  const hasWildcard = or(
    ...['*', '?'].map((value) => like(text, [anything, { kind: 'text', value }, anything])),
  );
  const counts = request.notModelled(`${nameOf(of)} like ${source}`);
  return and(defined, or(equal(of, text), and(hasWildcard, counts)));
}

/**
 * @param withoutColon whether a wildcard stops at a colon, as in the parts of an ARN in front of the resource
 * @throws UnknownPolicyElement for variables: formulas know no pattern with another text in it
 */
export function patternOf(source: string, withoutColon = false): Pattern {
  return piecesOf(source).flatMap((piece): PatternPart[] => {
    if ('key' in piece) throw new UnknownPolicyElement(`wildcards and a variable in ${source}`);
    if (!piece.wild) return [{ kind: 'text', value: piece.text }];
    return piece.text
      .split(/([*?])/)
      .filter((part) => part !== '')
      .map((part) => {
        if (part === '*') return { kind: 'run', withoutColon };
        if (part === '?') return { kind: 'one', withoutColon };
        return { kind: 'text', value: part };
      });
  });
}

/** @returns the same, in which only a `*` at the end of a part of the ARN matches a colon */
export function patternInSegments(source: string): Pattern {
  const whole = patternOf(source);
  return whole.map((part, at): PatternPart => {
    if (part.kind !== 'run' && part.kind !== 'one') return part;
    const next = whole[at + 1];
    const isAtEnd = next === undefined || (next.kind === 'text' && next.value.startsWith(':'));
    return { ...part, withoutColon: part.kind === 'one' || !isAtEnd };
  });
}
