/**
 * Formulas over texts, truth values and whole numbers, as trees. Invariant: a tree means one thing in both of its
 * readings, as SMT-LIB text for a solver and as a value under an assignment; the tests hold the two against each other.
 */
export type Text =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'joined'; readonly parts: readonly Text[] };

/** A pattern: literal texts, and what may stand between them. */
export type PatternPart =
  | { readonly kind: 'text'; readonly value: string }
  /** any run of characters, an empty one too; in a part of an ARN without colons */
  | { readonly kind: 'run'; readonly withoutColon: boolean }
  /** exactly one character */
  | { readonly kind: 'one'; readonly withoutColon: boolean }
  /** exactly one character that is none of ASCII */
  | { readonly kind: 'nonAscii' };
export type Pattern = readonly PatternPart[];

export type Formula =
  | { readonly op: 'constant'; readonly value: boolean }
  | { readonly op: 'variable'; readonly name: string }
  | { readonly op: 'not'; readonly of: Formula }
  | { readonly op: 'and' | 'or'; readonly of: readonly Formula[] }
  | { readonly op: 'equal'; readonly left: Text; readonly right: Text }
  | { readonly op: 'like'; readonly text: Text; readonly pattern: Pattern }
  /** of a number's variable: at least so much */
  | { readonly op: 'atLeast'; readonly name: string; readonly limit: number };

export const yes: Formula = { op: 'constant', value: true };
export const no: Formula = { op: 'constant', value: false };

/** @returns whether they are false together as they are written, which needs no solver */
export const isFalse = (formulas: readonly Formula[]): boolean => formulas.includes(no);

export const literal = (value: string): Text => ({ kind: 'literal', value });
export const text = (name: string): Text => ({ kind: 'variable', name });
export const truth = (name: string): Formula => ({ op: 'variable', name });
export const joined = (parts: readonly Text[]): Text => ({ kind: 'joined', parts });

export function not(of: Formula): Formula {
  if (of.op === 'constant') return of.value ? no : yes;
  return of.op === 'not' ? of.of : { op: 'not', of };
}

export const and = (...of: readonly Formula[]): Formula => combined('and', of);
export const or = (...of: readonly Formula[]): Formula => combined('or', of);
export const implies = (if_: Formula, then: Formula): Formula => or(not(if_), then);

/** Without what changes nothing, so that a proof names only what it needs. */
function combined(op: 'and' | 'or', of: readonly Formula[]): Formula {
  const idle = op === 'and';
  const parts: Formula[] = [];
  for (const one of of.flatMap((each) => (each.op === op ? each.of : [each]))) {
    if (one.op !== 'constant') parts.push(one);
    else if (one.value !== idle) return one;
  }
  if (parts.length === 0) return idle ? yes : no;
  return parts.length === 1 ? (parts[0] as Formula) : { op, of: parts };
}

export function equal(left: Text, right: Text): Formula {
  if (left.kind === 'literal' && right.kind === 'literal') {
    return left.value === right.value ? yes : no;
  }
  if (cannotBegin(left, right) || cannotBegin(right, left)) return no;
  return { op: 'equal', left, right };
}

/** Two texts that begin with other letters are not equal: most that are compared are of another role or service. */
function cannotBegin(one: Text, other: Text): boolean {
  const [head] = one.kind === 'joined' ? one.parts : [];
  return (
    head?.kind === 'literal' && other.kind === 'literal' && !other.value.startsWith(head.value)
  );
}

/** A pattern without wildcards is a text. */
export function like(of: Text, pattern: Pattern): Formula {
  if (pattern.every((part) => part.kind === 'text')) {
    return equal(of, literal(pattern.map((part) => part.value).join('')));
  }
  if (pattern.every((part) => part.kind === 'run' && !part.withoutColon)) return yes;
  if (of.kind === 'literal') return expressionOf(pattern).test(of.value) ? yes : no;
  return { op: 'like', text: of, pattern };
}

/** A character is a code point, as in SMT-LIB. */
export function expressionOf(pattern: Pattern): RegExp {
  const source = pattern.map((part) => {
    if (part.kind === 'text') return part.value.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    if (part.kind === 'nonAscii') return '[^\\0-\\x7f]';
    const one = part.withoutColon ? '[^:]' : '[^]';
    return part.kind === 'run' ? `${one}*` : one;
  });
  return new RegExp(`^${source.join('')}$`, 'u');
}

export const atLeast = (name: string, limit: number): Formula => ({ op: 'atLeast', name, limit });

/** The kinds of the variables of formulas, by name. */
export type Kind = 'text' | 'truth' | 'number';

/** @throws Error where one name is of two kinds */
export function variablesOf(formulas: readonly Formula[]): Map<string, Kind> {
  const found = new Map<string, Kind>();
  const note = (name: string, kind: Kind) => {
    const before = found.get(name) ?? kind;
    if (before !== kind) throw new Error(`${name} is a ${before} and a ${kind}`);
    found.set(name, kind);
  };
  const ofText = (one: Text): void => {
    if (one.kind === 'variable') note(one.name, 'text');
    if (one.kind === 'joined') for (const part of one.parts) ofText(part);
  };
  const visit = (formula: Formula): void => {
    if (formula.op === 'variable') note(formula.name, 'truth');
    else if (formula.op === 'atLeast') note(formula.name, 'number');
    else if (formula.op === 'not') visit(formula.of);
    else if (formula.op === 'and' || formula.op === 'or') for (const one of formula.of) visit(one);
    else if (formula.op === 'like') ofText(formula.text);
    else if (formula.op === 'equal') for (const one of [formula.left, formula.right]) ofText(one);
  };
  for (const formula of formulas) visit(formula);
  return found;
}
