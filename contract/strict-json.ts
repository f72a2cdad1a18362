/**
 * JSON as RFC 8259 allows it to be read strictly. Invariant: what two parsers could read differently is
 * refused: names given twice (JSON.parse keeps the last), `__proto__`, lone surrogates, deep nesting.
 */

/** Our deepest body has two levels. */
const maxDepth = 8;

/**
 * @returns the value
 * @throws StrictJsonError saying what is wrong, without a word of the text
 */
export function parseStrictJson(text: string): unknown {
  const value = parse(text);
  walkJson(text, {
    string: requireWellFormed,
    name: requireGoodName,
    depth: (depth) => {
      if (depth > maxDepth) throw new StrictJsonError('is nested too deeply');
    },
  });
  return value;
}

export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The SyntaxError quotes the text, so it is not even kept as a cause.
    throw new StrictJsonError('must be JSON');
  }
}

/** UTF-8 has no lone surrogate: it would silently become another character. */
function requireWellFormed(string: string): void {
  if (!string.isWellFormed()) throw new StrictJsonError('must be well-formed Unicode');
}

function requireGoodName(name: string, isRepeated: boolean): void {
  if (isRepeated) throw new StrictJsonError('must not have a name twice');
  if (name === '__proto__') throw new StrictJsonError('must not have the name __proto__');
}

/** What a walk through JSON tells of; each may throw to refuse the text. */
export interface JsonVisitor {
  /** each string, names included */
  readonly string?: (value: string) => void;
  /**
   * each name of a member
   * @param isRepeated whether its object has the name already
   * @param literal the name as the text spells it, in its quotes
   */
  readonly name?: (name: string, isRepeated: boolean, literal: string) => void;
  /** each object or array; @param depth 1 for the outermost */
  readonly depth?: (depth: number) => void;
}

/** Walks through text that is known to be JSON: only strings and brackets matter. */
export function walkJson(text: string, visitor: JsonVisitor): void {
  // One entry for each open bracket: the names seen in an object, undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '{':
      case '[':
        open.push(text[at] === '{' ? new Set() : undefined);
        visitor.depth?.(open.length);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"': {
        const end = endOfString(text, at);
        visitString(text.slice(at, end), isName(text, end) ? open.at(-1) : undefined, visitor);
        at = end - 1;
        break;
      }
    }
  }
}

/** @returns the index after the closing quote of the string that opens at `start` */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

const afterString = /[ \t\n\r]*(.?)/sy;

/** A string that a colon follows is a name. */
function isName(text: string, end: number): boolean {
  afterString.lastIndex = end;
  return afterString.exec(text)?.[1] === ':';
}

/** @param names of the string's object, where the string is a name */
function visitString(literal: string, names: Set<string> | undefined, visitor: JsonVisitor): void {
  // Without an escape a string is as it stands; the large ones are base64.
  const string: string = literal.includes('\\') ? JSON.parse(literal) : literal.slice(1, -1);
  visitor.string?.(string);
  if (names === undefined) return;
  visitor.name?.(string, names.has(string), literal);
  names.add(string);
}
