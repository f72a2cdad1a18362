/** Formulas as SMT-LIB 2.6, theory of strings: what z3 and cvc5 read alike. */
import { type Formula, type Pattern, type Text, variablesOf } from './formula.ts';

const sorts = { text: 'String', truth: 'Bool', number: 'Int' } as const;

/** @returns a script that declares what the formulas name and asserts each */
export function scriptOf(formulas: readonly Formula[]): string {
  const declarations = [...variablesOf(formulas)].map(
    ([name, kind]) => `(declare-const ${symbol(name)} ${sorts[kind]})`,
  );
  const assertions = formulas.map((formula) => `(assert ${termOf(formula)})`);
  return [...declarations, ...assertions].join('\n');
}

function termOf(formula: Formula): string {
  switch (formula.op) {
    case 'constant':
      return String(formula.value);
    case 'variable':
      return symbol(formula.name);
    case 'not':
      return `(not ${termOf(formula.of)})`;
    case 'and':
    case 'or':
      return `(${formula.op} ${formula.of.map(termOf).join(' ')})`;
    case 'equal':
      return `(= ${textOf(formula.left)} ${textOf(formula.right)})`;
    case 'like':
      return likeOf(formula);
    case 'atLeast':
      return `(>= ${symbol(formula.name)} ${numberOf(formula.limit)})`;
  }
}

/** SMT-LIB has no negative numerals. */
const numberOf = (value: number) => (value < 0 ? `(- ${-value})` : String(value));

/** Any name, quoted; no name of ours has a bar or a backslash. */
function symbol(name: string): string {
  if (/[|\\]/.test(name)) throw new Error(`${name} cannot be a symbol`);
  return `|${name}|`;
}

function textOf(text: Text): string {
  if (text.kind === 'literal') return stringOf(text.value);
  if (text.kind === 'variable') return symbol(text.name);
  return `(str.++ ${text.parts.map(textOf).join(' ')})`;
}

/** Printable ASCII as it is; a quote is doubled, all else is an escape, the backslash too. */
export const stringOf = (value: string): string =>
  `"${[...value].map((character) => (/[ -~]/.test(character) && character !== '\\' ? character.replace('"', '""') : escaped(character))).join('')}"`;

/** The last of the theory of strings, in which a longer escape is plain text. No policy of ours has one behind it. */
const lastCharacter = 0x2ffff;

function escaped(character: string): string {
  const codePoint = character.codePointAt(0) as number;
  if (codePoint > lastCharacter)
    throw new Error(`${codePoint.toString(16)} is no character of SMT-LIB`);
  return `\\u{${codePoint.toString(16)}}`;
}

/** Most patterns are a text and anything behind it, which solvers know without a regular expression. */
function likeOf({ text, pattern }: Extract<Formula, { op: 'like' }>): string {
  const [first, second, ...more] = pattern;
  if (
    first?.kind === 'text' &&
    second?.kind === 'run' &&
    !second.withoutColon &&
    more.length === 0
  ) {
    return `(str.prefixof ${stringOf(first.value)} ${textOf(text)})`;
  }
  return `(str.in_re ${textOf(text)} ${regularOf(pattern)})`;
}

const colon = stringOf(':');
const nonAscii = `(re.range ${stringOf('\x80')} ${stringOf(String.fromCodePoint(lastCharacter))})`;

function regularOf(pattern: Pattern): string {
  const parts = pattern.map((part) => {
    if (part.kind === 'text') return `(str.to_re ${stringOf(part.value)})`;
    if (part.kind === 'nonAscii') return nonAscii;
    const one = part.withoutColon ? `(re.diff re.allchar (str.to_re ${colon}))` : 're.allchar';
    if (part.kind === 'one') return one;
    return part.withoutColon ? `(re.* ${one})` : 're.all';
  });
  return parts.length === 1 ? (parts[0] as string) : `(re.++ ${parts.join(' ')})`;
}
