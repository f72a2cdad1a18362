/**
 * CloudWatch Logs' filter patterns for JSON lines, those of subscription filters and metric filters.
 * Invariant: a pattern is understood to its last character, or refused; there is no guess at what CloudWatch Logs
 * might read otherwise. Of AWS's syntax these are refused: terms for lines of text but for `?"A" ?"B"`, any of
 * several words, regular expressions, selectors with a `*`, escapes in strings.
 * Source: CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription filters, filter
 * log events, and Live Tail", and PutSubscriptionFilter for the length.
 */
import {
  comparesNumber,
  equalsText,
  isFalse,
  isNull,
  isTrue,
  type JsonObject,
  notExists,
  type PatternCondition,
  type PatternOperator,
  type Selector,
} from './condition.ts';

export class FilterPatternError extends Error {
  override readonly name = 'FilterPatternError';
}

const maxLength = 1024;

/**
 * @returns whether a line of a log matches; a line that is no JSON object matches no pattern for JSON
 * @throws FilterPatternError
 */
export function parseFilterPattern(pattern: string): (line: string) => boolean {
  if (pattern === '') return () => true;
  if (anyWord.test(pattern)) return readWords(pattern);
  const holds = readPattern(scan(pattern));
  return (line) => {
    const event = objectOf(line);
    return event !== undefined && holds(event);
  };
}

/** A line matches that contains one of them. */
const anyWord = /^\?"\w+"(?: \?"\w+")*$/;

function readWords(pattern: string): (line: string) => boolean {
  const words = pattern.split(' ').map((word) => word.slice(2, -1));
  return (line) => words.some((word) => line.includes(word));
}

interface Scanner {
  /** takes the token, if it comes next; white space before it is skipped */
  take(token: RegExp): RegExpExecArray | undefined;
  /** @throws FilterPatternError */
  need(token: RegExp, name: string): RegExpExecArray;
  fail(problem: string): never;
}

function scan(pattern: string): Scanner {
  let place = 0;
  const fail = (problem: string): never => {
    throw new FilterPatternError(
      `the local stack cannot read the filter pattern ${JSON.stringify(pattern)}: ${problem}, at character ${place}`,
    );
  };
  if (pattern.length > maxLength) fail(`it is longer than ${maxLength} characters`);
  const take = (token: RegExp): RegExpExecArray | undefined => {
    const found = new RegExp(`[ \\t\\r\\n]*(?:${token.source})`, 'y');
    found.lastIndex = place;
    const match = found.exec(pattern);
    if (match === null) return undefined;
    place = found.lastIndex;
    return match;
  };
  return {
    take,
    need: (token, name) => take(token) ?? fail(`${name} is missing`),
    fail,
  };
}

function readPattern(scanner: Scanner): PatternCondition {
  scanner.need(/\{/, '{');
  const condition = readAny(scanner);
  scanner.need(/\}/, '}');
  scanner.need(/$/, 'the end');
  return condition;
}

/** The guide's order of operations: parentheses, `&&`, `||`. */
function readAny(scanner: Scanner): PatternCondition {
  const conditions = [readAll(scanner)];
  while (scanner.take(/\|\|/)) conditions.push(readAll(scanner));
  return (event) => conditions.some((holds) => holds(event));
}

function readAll(scanner: Scanner): PatternCondition {
  const conditions = [readOne(scanner)];
  while (scanner.take(/&&/)) conditions.push(readOne(scanner));
  return (event) => conditions.every((holds) => holds(event));
}

function readOne(scanner: Scanner): PatternCondition {
  if (!scanner.take(/\(/)) return readCondition(scanner);
  const condition = readAny(scanner);
  scanner.need(/\)/, ')');
  return condition;
}

const named = { TRUE: isTrue, FALSE: isFalse, NULL: isNull } as const;

function readCondition(scanner: Scanner): PatternCondition {
  const selector = readSelector(scanner);
  const [, is] = scanner.take(/IS[ \t\r\n]+(TRUE|FALSE|NULL)\b/) ?? [];
  if (is !== undefined) return named[is as keyof typeof named](selector);
  if (scanner.take(/NOT[ \t\r\n]+EXISTS\b/)) return notExists(selector);
  const [, operator] = scanner.need(
    /(!=|<=|>=|=|<|>)/,
    'an operator, IS TRUE, IS FALSE, IS NULL or NOT EXISTS',
  );
  return readComparison(scanner, selector, operator as PatternOperator);
}

const selectorToken = /\$(?:\.(?:[\w-]+|\['[^'\\*]+'\])(?:\[(?:0|[1-9]\d*)\])*)+/;

function readSelector(scanner: Scanner): Selector {
  const [text] = scanner.need(selectorToken, 'a selector such as $.a.b[0]');
  const steps = text.matchAll(/\.([\w-]+)|\.\['([^']+)'\]|\[(\d+)\]/g);
  return [...steps].map(
    ([, name, quoted, index]) => name ?? quoted ?? Number.parseInt(index as string, 10),
  );
}

function readComparison(
  scanner: Scanner,
  selector: Selector,
  operator: PatternOperator,
): PatternCondition {
  const [, quoted, bare = ''] = scanner.need(
    /"([^"\\]*)"|([\w.*+-]+)/,
    'a number, a word or a quoted string without \\',
  );
  if (quoted === undefined && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/.test(bare)) {
    return comparesNumber(selector, operator, Number.parseFloat(bare));
  }
  if (operator !== '=' && operator !== '!=') return scanner.fail(`${operator} takes a number`);
  const term = quoted ?? word(scanner, bare);
  return (
    equalsText(selector, operator, term) ??
    scanner.fail('* stands elsewhere than before and after a text')
  );
}

/** AWS takes these without quotes: a word, or digits with a `*` as in its example `123.123.*`. */
function word(scanner: Scanner, bare: string): string {
  if (/^(true|false|null)$/i.test(bare)) return scanner.fail(`${bare} takes IS`);
  const known = /^(\*?[A-Za-z_]\w*\*?|\d[\d.]*\*|\*)$/.test(bare);
  return known ? bare : scanner.fail(`${bare} takes quotes`);
}

function objectOf(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
