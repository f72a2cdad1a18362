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
  checkStructure(text);
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

/** Walks through text that is known to be JSON: only strings and brackets matter. */
function checkStructure(text: string): void {
  // One entry for each open bracket: the names seen in an object, undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '{':
        open.push(new Set());
        break;
      case '[':
        open.push(undefined);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"': {
        const end = endOfString(text, at);
        checkString(text.slice(at, end), isName(text, end) ? open.at(-1) : undefined);
        at = end - 1;
        break;
      }
    }
    if (open.length > maxDepth) throw new StrictJsonError('is nested too deeply');
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

function checkString(literal: string, names: Set<string> | undefined): void {
  // Without an escape a string is as it stands; the large ones are base64.
  const string: string = literal.includes('\\') ? JSON.parse(literal) : literal.slice(1, -1);
  // UTF-8 has no lone surrogate: it would silently become another character.
  if (!string.isWellFormed()) throw new StrictJsonError('must be well-formed Unicode');
  if (names === undefined) return;
  if (names.has(string)) throw new StrictJsonError('must not have a name twice');
  if (string === '__proto__') throw new StrictJsonError('must not have the name __proto__');
  names.add(string);
}
